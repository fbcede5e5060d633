// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { type Asked, renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import texts from './gateway.messages.en.json'
import type { GatewayData, MetricsAnswer } from './gateway-data.ts'
import { gatewayView } from './gateway-view.tsx'

afterEach(cleanup)

const MINUTE_MS = 60_000
const NORTH: GatewayData = {
  ...{ name: 'Northgate Cards', kind: 'card', priority: 1, weight: 50 },
  ...{ status_since: '2026-11-20T09:00:00Z', status_reason: null, created_at: '2025-11-20T09:00:00Z' },
  breaker: {
    ...{ state: 'open', since: '2026-11-23T10:00:00Z', trips: 3, reason: null },
    ...{ next_probe_at: '2026-11-23T10:01:00Z', forced: null, forced_until: null },
  },
  override: {
    ...{ to: 'gw_south', percent: 40, reason: 'gateway_slow' },
    ...{ since: '2026-11-23T10:00:00Z', until: '2026-11-23T11:00:00Z' },
  },
  incidents: [],
}

/** Of the last minute that is over. */
function metrics(from: string, to: string): MetricsAnswer['data'] {
  const at = new Date(Math.floor(Date.parse(to) / MINUTE_MS) * MINUTE_MS - MINUTE_MS).toISOString()
  const figures = {
    ...{ volume: 8, captured: 6, declined: 1, failed: 1, success_rate: 0.75 },
    latency: { p50_ms: 180, p95_ms: 640, p99_ms: 2_500 },
  }
  return {
    ...{ gateway_id: 'gw_north', from, to, ...figures },
    error_classes: [
      { class: 'timeout', count: 1 },
      { class: 'other', count: 1 },
    ],
    errors: [
      { code: 'gateway_timeout', class: 'timeout', count: 1 },
      { code: 'of_a_kind_of_its_own', class: 'other', count: 1 },
    ],
    minutes: [{ at, ...figures }],
  }
}

function draw(data: GatewayData = NORTH, answers = true) {
  const { Body } = gatewayView
  if (Body === undefined) throw new Error('the view has no body')
  const entity: Entity = {
    ...{ kind: 'gateway', id: 'gw_north', version: 7, fresh_at: '2026-11-23T10:00:30Z', stale: false },
    ...{ title: data.name, state: 'operational', affordances: [], data: { ...data } },
  }
  return renderInConsole(<Body entity={entity} />, {
    answer: ({ params }) =>
      answers
        ? Response.json({ success: true, data: metrics(params.get('from') ?? '', params.get('to') ?? '') })
        : Response.json(
            { title: 'Away', status: 503, detail: 'gateways cannot be read now' },
            { status: 503 },
          ),
    texts,
  })
}
const beside = (label: string) => screen.getByText(label).closest('dt')?.nextElementSibling?.textContent
const length = (asked: Asked | undefined) =>
  Date.parse(asked?.params.get('to') ?? '') - Date.parse(asked?.params.get('from') ?? '')
const legend = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent)

test('P-04 the page of a gateway says how its breaker is, when it is tried again, and where its authorisations go until when', () => {
  draw()
  expect(beside('Breaker')).toBe('open')
  expect(beside('Times it has tripped')).toBe('3')
  expect(beside('Tried again at')).toMatch(/10:01/)
  expect(beside('Authorisations go by')).toBe('40 % by gw_south')
  expect(beside('Override until')).toMatch(/11:00/)
  cleanup()
  draw({ ...NORTH, override: null, breaker: { ...NORTH.breaker, state: 'closed', next_probe_at: null } })
  expect(beside('Breaker')).toBe('closed')
  for (const absent of ['Tried again at', 'Authorisations go by', 'Override until']) {
    expect(screen.queryByText(absent)).toBeNull()
  }
})

test('P-04 X-10 its charts show rate, latency and volume of the last day by the minute, and why payments did not succeed', async () => {
  const { asked } = draw()
  await screen.findByText('The gateway did not answer in time')
  expect(legend()).toEqual([
    'Success rate75%',
    ...['Half within180 ms', '95 in 100 within640 ms', '99 in 100 within2.5 sec'],
    ...['Captured6', 'Declined by the bank1', 'Failed at the gateway1'],
  ])
  // A code that nobody has foreseen is shown as it is.
  expect(beside('of_a_kind_of_its_own')).toBe('1')
  const [read] = asked
  expect([read?.path, length(read)]).toEqual([
    '/api/ops/gateway-health/gw_north/metrics',
    24 * 60 * MINUTE_MS,
  ])
})

test('P-04 X-01 the time that is shown is chosen, at most a day, and stands in the address', async () => {
  const { asked, address } = draw()
  await screen.findByText('The gateway did not answer in time')
  expect(screen.queryByRole('button', { name: /7 days|90 days/ })).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: /hour/, pressed: false }))
  await screen.findByRole('button', { name: /hour/, pressed: true })
  expect(address()).toContain('range=1h')
  expect(length(asked.at(-1))).toBe(60 * MINUTE_MS)
})

test('P-04 X-06 figures that cannot be read are said to be so, and asked for again', async () => {
  draw(NORTH, false)
  expect((await screen.findAllByText(/cannot be read now/)).length).toBeGreaterThan(0)
  expect(screen.getAllByRole('button', { name: /again/i }).length).toBeGreaterThan(0)
})

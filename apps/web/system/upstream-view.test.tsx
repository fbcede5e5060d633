// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { UpstreamSummary } from '@countersign/sdk/wire/upstreams.ts'
import entryTexts from '@countersign/transfers/web/entry.messages.en.json'
import { KnownKinds } from '@countersign/web-kit/entity-link.tsx'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import texts from './system.messages.en.json'
import { upstreamView } from './upstream-view.tsx'

const entity: Entity = {
  ...{ kind: 'upstream', id: 'cts', version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: 'Upstream cts', state: 'open', data: {}, affordances: [] },
}
const failing: UpstreamSummary = {
  name: 'cts',
  state: 'failing',
  consoles: ['transfers'],
  heard_by: ['transfers'],
  health: null,
  paused: null,
  waiting: { effects: 1, since: '2026-11-20T08:55:00Z' },
  calls: 40,
  failures: 2,
  answered_at: '2026-11-20T08:58:00Z',
  failed_at: '2026-11-20T08:59:00Z',
  processes: [
    {
      ...{ process: 'worker@box', circuit: 'open', next_probe_at: '2026-11-20T09:01:00Z' },
      ...{ last_failure: 'timeout', calls: 20, failures: 2 },
    },
    {
      ...{ process: 'server@box', circuit: 'closed', next_probe_at: null },
      ...{ last_failure: null, calls: 20, failures: 0 },
    },
  ],
}
const paused: UpstreamSummary = {
  ...failing,
  state: 'paused',
  paused: {
    ...{ at: '2026-11-20T08:50:00Z', by: 'transfers-OPS', by_name: 'Nora Lindqvist' },
    ...{ reason: 'acting_wrongly', request: 'req_pause' },
  },
}
const pauseAction = {
  type: 'kernel.pause_upstream',
  reasons: [{ code: 'acting_wrongly', title: 'It does other things than it is asked for' }],
}
const request = {
  id: 'req_pause',
  reason: {
    code: 'acting_wrongly',
    title: 'It does other things than it is asked for',
    note: 'It booked two returns twice.',
  },
}

function draw(upstream: UpstreamSummary, permissions = ['requests:read']) {
  const { Body, State } = upstreamView
  if (Body === undefined || State === undefined) throw new Error('the view has no body or no state')
  return renderInConsole(
    <KnownKinds kinds={new Set(['upstream'])}>
      <p data-testid="state">
        <State entity={entity} />
      </p>
      <Body entity={entity} />
    </KnownKinds>,
    {
      me: { permissions },
      answer: ({ path }) =>
        path === '/v1/connectors'
          ? Response.json({ window_s: 300, connectors: [upstream] })
          : path === '/v1/actions'
            ? Response.json({ actions: [pauseAction] })
            : path === '/v1/requests/req_pause'
              ? Response.json(request)
              : null,
      texts: { ...entryTexts, ...texts },
    },
  )
}
const beside = async (label: string) =>
  (await screen.findByText(label)).closest('dt')?.nextElementSibling ?? undefined

afterEach(cleanup)

test('K-36 the page of an upstream that fails says so as the list does: its failures, its breakers, and when it is tried again', async () => {
  draw(failing)
  expect((await beside('Failures'))?.textContent).toBe('5% (2 of 40)')
  expect(screen.getByTestId('state').textContent).toContain('failing')
  const circuits = await beside('Circuit breakers')
  expect(circuits?.textContent).toMatch(/worker@box: open \(timeout\), tried again/)
  expect(circuits?.querySelector('time')?.dateTime).toBe('2026-11-20T09:01:00Z')
  expect(circuits?.textContent).toContain('1 process: closed')
})

test('O-15 the page of a paused upstream says who paused it, when in which zone, why, with the note and the request', async () => {
  draw(paused)
  expect((await beside('By'))?.textContent).toBe('Nora Lindqvist')
  expect((await beside('Paused since'))?.textContent).toMatch(/UTC|GMT/)
  expect(await screen.findByText('It booked two returns twice.')).toBeTruthy()
  const why = await beside('Why')
  expect(why?.textContent).toContain('It does other things than it is asked for')
  expect(why?.querySelector('a')?.getAttribute('href')).toContain('/requests/req_pause')
})

test('O-15 who may not read requests is told the reason of a pause in words all the same', async () => {
  const { asked } = draw(paused, [])
  await screen.findByText('It does other things than it is asked for')
  expect(asked.some(({ path }) => path.startsWith('/v1/requests'))).toBe(false)
})

test('X-09 an upstream is called as timelines call it, and one that no console here knows by its own name', () => {
  const t = (id: string, values: { kind?: string; id?: string } = {}) =>
    id === 'record.named' ? `${values.kind} ${values.id}` : id
  expect(upstreamView.titled?.(entity, t)).toBe('system.kind.upstream transfers.source.cts')
  expect(upstreamView.titled?.({ ...entity, id: 'vouchers' }, t)).toBe('system.kind.upstream vouchers')
})

test('O-15 the page of an upstream that is only read says who hears from it', async () => {
  draw({ ...failing, consoles: [], heard_by: ['transfers', 'vouchers'] })
  expect((await beside('Heard by'))?.textContent?.replaceAll(/[\u2066-\u2069\u200e]/g, '')).toBe(
    'Transfers, vouchers',
  )
})

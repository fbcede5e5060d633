// @vitest-environment happy-dom
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import texts from './catalogue.en.ts'
import DashboardPage from './dashboard-page.tsx'

afterEach(cleanup)

const NOW = new Date().toISOString()
const quiet = {
  as_of: NOW,
  gateways: { state: 'known', total: 5, needing_attention: [] },
  merchants: { state: 'known', suspended: { count: 0, more: false }, newest: [] },
  limits: { state: 'known', since: NOW, requests: 120, refused: 0, most_refused: [] },
  approvals: { waiting: 0, yours: 0, oldest_at: null, next_expires_at: null },
  security_events: { since: NOW, count: 0, more: false, by_kind: [] },
  recent_changes: [],
}
const show = (more: object) =>
  renderInConsole(<DashboardPage />, {
    answer: () => Response.json({ success: true, data: { ...quiet, ...more } }),
    texts,
  })
const part = async (name: string) => within(await screen.findByRole('region', { name: new RegExp(name) }))

test('P-10 where nothing calls for anybody, that is said, and each part says so', async () => {
  show({})
  expect(await screen.findByText('Nothing needs attention')).toBeTruthy()
  expect((await part('Gateway health')).getByText('Every gateway is in service.')).toBeTruthy()
  expect((await part('Waiting for approval')).getByText('Nothing waits.')).toBeTruthy()
})

test('P-10 each part counts, names what it counts and leads to where that is', async () => {
  show({
    gateways: {
      ...{ state: 'known', total: 5 },
      needing_attention: [
        {
          ...{ id: 'gw_north', name: 'North', status: 'down', since: NOW, status_reason: 'fire' },
          breaker: { state: 'open', next_probe_at: NOW },
          override: { to: 'gw_south', percent: 40, until: NOW },
        },
      ],
    },
    merchants: {
      ...{ state: 'known', suspended: { count: 200, more: true } },
      newest: [{ id: 'mer_1', name: 'Iron Ferry', suspended_since: NOW, reason: 'fraud' }],
    },
    limits: {
      ...{ state: 'known', since: NOW, requests: 1200, refused: 24 },
      most_refused: [{ merchant_id: 'mer_1', route: '/v1/pay', requests: 1000, refused: 24 }],
    },
    approvals: { waiting: 3, yours: 1, oldest_at: NOW, next_expires_at: NOW },
    security_events: {
      ...{ since: NOW, count: 2, more: false },
      by_kind: [
        {
          ...{ event: 'UNAUTHORIZED_ACCESS_ATTEMPT', count: 2, newest_at: NOW },
          ...{ severity: 'HIGH', entry: 'e1' },
        },
      ],
    },
    recent_changes: [
      {
        ...{ id: 'r1', title: 'Suspend', target: { kind: 'merchant', id: 'mer_1', title: 'Iron Ferry' } },
        requested_by: { id: 'tomas', name: 'Tomás Herrera' },
        ...{ reason: { code: 'other', note: 'Complaints of buyers' }, at: NOW },
      },
    ],
  })
  const gateways = await part('Gateway health')
  for (const text of ['1 / 5', 'North', 'down', 'open']) expect(gateways.getByText(text)).toBeTruthy()
  expect((await part('Suspended merchants')).getByText('200+')).toBeTruthy()
  const suspended = (await part('Suspended merchants')).getByRole('link', { name: 'Suspended merchants' })
  expect(decodeURIComponent(suspended.getAttribute('href') ?? '')).toContain(
    '/lists/merchant?state=suspended',
  )
  expect((await part('Refused by limits')).getByText('24 of 1,000 refused')).toBeTruthy()
  expect((await part('Waiting for approval')).getByText('1 of them waits for you.')).toBeTruthy()
  const event = (await part('Security events')).getByRole('link', { name: 'attempt without permission' })
  expect(event.getAttribute('href')).toMatch(/consoles\/platform\/audit-log.*open=.*e1/)
  expect((await part('Last changes')).getByText('Complaints of buyers')).toBeTruthy()
  expect(screen.queryByText('Nothing needs attention')).toBeNull()
})

test('P-10 K-36 a part that cannot be read says which system does not answer, and the others stand', async () => {
  show({ limits: { state: 'unreadable', source: 'edge', why: 'it did not answer in time' } })
  const limits = await part('Refused by limits')
  expect(limits.getByText(/Edge cannot be read now\./)).toBeTruthy()
  expect(limits.getByText('it did not answer in time')).toBeTruthy()
  expect((await part('Gateway health')).getByText('Every gateway is in service.')).toBeTruthy()
  expect(screen.queryByText('Nothing needs attention')).toBeNull()
})

import { type PlatformSandbox, startPlatform } from '@countersign/testkit/platform-product.ts'
import { type Client, eventually, type Product } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const HOUR_MS = 3_600_000

let sandbox: PlatformSandbox
let product: Product
let operations: Client
let merchant: string

beforeAll(async () => {
  ;({ product, sandbox } = await startPlatform())
  operations = await product.as('platform/OPS_ADMIN')
  merchant = await sandbox.openMerchant('Saffron Lamps')
  // Of those for cards, this one has its turn.
  for (const id of ['gw_south', 'gw_west']) await sandbox.atGateway(id, 'routing', { priority: 9 })
}, 120_000)
afterAll(async () => {
  await product?.close()
  await sandbox?.drop()
})

const health = (path: string) => operations.get(`/api/ops/gateway-health/${path}`)

test('P-01 P-04 every gateway is there with its state, its breaker and its last hour', async () => {
  await sandbox.paidBy(merchant, { latency_ms: 200 })
  const { status, body } = await health('status')
  expect([status, body.success, body.next_cursor]).toEqual([200, true, null])
  expect(body.note).toContain('Settlements and payouts are not affected')
  const ids = body.data.map((one: { id: string }) => one.id)
  expect(ids.sort()).toEqual(['gw_north', 'gw_purse', 'gw_quay', 'gw_south', 'gw_west'])
  const of = (id: string) => body.data.find((one: { id: string }) => one.id === id)
  expect(of('gw_north')).toMatchObject({
    ...{ kind: 'card', status: 'operational', status_reason: null, override: null },
    breaker: { state: 'closed', trips: 0, next_probe_at: null, forced: null },
    last_hour: { volume: expect.any(Number), success_rate: expect.any(Number) },
  })
  expect(of('gw_west')).toMatchObject({ status: 'degraded', status_reason: expect.any(String) })
  expect(JSON.stringify(body)).not.toMatch(/credential|fingerprint|ends_with/)

  expect((await health('status?status=degraded')).body.data).toMatchObject([{ id: 'gw_west' }])
  const first = (await health('circuit-breakers?limit=3')).body
  expect([first.success, first.data.length]).toEqual([true, 3])
  const rest = (await health(`circuit-breakers?limit=3&cursor=${first.next_cursor}`)).body
  const both = [...first.data, ...rest.data].map((one: { gateway: string }) => one.gateway)
  expect([new Set(both).size, rest.next_cursor]).toEqual([5, null])
})

test('P-04 rate, percentiles, error classes and volume are those of the payments, by the minute', async () => {
  const from = new Date().toISOString()
  for (const latency_ms of [100, 300]) await sandbox.paidBy(merchant, { latency_ms })
  await sandbox.paidBy(merchant, { latency_ms: 900, fails_with: 'gateway_timeout' })
  await sandbox.paidBy(merchant, { latency_ms: 200, fails_with: 'insufficient_funds' })
  const to = new Date(Date.now() + 60_000).toISOString()
  const { status, body } = await health(`gw_north/metrics?from=${from}&to=${to}`)
  expect([status, body]).toMatchObject([
    200,
    {
      success: true,
      data: {
        ...{ gateway_id: 'gw_north', from, to, volume: 4, captured: 2, declined: 1, failed: 1 },
        ...{ success_rate: 0.5, latency: { p50_ms: 200, p95_ms: 900, p99_ms: 900 } },
        error_classes: expect.arrayContaining([
          { class: 'timeout', count: 1 },
          { class: 'declined', count: 1 },
        ]),
        errors: expect.arrayContaining([{ code: 'gateway_timeout', class: 'timeout', count: 1 }]),
      },
    },
  ])
  const counted = body.data.minutes.reduce(
    (sum: number, minute: { volume: number }) => sum + minute.volume,
    0,
  )
  expect(counted).toBe(4)
  const hour = (await health('gw_quay/metrics')).body.data
  expect(new Date(hour.to).getTime() - new Date(hour.from).getTime()).toBe(HOUR_MS)
  expect((await health('gw_none/metrics')).status).toBe(404)
})

test.each([
  ['from', 'gw_north/metrics?from=2026-03-18T11:00:00Z&to=2026-03-18T11:00:00Z', 'at most 24 hours'],
  [
    'from',
    'gw_north/metrics?from=2026-03-17T10:59:59Z&to=2026-03-18T11:00:00Z',
    'not before 2026-03-17T11:00:00.000Z',
  ],
  ['from', 'gw_north/metrics?from=yesterday', 'RFC 3339'],
  ['to', 'gw_north/metrics?to=2026-03-18T11:00:00', 'RFC 3339'],
  ['window', 'gw_north/metrics?window=1h', ''],
  ['status', 'status?status=broken', ''],
  ['breaker', 'circuit-breakers?breaker=ajar', ''],
  ['limit', 'status?limit=201', '1 to 200'],
  ['cursor', 'status?cursor=xxx', 'cursor'],
])('P-04 C-22 %s is refused in %s', async (field, path, said) => {
  const { status, body } = await health(path)
  expect([status, body.success, body.errors?.[0]?.field]).toEqual([400, false, field])
  expect(body.detail).toContain(said)
})

describe('what befalls a gateway', () => {
  test('P-04 a breaker that trips is shown with its next probe, and stands on the gateway’s page and in its history', async () => {
    for (let failed = 0; failed < 5; failed += 1) {
      await sandbox.paidBy(merchant, { fails_with: 'gateway_error' })
    }
    const { body } = await health('circuit-breakers?breaker=open')
    expect(body.data).toMatchObject([
      { gateway: 'gw_north', state: 'open', trips: 1, next_probe_at: expect.any(String) },
    ])
    const { body: page } = await operations.get('/v1/entities/gateway/gw_north')
    expect(page).toMatchObject({
      ...{ title: 'Northgate Cards', state: 'operational', data: { breaker: { state: 'open' } } },
      banners: [{ tone: 'danger', text: expect.stringContaining('Its breaker is open') }],
    })
    expect(JSON.stringify(page)).not.toMatch(/credential|fingerprint/)
    await eventually('its history', async () => {
      const { body: history } = await operations.get('/v1/entities/gateway/gw_north/timeline')
      return history.entries.some((entry: { summary: string }) => entry.summary.startsWith('Breaker opened'))
    })
  })

  test('P-04 an open incident stands on the page of its gateway; what people write of it stays where it is', async () => {
    const { body: page } = await operations.get('/v1/entities/gateway/gw_west')
    expect(page.data.incidents).toMatchObject([{ severity: 'major', state: expect.any(String) }])
    expect(page.banners.map(({ text }: { text: string }) => text)).toEqual([
      expect.stringContaining('Degraded'),
      expect.stringContaining('Major incident'),
    ])
    expect(JSON.stringify(page)).not.toContain('updates')
  })

  test('P-04 C-24 gateways are looked through with the last hour of each, by what they are asked for', async () => {
    const { body } = await operations.get('/v1/entities/gateway?kind=wallet')
    expect(body.entities).toMatchObject([
      {
        ...{ kind: 'gateway', id: 'gw_purse', state: 'operational' },
        fields: { name: 'Pursewise Wallets', kind: 'wallet', breaker: 'closed', override: null },
      },
    ])
    const { body: north } = await operations.get('/v1/entities/gateway?breaker=open')
    // Two of the payments that were played here were captured, and one before them.
    const { volume, success } = north.entities[0].fields
    expect([north.entities.length, volume]).toEqual([1, 10])
    expect(success).toBe(30)
    const { body: catalogue } = await operations.get('/v1/lists')
    expect(catalogue.lists.find((one: { kind: string }) => one.kind === 'gateway')).toMatchObject({
      ...{ console: 'platform', title: 'Gateway health' },
      filters: [
        { key: 'kind' },
        { key: 'status', options: ['operational', 'degraded', 'maintenance', 'down'] },
        { key: 'breaker' },
      ],
    })
  })
})

test('P-04 K-36 while their system of record is away, that is said and nothing is made up', async () => {
  const misbehave = (mode: string) =>
    sandbox.request('POST', '/_sandbox/misbehave', { body: { upstream: 'gateways', mode, on: 'reads' } })
  await misbehave('error_5xx')
  try {
    for (const path of ['status', 'circuit-breakers', 'gw_north/metrics']) {
      expect([path, await health(path)]).toMatchObject([
        path,
        { status: 503, body: { success: false, code: 'upstream_unreadable', source: 'gateways' } },
      ])
    }
  } finally {
    await misbehave('off')
  }
})

test('P-04 P-11 whoever is no administrator of the platform sees no gateway and moves none', async () => {
  const outsiders = ['platform/MERCHANT', 'transfers/OPS', 'treasury/finance_admin']
  for (const persona of outsiders) {
    const outsider = await product.as(persona)
    for (const path of ['status', 'circuit-breakers', 'gw_north/metrics']) {
      expect((await outsider.get(`/api/ops/gateway-health/${path}`)).status).toBe(403)
    }
    for (const path of ['override', 'override/end']) {
      const { status } = await outsider.post(`/api/ops/gateway-health/gw_north/${path}`, {})
      expect(status).toBe(403)
    }
  }
})

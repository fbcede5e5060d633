import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { eventsOf, problemOf, type SandboxForTests, startSandboxForTests } from '../sandbox-for-tests.ts'
import { type Gateway, GatewaySchema } from './gateway.ts'
import { MetricsReply } from './gateway-metrics.ts'
import { IncidentSchema } from './incident.ts'

const NOW = new Date('2026-03-18T10:20:30Z')
const SECRET = 'sk_live_aVerySecretValue_9f3Q'

let sandbox: SandboxForTests
let merchant = ''
let currency = ''
let now = NOW
let keys = 0

const newKey = () => {
  keys += 1
  return `gateways-${keys}`
}
const post = (path: string, body: unknown = {}, key = newKey(), ifMatch?: string) =>
  sandbox.request('POST', path, { body, key, ...(ifMatch === undefined ? {} : { ifMatch }) })
const gatewayOf = async (id: string) =>
  GatewaySchema.parse((await sandbox.request('GET', `/gateways/gateways/${id}`)).body)
const Changed = z.strictObject({ gateway: GatewaySchema })
const Incident = z.strictObject({ incident: IncidentSchema })

beforeAll(async () => {
  sandbox = await startSandboxForTests({ now: () => now, seed: 'gateways' })
})
afterAll(() => sandbox.drop())
beforeEach(() => {
  now = NOW
})

const pay = (more: object = {}) =>
  post(`/merchants/merchants/${merchant}/checkout`, {
    method: 'wallet',
    network: 'visa',
    amount: { amount: '10.00', currency },
    ...more,
  })
const Paid = z.object({ transaction: z.object({ gateway: z.string(), status: z.string() }) })

/** The world anew, with a merchant to pay whose customers may pay in every way. */
async function fresh(): Promise<void> {
  await sandbox.request('POST', '/_sandbox/reset', { body: { seed: 'gateways' } })
  const { body } = await sandbox.request('GET', '/merchants/merchants?state=active&limit=200')
  const Merchants = z.object({
    merchants: z.array(
      z.object({
        id: z.string(),
        config: z.object({
          checkout_methods: z.array(z.string()),
          settlement: z.object({ currency: z.string() }),
        }),
      }),
    ),
  })
  const like = Merchants.parse(body).merchants.find(
    ({ config }) => config.checkout_methods.length === 3 && config.settlement.currency !== 'JPY',
  )
  if (!like) throw new Error('no merchant offers every method')
  merchant = like.id
  currency = like.config.settlement.currency
}

describe('gateways', () => {
  test('P-04 gateways of each kind are listed, one of them degraded with an incident open', async () => {
    const { body } = await sandbox.request('GET', '/gateways/gateways?limit=200')
    const { gateways } = z.object({ gateways: z.array(GatewaySchema) }).parse(body)
    expect(new Set(gateways.map(({ kind }) => kind))).toEqual(new Set(['card', 'bank_transfer', 'wallet']))
    const degraded = gateways.filter(({ status }) => status === 'degraded')
    expect(degraded.map(({ id }) => id)).toEqual(['gw_west'])
    const filtered = await sandbox.request(
      'GET',
      '/gateways/gateways?status=degraded&kind=card&breaker=closed',
    )
    expect(filtered.body).toMatchObject({ gateways: [{ id: 'gw_west' }], next_cursor: null })
    const open = await sandbox.request('GET', '/gateways/incidents?gateway_id=gw_west&state=investigating')
    expect(open.body).toMatchObject({ incidents: [{ severity: 'major' }] })
  })

  test('P-04 K-37 a status is changed once for a key, over the version that was seen, and announced', async () => {
    const before = await gatewayOf('gw_south')
    const key = newKey()
    const wanted = { status: 'maintenance', reason: 'Their host is replaced' }
    const first = await post('/gateways/gateways/gw_south/status', wanted, key, `"${before.version}"`)
    expect(Changed.parse(first.body).gateway).toMatchObject({
      version: before.version + 1,
      status: 'maintenance',
      status_since: NOW.toISOString(),
      status_reason: 'Their host is replaced',
    })
    const again = await post('/gateways/gateways/gw_south/status', wanted, key, `"${before.version}"`)
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const effects = await sandbox.request('GET', `/_sandbox/effects?key=${key}`)
    expect(effects.body).toMatchObject({
      effects: [{ key, upstream: 'gateways', operation: 'gateway.set_status', target: 'gw_south', count: 1 }],
    })
    expect((await sandbox.request('GET', `/gateways/operations/${key}`)).body).toMatchObject({
      result: first.body,
    })
    const told = (await eventsOf(sandbox, 'gateways')).filter(({ caused_by }) => caused_by === key)
    expect(told).toMatchObject([{ type: 'gateway.status_changed', data: await gatewayOf('gw_south') }])
    const stale = await post(
      '/gateways/gateways/gw_south/status',
      { ...wanted, status: 'down' },
      newKey(),
      '"1"',
    )
    expect(problemOf(stale)).toMatchObject({ status: 412, code: 'version_conflict' })
    expect(problemOf(await post('/gateways/gateways/gw_south/status', wanted)).code).toBe('already_so')
    const other = await post('/gateways/gateways/gw_south/status', { ...wanted, reason: 'x' }, key)
    expect(problemOf(other).code).toBe('idempotency_key_reused')
  })

  test('P-04 no answer, event or column ever holds a credential', async () => {
    const { body } = await post('/gateways/gateways/gw_north/credentials', {
      name: 'signing_key',
      secret: SECRET,
    })
    const shown = Changed.parse(body).gateway.credentials
    expect(shown.map(({ name }) => name)).toEqual(['api_key', 'signing_key'])
    expect(shown[1]).toMatchObject({ ends_with: '9f3Q', set_at: NOW.toISOString() })
    const everything = JSON.stringify([
      body,
      await gatewayOf('gw_north'),
      await eventsOf(sandbox, 'gateways'),
    ])
    expect(everything).not.toContain(SECRET)
    const database = new pg.Client({ connectionString: sandbox.databaseUrl })
    await database.connect()
    const { rows } = await database.query(
      `SELECT 1 FROM gateways.credential c WHERE c::text LIKE $1 UNION ALL
       SELECT 1 FROM platform.idempotency i WHERE i::text LIKE $1 UNION ALL
       SELECT 1 FROM platform.effect e WHERE e::text LIKE $1`,
      [`%${SECRET}%`],
    )
    await database.end()
    expect(rows).toEqual([])
  })

  test.each([
    ['status', 'status', { status: 'broken', reason: 'x' }],
    ['reason', 'status', { status: 'down' }],
    ['weight', 'routing', {}],
    ['weight', 'routing', { weight: 101 }],
    ['weight', 'routing', { weight: 0.5 }],
    ['priority', 'routing', { priority: 0 }],
    ['force', 'breaker', { force: 'half_open', reason: 'x' }],
    ['until', 'breaker', { force: 'open', reason: 'x', until: '2026-03-18T10:20:30Z' }],
    ['until', 'breaker', { force: 'open', reason: 'x', until: '2026-03-19T10:20:31Z' }],
    ['until', 'breaker', { force: 'open', reason: 'x', until: '0000-01-01T00:00:00Z' }],
    ['until', 'breaker', { force: 'automatic', reason: 'x', until: '2026-03-18T11:00:00Z' }],
    ['secret', 'credentials', { name: 'api_key', secret: 'short' }],
    ['name', 'credentials', { name: 'API key', secret: SECRET }],
    ['version', 'status', { status: 'down', reason: 'x', version: 3 }],
  ])('P-04 %s is refused in %s', async (field, command, body) => {
    const refused = problemOf(await post(`/gateways/gateways/gw_north/${command}`, body))
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request' })
    expect(refused.errors?.map((error) => error.field)).toContain(field)
    expect(JSON.stringify(refused)).not.toContain(SECRET)
  })

  test('P-04 nothing is done without a key, and to a gateway that there is not', async () => {
    const body = { status: 'down', reason: 'x' }
    const without = await sandbox.request('POST', '/gateways/gateways/gw_north/status', { body })
    expect(problemOf(without).code).toBe('idempotency_key_required')
    for (const command of ['status', 'breaker']) {
      const asked = command === 'status' ? body : { force: 'open', reason: 'x' }
      expect(problemOf(await post(`/gateways/gateways/gw_none/${command}`, asked)).status).toBe(404)
    }
  })
})

describe('routing', () => {
  beforeEach(fresh)

  test('P-04 payments go by gateways of their kind that are up, the lowest priority first', async () => {
    const by = async (more: object) => Paid.parse((await pay(more)).body).transaction.gateway
    expect(await by({ method: 'wallet' })).toBe('gw_purse')
    expect(await by({ method: 'bank_transfer' })).toBe('gw_quay')
    await post('/gateways/gateways/gw_north/routing', { priority: 2 })
    await post('/gateways/gateways/gw_west/routing', { weight: 0 })
    for (let payment = 0; payment < 5; payment += 1) expect(await by({ method: 'card' })).toBe('gw_south')
    await post('/gateways/gateways/gw_south/status', { status: 'down', reason: 'Lost' })
    expect(await by({ method: 'card' })).toBe('gw_north')
    await post('/gateways/gateways/gw_north/breaker', { force: 'open', reason: 'Suspicious answers' })
    expect(problemOf(await pay({ method: 'card' }))).toMatchObject({ status: 409, code: 'no_gateway' })
  })

  test('P-04 the last weight of a kind is not taken away', async () => {
    const refused = problemOf(await post('/gateways/gateways/gw_purse/routing', { weight: 0 }))
    expect(refused).toMatchObject({ status: 422, code: 'last_of_kind', errors: [{ field: 'weight' }] })
    expect((await gatewayOf('gw_purse')).weight).toBe(100)
  })
})

describe('breakers', () => {
  beforeEach(fresh)

  /** Restarts with time doing its work, and waits for a breaker to have come so far. */
  async function untilBreaker(state: Gateway['breaker']['state'], id = 'gw_purse'): Promise<Gateway> {
    await sandbox.restart({ now: () => now, settlements: true })
    return vi.waitFor(
      async () => {
        const gateway = await gatewayOf(id)
        expect(gateway.breaker.state).toBe(state)
        return gateway
      },
      { timeout: 30_000, interval: 100 },
    )
  }
  const fail = () => pay({ fails_with: 'gateway_timeout' })

  test('P-04 five failures in a row open a breaker, and a payment that succeeds between them does not', async () => {
    for (let failed = 0; failed < 4; failed += 1) await fail()
    // The bank that declines was reached.
    expect(Paid.parse((await pay({ fails_with: 'expired_card' })).body).transaction.status).toBe('declined')
    for (let failed = 0; failed < 4; failed += 1) await fail()
    expect((await gatewayOf('gw_purse')).breaker).toMatchObject({ state: 'closed', trips: 0 })
    await fail()
    expect((await gatewayOf('gw_purse')).breaker).toEqual({
      state: 'open',
      since: NOW.toISOString(),
      trips: 1,
      next_probe_at: '2026-03-18T10:21:30.000Z',
    })
    expect(problemOf(await pay())).toMatchObject({ code: 'no_gateway' })
    const types = (await eventsOf(sandbox, 'gateways')).map(({ type }) => type)
    expect(types.at(-1)).toBe('gateway.breaker_opened')
  })

  test('P-04 an open breaker is tried after its time, and closes once three trials went well', async () => {
    for (let failed = 0; failed < 5; failed += 1) await fail()
    now = new Date(NOW.getTime() + 61_000)
    await untilBreaker('closed')
    const types = (await eventsOf(sandbox, 'gateways')).map(({ type }) => type)
    expect(types.slice(-3)).toEqual([
      'gateway.breaker_opened',
      'gateway.breaker_half_opened',
      'gateway.breaker_closed',
    ])
    expect((await pay()).status).toBe(201)
  })

  test('P-04 a trial that fails opens it again: the gateway is down', async () => {
    for (let failed = 0; failed < 5; failed += 1) await fail()
    await post('/gateways/gateways/gw_purse/status', { status: 'down', reason: 'Lost' })
    now = new Date(NOW.getTime() + 61_000)
    await sandbox.restart({ now: () => now, settlements: true })
    await vi.waitFor(
      async () => expect((await gatewayOf('gw_purse')).breaker).toMatchObject({ state: 'open', trips: 2 }),
      { timeout: 30_000, interval: 100 },
    )
  })

  test('P-04 what is forced is not moved by payments, and falls back by itself at its time', async () => {
    const until = '2026-03-18T11:00:00.000Z'
    const forced = await post('/gateways/gateways/gw_purse/breaker', {
      force: 'closed',
      reason: 'It must be tried',
      until,
    })
    expect(Changed.parse(forced.body).gateway.breaker).toMatchObject({
      state: 'closed',
      forced: 'closed',
      forced_until: until,
      reason: 'It must be tried',
    })
    for (let failed = 0; failed < 6; failed += 1) await fail()
    expect((await gatewayOf('gw_purse')).breaker).toMatchObject({ state: 'closed', trips: 0 })
    await post('/gateways/gateways/gw_purse/breaker', { force: 'open', reason: 'Held back' })
    const { breaker } = await gatewayOf('gw_purse')
    expect(breaker).toMatchObject({ state: 'open', forced_until: '2026-03-19T10:20:30.000Z' })
    expect(breaker.next_probe_at).toBeUndefined()
    now = new Date('2026-03-19T10:20:31Z')
    const released = await untilBreaker('closed')
    expect(released.breaker.forced).toBeUndefined()
    expect((await eventsOf(sandbox, 'gateways')).map(({ type }) => type).slice(-2)).toEqual([
      'gateway.breaker_released',
      'gateway.breaker_closed',
    ])
  })

  test('P-04 an operator takes back what was forced; what was open is tried first', async () => {
    await post('/gateways/gateways/gw_purse/breaker', { force: 'open', reason: 'Held back' })
    const { body } = await post('/gateways/gateways/gw_purse/breaker', {
      force: 'automatic',
      reason: 'All is well',
    })
    expect(Changed.parse(body).gateway.breaker).toEqual({
      state: 'half_open',
      since: NOW.toISOString(),
      trips: 0,
    })
    // Payments are trials too.
    for (let trial = 0; trial < 3; trial += 1) expect((await pay()).status).toBe(201)
    expect((await gatewayOf('gw_purse')).breaker.state).toBe('closed')
    const nobody = await post('/gateways/gateways/gw_purse/breaker', { force: 'automatic', reason: 'Again' })
    expect(problemOf(nobody).code).toBe('already_so')
  })
})

describe('overrides', () => {
  beforeEach(fresh)
  const UNTIL = '2026-03-18T11:00:00.000Z'
  const INSTEAD = { to: 'gw_south', percent: 100, until: UNTIL, reason: 'They answer slowly' }
  const override = (body: object, id = 'gw_north', key = newKey()) =>
    post(`/gateways/gateways/${id}/override`, body, key)
  /** By which gateways so many payments by card went. */
  async function taken(payments: number): Promise<Record<string, number>> {
    const by: Record<string, number> = {}
    for (let payment = 0; payment < payments; payment += 1) {
      const { gateway } = Paid.parse((await pay({ method: 'card' })).body).transaction
      by[gateway] = (by[gateway] ?? 0) + 1
    }
    return by
  }
  /** Of those for cards, one alone has its turn. */
  async function onlyNorth(): Promise<void> {
    for (const id of ['gw_south', 'gw_west']) await post(`/gateways/gateways/${id}/routing`, { priority: 9 })
  }

  test('P-04 K-37 what is the turn of one goes to another, once for a key, until somebody ends it', async () => {
    await onlyNorth()
    const before = await gatewayOf('gw_north')
    const key = newKey()
    const first = await override(INSTEAD, 'gw_north', key)
    const { override: set, version } = Changed.parse(first.body).gateway
    expect(version).toBe(before.version + 1)
    expect(set).toEqual({ ...INSTEAD, since: NOW.toISOString() })
    expect((await override(INSTEAD, 'gw_north', key)).body).toEqual(first.body)
    expect(await taken(5)).toEqual({ gw_south: 5 })
    const second = problemOf(await override({ ...INSTEAD, to: 'gw_west' }))
    expect(second).toMatchObject({ status: 409, code: 'override_in_force' })
    const ended = await post('/gateways/gateways/gw_north/override/end', { reason: 'They are well' })
    expect(Changed.parse(ended.body).gateway.override).toBeUndefined()
    expect(await taken(5)).toEqual({ gw_north: 5 })
    const none = await post('/gateways/gateways/gw_north/override/end', { reason: 'Again' })
    expect(problemOf(none)).toMatchObject({ status: 409, code: 'no_override' })
    const told = (await eventsOf(sandbox, 'gateways')).map(({ type }) => type)
    expect(told.slice(-2)).toEqual(['gateway.override_set', 'gateway.override_ended'])
  })

  test('P-04 a part of a hundred stays where it was', async () => {
    await onlyNorth()
    await override({ ...INSTEAD, percent: 20 })
    const { gw_north: stayed = 0, gw_south: went = 0 } = await taken(60)
    expect(stayed).toBeGreaterThan(went)
    expect(went).toBeGreaterThan(0)
  })

  test('P-04 it falls back by itself: at once where the other takes no payment, and for good at its time', async () => {
    await onlyNorth()
    await override(INSTEAD)
    await post('/gateways/gateways/gw_south/status', { status: 'down', reason: 'Lost' })
    expect(await taken(3)).toEqual({ gw_north: 3 })
    await post('/gateways/gateways/gw_south/status', { status: 'operational', reason: 'Found' })
    expect(await taken(3)).toEqual({ gw_south: 3 })
    // Nobody has looked at the time yet, and it holds no longer.
    now = new Date('2026-03-18T11:00:00Z')
    expect(await taken(3)).toEqual({ gw_north: 3 })
    await sandbox.restart({ now: () => now, settlements: true })
    await vi.waitFor(async () => expect((await gatewayOf('gw_north')).override).toBeUndefined(), {
      timeout: 30_000,
      interval: 100,
    })
    expect((await eventsOf(sandbox, 'gateways')).map(({ type }) => type).at(-1)).toBe(
      'gateway.override_lapsed',
    )
  })

  test.each([
    ['itself', {}, { to: 'gw_north' }],
    ['one of another kind', {}, { to: 'gw_quay' }],
    ['one that there is not', {}, { to: 'gw_none' }],
    ['one that is down', { status: 'down' }, { to: 'gw_south' }],
    ['one whose breaker is open', { breaker: 'open' }, { to: 'gw_south' }],
    ['one from which it would be sent on', { override: true }, { to: 'gw_south' }],
  ])('P-04 nothing is sent to %s, and where it may go is named', async (_, befallen, wanted) => {
    const { status, breaker, override: away } = befallen as Record<string, unknown>
    if (status) await post('/gateways/gateways/gw_south/status', { status, reason: 'x' })
    if (breaker) await post('/gateways/gateways/gw_south/breaker', { force: breaker, reason: 'x' })
    if (away) await override({ ...INSTEAD, to: 'gw_west' }, 'gw_south')
    const able = status || breaker || away ? ['gw_west'] : ['gw_south', 'gw_west']
    expect(problemOf(await override({ ...INSTEAD, ...wanted }))).toMatchObject({
      ...{ status: 422, code: 'gateway_unsuitable' },
      errors: [{ field: 'to', allowed: able }],
    })
  })

  test.each([
    ['percent', { percent: 0 }],
    ['percent', { percent: 101 }],
    ['percent', { percent: 12.5 }],
    ['until', { until: NOW.toISOString() }],
    ['until', { until: '2026-03-19T10:20:31Z' }],
    ['until', { until: 'tomorrow' }],
    ['reason', { reason: '' }],
    ['settlements', { settlements: true }],
  ])('P-04 P-11 an override with a wrong %s is refused: %j', async (field, wrong) => {
    const refused = problemOf(await override({ ...INSTEAD, ...wrong }))
    expect(refused).toMatchObject({ status: 400, errors: [{ field }] })
    expect((await gatewayOf('gw_north')).override).toBeUndefined()
  })

  test('P-04 of two that would send to each other at a time, one does', async () => {
    const answers = await Promise.all([
      override(INSTEAD),
      override({ ...INSTEAD, to: 'gw_north' }, 'gw_south'),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
  })
})

describe('metrics', () => {
  beforeEach(fresh)
  const metrics = async (query = '', id = 'gw_purse') =>
    MetricsReply.parse((await sandbox.request('GET', `/gateways/gateways/${id}/metrics${query}`)).body)

  test('P-04 rates, percentiles, errors and volume are those of the payments, by the minute', async () => {
    expect(await metrics('?from=2026-03-18T10:10:00Z&to=2026-03-18T10:11:00Z')).toMatchObject({
      volume: 0,
      minutes: [],
    })
    for (const latency_ms of [100, 200, 300]) await pay({ latency_ms })
    now = new Date(NOW.getTime() + 60_000)
    await pay({ latency_ms: 900, fails_with: 'gateway_error' })
    now = new Date(NOW.getTime() + 61_000)
    const read = await metrics('?from=2026-03-18T10:20:00Z')
    expect(read).toMatchObject({
      volume: 4,
      captured: 3,
      declined: 0,
      failed: 1,
      success_rate: 0.75,
      p50_ms: 200,
      p95_ms: 900,
      p99_ms: 900,
    })
    expect(read.errors).toEqual([{ code: 'gateway_error', count: 1 }])
    expect(read.minutes).toMatchObject([
      { at: '2026-03-18T10:20:00.000Z', volume: 3, success_rate: 1, p50_ms: 200, p95_ms: 300 },
      { at: '2026-03-18T10:21:00.000Z', volume: 1, success_rate: 0, p50_ms: 900, p95_ms: 900 },
    ])
  })

  test('P-04 the volume of a day is that of the transactions of the gateway, whoever counts them', async () => {
    const day = 'from=2026-03-17T10:00:00Z&to=2026-03-18T10:00:00Z'
    let counted = 0
    for (const id of ['gw_north', 'gw_south', 'gw_west', 'gw_purse', 'gw_quay']) {
      const { body } = await sandbox.request('GET', `/merchants/transactions?gateway=${id}&limit=200&${day}`)
      const { transactions } = z
        .object({ transactions: z.array(z.object({ status: z.string() })) })
        .parse(body)
      const read = await metrics(`?${day}`, id)
      expect(read.volume).toBe(transactions.length)
      expect(read.captured).toBe(transactions.filter(({ status }) => status === 'captured').length)
      expect(read.minutes.reduce((sum, { volume }) => sum + volume, 0)).toBe(read.volume)
      counted += read.volume
    }
    expect(counted).toBeGreaterThan(3)
  })
})

test.each([
  ['from', 'from=2026-03-18T11:00:00Z'],
  ['from', 'from=2026-03-10T00:00:00Z'],
  ['from', 'from=2026-03-18T10:00:00Z&to=2026-03-18T10:00:00Z'],
  ['from', 'from=0000-01-01T00:00:00Z'],
  ['to', 'to=2026-03-18T10:00:00%2B23:00'],
  ['to', 'to=2026-03-18T10:00:00'],
  ['minute', 'minute=1'],
])('P-04 %s is refused in ?%s', async (field, query) => {
  const refused = problemOf(await sandbox.request('GET', `/gateways/gateways/gw_north/metrics?${query}`))
  expect(refused).toMatchObject({ status: 400, errors: [{ field }] })
})

describe('incidents', () => {
  const NEW = {
    gateway_id: 'gw_quay',
    severity: 'minor',
    title: 'Slow answers',
    message: 'Some take seconds.',
  }

  test('P-04 an incident is opened, added to and resolved, and is over then', async () => {
    const key = newKey()
    const opened = await post('/gateways/incidents', NEW, key)
    expect(opened.status).toBe(201)
    const { id } = Incident.parse(opened.body).incident
    expect((await post('/gateways/incidents', NEW, key)).body).toEqual(opened.body)
    await post(`/gateways/incidents/${id}/updates`, { state: 'identified', message: 'A cable.' })
    const stale = await post(`/gateways/incidents/${id}/resolve`, { message: 'x' }, newKey(), '"1"')
    expect(problemOf(stale).code).toBe('version_conflict')
    const resolved = await post(`/gateways/incidents/${id}/resolve`, { message: 'Mended.' }, newKey(), '"2"')
    const at = NOW.toISOString()
    expect(Incident.parse(resolved.body).incident).toEqual({
      id,
      version: 3,
      gateway_id: 'gw_quay',
      severity: 'minor',
      title: 'Slow answers',
      state: 'resolved',
      opened_at: at,
      resolved_at: at,
      updates: [
        { at, state: 'investigating', message: 'Some take seconds.' },
        { at, state: 'identified', message: 'A cable.' },
        { at, state: 'resolved', message: 'Mended.' },
      ],
    })
    expect(problemOf(await post(`/gateways/incidents/${id}/resolve`, { message: 'x' })).code).toBe(
      'incident_resolved',
    )
    const told = (await eventsOf(sandbox, 'gateways')).filter(({ subject }) => subject.id === id)
    expect(told.map(({ type }) => type)).toEqual(['incident.opened', 'incident.updated', 'incident.resolved'])
    expect(told[0]?.refs).toEqual([{ kind: 'gateway', id: 'gw_quay' }])
  })

  test('P-04 an incident takes a hundred messages, the last of which ends it', async () => {
    const { id } = Incident.parse((await post('/gateways/incidents', NEW)).body).incident
    const add = () => post(`/gateways/incidents/${id}/updates`, { state: 'monitoring', message: 'We look.' })
    for (let update = 1; update < 99; update += 1) expect((await add()).status).toBe(200)
    expect(problemOf(await add()).code).toBe('updates_exhausted')
    const { body } = await post(`/gateways/incidents/${id}/resolve`, { message: 'Mended.' })
    expect(Incident.parse(body).incident.updates.length).toBe(100)
  })

  test.each([
    ['gateway_id', { ...NEW, gateway_id: 'a b' }],
    ['severity', { ...NEW, severity: 'grave' }],
    ['title', { ...NEW, title: '' }],
    ['message', { ...NEW, message: 'U+0000 \u0000' }],
  ])('P-04 an incident with a wrong %s is not opened', async (field, body) => {
    expect(problemOf(await post('/gateways/incidents', body))).toMatchObject({
      status: 400,
      errors: [{ field }],
    })
  })

  test('P-04 of a gateway that there is not, no incident is opened', async () => {
    expect(problemOf(await post('/gateways/incidents', { ...NEW, gateway_id: 'gw_none' })).status).toBe(404)
  })
})

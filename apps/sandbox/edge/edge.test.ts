import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { eventsOf, problemOf, type SandboxForTests, startSandboxForTests } from '../sandbox-for-tests.ts'
import { AllowlistSchema } from './allowlist.ts'
import { PassedReply } from './pass-requests.ts'
import { RateLimitSchema } from './rate-limit.ts'
import { PreviewReply, RefusalsReply, TrafficReply } from './traffic.ts'

const NOW = new Date('2026-03-18T10:20:30Z')
const AT = NOW.toISOString()

let sandbox: SandboxForTests
let now = NOW
let keys = 0
let merchants: string[] = []

const newKey = () => {
  keys += 1
  return `edge-${keys}`
}
const post = (path: string, body: unknown = {}, key = newKey(), ifMatch?: string) =>
  sandbox.request('POST', `/edge${path}`, { body, key, ...(ifMatch === undefined ? {} : { ifMatch }) })
const get = (path: string) => sandbox.request('GET', `/edge${path}`)
const Limit = z.strictObject({ rate_limit: RateLimitSchema })
const List = z.strictObject({ allowlist: AllowlistSchema })

beforeAll(async () => {
  sandbox = await startSandboxForTests({ now: () => now, seed: 'edge' })
  const Merchants = z.object({ merchants: z.array(z.object({ id: z.string() })) })
  for (let shop = 0; shop < 14; shop += 1) {
    await sandbox.request('POST', '/merchants/merchants', {
      key: newKey(),
      body: {
        name: `Quill ${shop}`,
        legal_name: `Quill ${shop} Ltd`,
        country: 'GB',
        mcc: '5943',
        contact: { email: 'owner@quill.example' },
        config: {
          checkout_methods: ['card'],
          api_access: true,
          settlement: { schedule: 'daily', cut_off: '17:00', currency: 'GBP' },
        },
      },
    })
  }
  const { body } = await sandbox.request('GET', '/merchants/merchants?name=quill')
  merchants = Merchants.parse(body).merchants.map(({ id }) => id)
})
afterAll(() => sandbox.drop())

/** One that no other test has a limit or a list of. */
function newMerchant(): string {
  const merchant = merchants.pop()
  if (merchant === undefined) throw new Error('every merchant is used')
  return merchant
}

const limitOf = (merchant_id: string, more: object = {}) => ({
  scope: 'merchant',
  merchant_id,
  route: '/v1/refunds',
  limit: 10,
  window_s: 60,
  burst: 5,
  reason: 'As agreed',
  ...more,
})
const listOf = (merchant_id: string, entries: unknown, more: object = {}) => ({
  scope: 'merchant',
  merchant_id,
  entries,
  reason: 'As agreed',
  ...more,
})
const play = async (merchant_id: string | undefined, count: number, more: object = {}) =>
  PassedReply.parse(
    (
      await post('/requests', {
        ...(merchant_id === undefined ? {} : { merchant_id }),
        route: '/v1/refunds/7',
        ip: '192.0.2.1',
        count,
        ...more,
      })
    ).body,
  )

describe('rate limits', () => {
  test('P-05 a limit of a console is its own: of no merchant, counted against operators, and named with its console', async () => {
    const wanted = {
      scope: 'console',
      console: 'platform',
      route: '/api/ops',
      limit: 1,
      window_s: 60,
      burst: 0,
    }
    await play(undefined, 5, { route: '/api/ops/merchants' })
    const made = await post('/rate-limits', { ...wanted, reason: 'x' })
    const { rate_limit } = Limit.parse(made.body)
    expect(rate_limit).toMatchObject({ scope: 'console', console: 'platform' })
    const other = await post('/rate-limits', { ...wanted, console: 'treasury', reason: 'x' })
    expect(other.status).toBe(201)
    expect(problemOf(await post('/rate-limits', { ...wanted, reason: 'x' })).code).toBe('limit_exists')
    expect(
      problemOf(await post('/rate-limits', { ...wanted, console: undefined, reason: 'x' })),
    ).toMatchObject({
      errors: [{ field: 'console' }],
    })
    expect((await get('/rate-limits?scope=console&console=platform')).body).toMatchObject({
      rate_limits: [{ id: rate_limit.id }],
    })
    const previewed = await post('/rate-limits/preview', { ...wanted, reason: 'x' })
    expect(PreviewReply.parse(previewed.body)).toMatchObject({ requests: 5, refused: 4, merchants: 0 })
    expect(await play(newMerchant(), 3, { route: '/api/ops/merchants' })).toMatchObject({ passed: 3 })
  })

  test('P-05 K-37 a limit is made once for a key, changed over the version seen, withdrawn, and every version is kept', async () => {
    const merchant = newMerchant()
    const key = newKey()
    const first = await post('/rate-limits', limitOf(merchant), key)
    expect(first.status).toBe(201)
    const { id } = Limit.parse(first.body).rate_limit
    expect((await post('/rate-limits', limitOf(merchant), key)).body).toEqual(first.body)
    const effects = await sandbox.request('GET', `/_sandbox/effects?key=${key}`)
    expect(effects.body).toMatchObject({
      effects: [{ upstream: 'edge', operation: 'rate_limit.create', target: merchant, count: 1 }],
    })
    const change = { limit: 20, reason: 'They sell more' }
    expect((await post(`/rate-limits/${id}/change`, change, newKey(), '"1"')).headers.get('etag')).toBe('"2"')
    const stale = await post(`/rate-limits/${id}/change`, { ...change, limit: 30 }, newKey(), '"1"')
    expect(problemOf(stale)).toMatchObject({ status: 412, code: 'version_conflict' })
    await post(`/rate-limits/${id}/withdraw`, { reason: 'Not needed' })
    expect(problemOf(await post(`/rate-limits/${id}/change`, change)).code).toBe('withdrawn')
    expect(problemOf(await post(`/rate-limits/${id}/withdraw`, { reason: 'x' })).code).toBe('withdrawn')
    const { body } = await get(`/rate-limits/${id}/versions`)
    expect(body).toMatchObject({
      versions: [
        { version: 3, at: AT, record: { state: 'withdrawn', limit: 20, reason: 'Not needed' } },
        { version: 2, record: { state: 'active', limit: 20, reason: 'They sell more' } },
        { version: 1, record: { state: 'active', limit: 10, reason: 'As agreed' } },
      ],
      next_before: null,
    })
    expect((await get(`/rate-limits/${id}/versions?limit=1&before=3`)).body).toMatchObject({
      versions: [{ version: 2 }],
      next_before: 2,
    })
    const told = (await eventsOf(sandbox, 'edge')).filter(({ subject }) => subject.id === id)
    expect(told.map(({ type }) => type)).toEqual([
      'rate_limit.created',
      'rate_limit.changed',
      'rate_limit.withdrawn',
    ])
    expect(told[0]).toMatchObject({ caused_by: key, refs: [{ kind: 'merchant', id: merchant }] })
  })

  test('P-05 a limit of nothing is refused, with what to do instead', async () => {
    const refused = problemOf(await post('/rate-limits', limitOf(newMerchant(), { limit: 0 })))
    expect(refused).toMatchObject({
      status: 400,
      errors: [{ field: 'limit', message: expect.stringContaining('suspend the merchant') }],
    })
  })

  test('P-05 of one merchant, route and window there is one limit', async () => {
    const merchant = newMerchant()
    const { id } = Limit.parse((await post('/rate-limits', limitOf(merchant))).body).rate_limit
    expect(problemOf(await post('/rate-limits', limitOf(merchant, { limit: 9 })))).toMatchObject({
      status: 409,
      code: 'limit_exists',
      detail: expect.stringContaining(id),
    })
    const other = Limit.parse(
      (await post('/rate-limits', limitOf(merchant, { window_s: 3_600 }))).body,
    ).rate_limit
    const same = await post(`/rate-limits/${other.id}/change`, { window_s: 60, reason: 'x' })
    expect(problemOf(same)).toMatchObject({ code: 'limit_exists', detail: expect.stringContaining(id) })
  })

  test('P-05 of two changes at once that would make the same limit, one is refused', async () => {
    const merchant = newMerchant()
    const made = await Promise.all(
      [60, 120].map(async (window_s) => {
        const { body } = await post('/rate-limits', limitOf(merchant, { window_s }))
        return Limit.parse(body).rate_limit.id
      }),
    )
    const answers = await Promise.all(
      made.map((id) => post(`/rate-limits/${id}/change`, { window_s: 300, reason: 'x' })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test.each([
    ['limit', { limit: 1.5 }],
    ['limit', { limit: 1_000_001 }],
    ['window_s', { window_s: 0 }],
    ['burst', { burst: -1 }],
    ['route', { route: 'v1/payments' }],
    ['route', { route: '/v1/%2e%2e' }],
    ['merchant_id', { scope: 'global' }],
    ['merchant_id', { merchant_id: undefined }],
    ['reason', { reason: '' }],
    ['state', { state: 'active' }],
  ])('P-05 a limit with a wrong %s is not made', async (field, wrong) => {
    const refused = problemOf(await post('/rate-limits', limitOf('mer_1', wrong)))
    expect(refused).toMatchObject({ status: 400, errors: [{ field }] })
  })

  test('P-05 of a merchant that there is not, there is no limit', async () => {
    expect(problemOf(await post('/rate-limits', limitOf('mer_none')))).toMatchObject({
      status: 422,
      code: 'merchant_unknown',
      errors: [{ field: 'merchant_id' }],
    })
  })

  test('P-05 what is beyond limit and burst is refused and counted; the bucket fills again by its window', async () => {
    const merchant = newMerchant()
    const { id } = Limit.parse((await post('/rate-limits', limitOf(merchant))).body).rate_limit
    const refused_by = { kind: 'rate_limit', id }
    expect(await play(merchant, 12)).toEqual({ at: AT, passed: 12, refused: 0 })
    expect(await play(merchant, 10)).toEqual({ at: AT, passed: 3, refused: 7, refused_by, retry_after_s: 6 })
    expect(await play(merchant, 5, { route: '/v1/balance' })).toMatchObject({ passed: 5 })
    now = new Date(NOW.getTime() + 12_000)
    expect(await play(merchant, 5)).toMatchObject({ passed: 2, refused: 3 })
    now = new Date(NOW.getTime() + 60_000)
    expect(await play(merchant, 20)).toMatchObject({ passed: 8, refused: 12 })
    now = new Date(NOW.getTime() + 61_000)
    const read = RefusalsReply.parse((await get(`/rate-limits/${id}/refusals`)).body)
    expect(read.refused).toBe(22)
    expect(read.minutes).toEqual([
      { at: '2026-03-18T10:20:00.000Z', refused: 10 },
      { at: '2026-03-18T10:21:00.000Z', refused: 12 },
    ])
    const traffic = TrafficReply.parse((await get(`/traffic?merchant_id=${merchant}`)).body)
    expect(traffic).toMatchObject({ requests: 52, refused: 22 })
    expect(traffic.routes).toEqual([
      { merchant_id: merchant, route: '/v1/refunds/7', requests: 47, refused: 22 },
      { merchant_id: merchant, route: '/v1/balance', requests: 5, refused: 0 },
    ])
    now = NOW
  })

  test('P-05 of requests that come at once, no more are let through than there is room for', async () => {
    const merchant = newMerchant()
    await post('/rate-limits', limitOf(merchant))
    const passed = await Promise.all(Array.from({ length: 20 }, () => play(merchant, 1)))
    expect(passed.reduce((sum, one) => sum + one.passed, 0)).toBe(15)
  })

  test('P-05 a preview says what a limit would have refused of the last day', async () => {
    const merchant = newMerchant()
    await play(merchant, 40)
    now = new Date(NOW.getTime() + 60_000)
    await play(merchant, 5)
    const preview = async (more: object) =>
      PreviewReply.parse((await post('/rate-limits/preview', limitOf(merchant, more))).body)
    expect(await preview({})).toMatchObject({ requests: 45, refused: 25, merchants: 1 })
    expect(await preview({ limit: 100 })).toMatchObject({ requests: 45, refused: 0, merchants: 0 })
    expect(await preview({ route: '/v1/payments' })).toMatchObject({ requests: 0, refused: 0 })
    expect(await preview({ limit: 1, window_s: 1, burst: 0 })).toMatchObject({ requests: 45, refused: 0 })
    now = NOW
    // What the merchants of the world were paid in the last day came through here.
    const all = await post('/rate-limits/preview', {
      scope: 'global',
      route: '/v1/payments',
      limit: 1,
      window_s: 86_400,
      burst: 0,
      reason: 'x',
    })
    expect(PreviewReply.parse(all.body).refused).toBeGreaterThan(0)
  })
})

const OFFICE = { name: 'Office', cidr: '198.51.100.0/28' }

describe('allowlists', () => {
  test('P-06 a list is made, changed and withdrawn, every version kept, IPv4 in IPv6 as IPv4', async () => {
    const merchant = newMerchant()
    const mapped = { name: 'Servers', cidr: '::ffff:203.0.113.0/125' }
    const made = await post('/allowlists', listOf(merchant, [OFFICE, mapped]))
    expect(made.status).toBe(201)
    const { id, entries } = List.parse(made.body).allowlist
    expect(entries).toEqual([OFFICE, { name: 'Servers', cidr: '203.0.113.0/29' }])
    const twice = await post('/allowlists', listOf(merchant, [OFFICE]))
    expect(problemOf(twice)).toMatchObject({ code: 'allowlist_exists', detail: expect.stringContaining(id) })
    await post(`/allowlists/${id}/change`, { entries: [OFFICE], reason: 'Servers are gone' }, newKey(), '"1"')
    const stale = await post(`/allowlists/${id}/change`, { entries: [OFFICE], reason: 'x' }, newKey(), '"1"')
    expect(problemOf(stale).code).toBe('version_conflict')
    await post(`/allowlists/${id}/withdraw`, { reason: 'From anywhere' })
    expect((await get(`/allowlists/${id}/versions`)).body).toMatchObject({
      versions: [
        { version: 3, record: { state: 'withdrawn' } },
        { version: 2, record: { entries: [OFFICE] } },
        { version: 1, record: { entries } },
      ],
    })
    const told = (await eventsOf(sandbox, 'edge')).filter(({ subject }) => subject.id === id)
    expect(told.map(({ type }) => type)).toEqual([
      'allowlist.created',
      'allowlist.changed',
      'allowlist.withdrawn',
    ])
  })

  test('P-06 networks that overlap are refused by name, under whichever name', async () => {
    const merchant = newMerchant()
    for (const cidr of ['198.51.100.8/29', '198.51.100.3', '::ffff:198.51.100.0/120']) {
      const refused = problemOf(
        await post('/allowlists', listOf(merchant, [OFFICE, { name: 'Cellar', cidr }])),
      )
      expect(refused).toMatchObject({
        status: 422,
        code: 'networks_overlap',
        errors: [{ field: 'entries.1.cidr' }],
      })
      expect(refused.detail).toContain('"Cellar"')
      expect(refused.detail).toContain('"Office" (198.51.100.0/28)')
    }
  })

  test('P-06 a list that would let nobody in, or not the one who asks, is refused', async () => {
    const merchant = newMerchant()
    const refused = async (entries: unknown, more: object = {}) =>
      problemOf(await post('/allowlists', listOf(merchant, entries, more)))
    expect(await refused([])).toMatchObject({
      status: 422,
      code: 'would_lock_out',
      errors: [{ field: 'entries' }],
    })
    expect(await refused([{ ...OFFICE, expires_at: AT }])).toMatchObject({ code: 'would_lock_out' })
    expect(await refused([OFFICE], { requested_from: '198.51.100.16' })).toMatchObject({
      code: 'would_lock_out',
      detail: expect.stringContaining('198.51.100.16'),
    })
    expect(await refused([OFFICE], { requested_from: '2001:db8::1' })).toMatchObject({
      code: 'would_lock_out',
    })
    const made = await post(
      '/allowlists',
      listOf(merchant, [OFFICE], { requested_from: '::ffff:198.51.100.15' }),
    )
    expect(made.status).toBe(201)
    const { id } = List.parse(made.body).allowlist
    const emptied = await post(`/allowlists/${id}/change`, { entries: [], reason: 'x' })
    expect(problemOf(emptied).code).toBe('would_lock_out')
  })

  test.each([
    ['entries.0.cidr', [{ name: 'x', cidr: '198.51.100.1/28' }]],
    ['entries.0.cidr', [{ name: 'x', cidr: '198.51.100.0/33' }]],
    ['entries.0.cidr', [{ name: 'x', cidr: '::/0' }]],
    ['entries.1.cidr', [OFFICE, { name: 'x', cidr: 'home' }]],
    ['entries.0.name', [{ ...OFFICE, name: '' }]],
    ['entries.0.expires_at', [{ ...OFFICE, expires_at: '0000-01-01T00:00:00Z' }]],
    ['entries', 'all'],
  ])('P-06 a list with a wrong %s is not made', async (field, entries) => {
    const refused = problemOf(await post('/allowlists', listOf('mer_1', entries)))
    expect(refused).toMatchObject({ status: 400, errors: [{ field }] })
  })

  test('P-06 who is not on the list is refused and counted, takes nothing from limits, and an entry ends at its time', async () => {
    const merchant = newMerchant()
    await post('/rate-limits', limitOf(merchant))
    const visitor = { name: 'Visitor', cidr: '2001:db8::/64', expires_at: '2026-03-18T10:21:00Z' }
    const made = await post('/allowlists', listOf(merchant, [OFFICE, visitor]))
    const { id } = List.parse(made.body).allowlist
    const refused_by = { kind: 'allowlist', id }
    expect(await play(merchant, 9)).toEqual({ at: AT, passed: 0, refused: 9, refused_by })
    expect(await play(merchant, 4, { ip: '2001:db8::7' })).toMatchObject({ passed: 4 })
    expect(await play(merchant, 11, { ip: '::ffff:198.51.100.5' })).toMatchObject({ passed: 11 })
    now = new Date('2026-03-18T10:21:00Z')
    expect(await play(merchant, 1, { ip: '2001:db8::7' })).toMatchObject({ refused_by })
    now = new Date('2026-03-18T10:21:01Z')
    expect((await get(`/allowlists/${id}/refusals`)).body).toMatchObject({ id, refused: 10 })
    now = NOW
  })

  test('P-06 operators come to the console from where its list says', async () => {
    expect(await play(undefined, 1)).toMatchObject({ passed: 1 })
    const wanted = { scope: 'console', entries: [OFFICE], reason: 'Only from the office' }
    const made = await post('/allowlists', { ...wanted, requested_from: '198.51.100.2' })
    const { id, scope } = List.parse(made.body).allowlist
    expect(scope).toBe('console')
    expect(await play(undefined, 1)).toMatchObject({ refused: 1, refused_by: { kind: 'allowlist', id } })
    expect(await play(undefined, 1, { ip: '198.51.100.2' })).toMatchObject({ passed: 1 })
    const filtered = await get('/allowlists?scope=console&state=active')
    expect(filtered.body).toMatchObject({ allowlists: [{ id }], next_cursor: null })
  })
})

test.each([
  ['ip', '/requests', { route: '/', ip: '198.51.100.0/28' }],
  ['ip', '/requests', { route: '/', ip: 'fe80::1%eth0' }],
  ['count', '/requests', { route: '/', ip: '192.0.2.1', count: 0 }],
  ['limit', '/rate-limits/rl_1/change', { reason: 'x' }],
])('P-05 P-06 a wrong %s is refused at %s', async (field, path, body) => {
  expect(problemOf(await post(path, body))).toMatchObject({ status: 400, errors: [{ field }] })
})

test.each([
  ['/traffic?from=0000-01-01T00:00:00Z', 400],
  ['/traffic?merchant_id=mer_1&to=2026-03-18T10:00:00-16:00', 400],
  ['/rate-limits/rl_none/refusals', 404],
  ['/rate-limits/rl_none/versions', 404],
  ['/allowlists/al_none', 404],
  ['/allowlists/al_none/versions?before=0', 400],
])('P-05 P-06 GET %s is %i', async (path, status) => {
  expect(problemOf(await get(path)).status).toBe(status)
})

import { atDoor, type PlatformSandbox, startPlatform } from '@countersign/testkit/platform-product.ts'
import { type Client, eventually, type Product } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const DOOR = '/api/ops/rate-limits'

let sandbox: PlatformSandbox
let product: Product
let operations: Client
let administrator: Client
let second: Client

beforeAll(async () => {
  ;({ product, sandbox } = await startPlatform())
  operations = await product.as('platform/OPS_ADMIN')
  administrator = await product.as('platform/PLATFORM_ADMIN')
  second = await product.as('platform/PLATFORM_ADMIN-2')
}, 120_000)
afterAll(async () => {
  await product?.close()
  await sandbox?.drop()
})

const door = (by: Client, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path = '', body?: object) =>
  atDoor(product, by, method, `${DOOR}${path}`, body === undefined ? {} : { body })
const limitOf = (merchant_id: string, more: object = {}) => ({
  ...{ scope: 'merchant', merchant_id, route: '/v1/refunds', limit: 10, window_s: 60, burst: 0 },
  ...{ reason: 'agreed_with_merchant' },
  ...more,
})
const approve = async (by: Client, id: string) => {
  const { digest } = (await by.get(`/v1/requests/${id}`)).body
  const answer = await by.post(`/v1/requests/${id}/approve`, { digest })
  expect(answer.status, answer.text).toBe(200)
  return eventually('it to be carried out', async () => {
    const { body } = await by.get(`/v1/requests/${id}`)
    return body.state === 'executed' && body
  })
}
/** The limit of a route that this console has of itself, made by one and agreed to by another. */
async function limitConsole(route: string, limit: number, window_s = 3_600): Promise<string> {
  const rule = { scope: 'console', route, limit, window_s, burst: 0, reason: 'load' }
  const asked = await door(operations, 'POST', '', rule)
  expect(asked.status, asked.text).toBe(202)
  await approve(administrator, asked.body.id)
  const { body } = await door(operations, 'GET', '?scope=console&state=active')
  return body.rate_limits.find((one: { route: string }) => one.route === route).id
}

test('P-05 P-01 K-03 a limit is added, changed and withdrawn at its doors, each with why; every version can be read', async () => {
  const merchant = await sandbox.openMerchant('Amber Kettles')
  const added = await door(operations, 'POST', '', limitOf(merchant))
  expect(added).toMatchObject({
    status: 200,
    body: { success: true, message: 'Rate limit added', state: 'executed' },
  })
  const { body: listed } = await door(operations, 'GET', `?merchant_id=${merchant}`)
  expect(listed).toMatchObject({ success: true, next_cursor: null, note: expect.any(String) })
  const [{ id }] = listed.rate_limits
  expect(listed.rate_limits).toMatchObject([{ limit: 10, window_s: 60, reason: 'agreed_with_merchant' }])
  await eventually('what its merchant is called', async () => {
    const { entities } = (await operations.get(`/v1/entities/rate_limit?merchant_id=${merchant}`)).body
    return entities[0].fields.owner === 'Amber Kettles'
  })
  const twice = await door(operations, 'POST', '', limitOf(merchant, { limit: 20 }))
  expect([twice.status, twice.body.code]).toEqual([409, 'limit_exists'])
  expect((await door(operations, 'PUT', `/${id}`, { limit: 25, reason: 'load' })).body).toMatchObject({
    ...{ success: true, state: 'executed' },
  })
  expect((await door(operations, 'GET', `/${id}`)).body).toMatchObject({
    ...{ success: true, data: { id, version: 2, limit: 25, window_s: 60 } },
  })
  expect((await door(administrator, 'DELETE', `/${id}`, { reason: 'outdated' })).body).toMatchObject({
    ...{ success: true, state: 'executed' },
  })
  const { body: first } = await door(operations, 'GET', `/${id}/versions?limit=2`)
  expect(first.versions.map(({ record }: { record: { state: string } }) => record.state)).toEqual([
    'withdrawn',
    'active',
  ])
  const { body: rest } = await door(
    operations,
    'GET',
    `/${id}/versions?limit=2&cursor=${encodeURIComponent(first.next_cursor)}`,
  )
  expect(rest).toMatchObject({ versions: [{ version: 1, record: { limit: 10 } }], next_cursor: null })
  const again = await door(operations, 'PUT', `/${id}`, { limit: 5, reason: 'load' })
  expect([again.status, again.body.code]).toEqual([409, 'withdrawn'])
  const auditor = await product.as('kernel/auditor')
  const { body: log } = await auditor.get(`/v1/audit?target=rate_limit/${id}`)
  expect(log.entries.map((entry: { action?: string }) => entry.action)).toEqual(
    expect.arrayContaining(['platform.change_rate_limit', 'platform.withdraw_rate_limit']),
  )
})

test('P-05 K-04 the preview says what would have been limited of the last 24 hours, and setting it is confirmed with just that', async () => {
  const merchant = await sandbox.openMerchant('Copper Lanes')
  await sandbox.seenAtTheEdge({ merchant_id: merchant, route: '/v1/refunds/3', count: 42 })
  const target = { kind: 'edge_scope', id: `merchant:${merchant}` }
  const input = { route: '/v1/refunds', limit: 10, window_s: 60 }
  const { body: shown } = await operations.post('/v1/actions/platform.add_rate_limit/preview', {
    target,
    input,
  })
  expect(shown).toMatchObject({
    subject: 'Copper Lanes',
    changes: [{ after: '10 requests in 60 s' }],
    at_present: ['In the last 24 hours it would have limited 32 requests of 1 merchant.'],
  })
  const reason = { code: 'load' }
  const asking = { target, input, reason, preview_digest: shown.preview_digest }
  // What came meanwhile moves by itself, and is no part of what is confirmed.
  await sandbox.seenAtTheEdge({ merchant_id: merchant, route: '/v1/refunds/3', count: 1 })
  expect((await operations.post('/v1/actions/platform.add_rate_limit', asking)).status).toBe(202)
})

test('P-05 K-04 changing a limit and withdrawing it are previewed against the last 24 hours too, over all merchants that it holds', async () => {
  // A route that nobody else sends to: what is counted is what this test sends.
  const route = '/v1/copper-lanes'
  for (const count of [42, 31, 12, 11]) {
    const merchant_id = await sandbox.openMerchant('Copper Lanes')
    await sandbox.seenAtTheEdge({ merchant_id, route: `${route}/3`, count })
    // Beside it, not below it.
    await sandbox.seenAtTheEdge({ merchant_id, route: `${route}-of-old`, count })
  }
  const { id } = await sandbox.madeAtTheEdge('/rate-limits', {
    ...{ scope: 'global', route, limit: 50, window_s: 86_400, burst: 0, reason: 'x' },
  })
  const shown = async (action: string, input: object) => {
    const target = { kind: 'rate_limit', id }
    const { status, body } = await operations.post(`/v1/actions/platform.${action}/preview`, {
      target,
      input,
    })
    expect(status).toBe(200)
    return body.at_present
  }
  const limited = (requests: number) => [
    `In the last 24 hours it would have limited ${requests} requests of 4 merchants.`,
  ]
  expect(await shown('change_rate_limit', { limit: 10 })).toEqual(limited(86))
  expect(await shown('change_rate_limit', { limit: 40, burst: 6 })).toEqual(limited(50))
  expect(await shown('withdraw_rate_limit', {})).toEqual(limited(46))
})

test.each([
  [{ limit: 0 }, 'limit', 'must be 1 to 1000000 requests; who is to send nothing is suspended'],
  [{ limit: 1.5 }, 'limit', 'must be 1 to'],
  [{ window_s: 0 }, 'window_s', 'must be 1 to 86400 seconds'],
  [{ window_s: 86_401 }, 'window_s', 'must be 1 to 86400 seconds'],
  [{ burst: -1 }, 'burst', 'must be 0 to'],
  [{ route: 'v1/payments' }, 'route', 'must be how a path begins'],
  [{ route: '/v1/../x' }, 'route', 'must be how a path begins'],
  [{ route: '/v1//payments' }, 'route', 'must be how a path begins'],
  [{ scope: 'console', merchant_id: undefined, console: 'treasury ' }, 'console', 'the name of a console'],
  [{ route: '/a?b' }, 'route', 'must be how a path begins'],
  [{ merchant_id: 'mer_nobody' }, 'merchant_id', 'must be the id of a merchant'],
  [{ merchant_id: undefined }, 'merchant_id', 'must be there for the scope merchant'],
  [{ scope: 'global' }, 'merchant_id', 'must be there for the scope merchant'],
  [{ scope: 'everybody' }, 'scope', ''],
  [{ console: 'treasury' }, 'console', 'must be left out'],
  [{ scope: 'global', merchant_id: undefined, console: 'treasury' }, 'console', 'must be left out'],
  [{ reason: ' ' }, 'reason', 'reason is required'],
  [{ quota: 5 }, 'quota', 'is not a member'],
])('P-05 P-01 K-36 %j is refused, and %s named with what is allowed', async (wrong, field, said) => {
  const merchant = await sandbox.openMerchant('Paper Moon')
  const answer = await door(operations, 'POST', '', limitOf(merchant, wrong))
  expect(answer).toMatchObject({
    status: 400,
    body: { success: false, errors: [{ field, message: expect.stringContaining(said) }] },
  })
})

test('P-05 P-11 K-20 a limit of all merchants together takes a second administrator, to be made and to be withdrawn', async () => {
  const all = { scope: 'global', route: '/v1/refunds', limit: 1, window_s: 86_400, reason: 'load' }
  const made = await door(operations, 'POST', '', all)
  expect(made).toMatchObject({ status: 202, body: { state: 'pending' } })
  const limits = async () =>
    (await operations.get('/api/ops/rate-limits?scope=global&state=active')).body.rate_limits
  const before = await limits()
  expect(before.filter(({ route }: { route: string }) => route === '/v1/refunds')).toEqual([])
  await approve(administrator, made.body.id)
  const limit = (await limits()).find(({ route }: { route: string }) => route === '/v1/refunds')
  expect(await door(operations, 'DELETE', `/${limit.id}`, { reason: 'outdated' })).toMatchObject({
    status: 202,
    body: { state: 'pending' },
  })
})

test('P-05 P-11 K-34 a limit of another console is nobody’s here: refused, and a security event of severity HIGH', async () => {
  const limit = await sandbox.madeAtTheEdge('/rate-limits', {
    ...{ scope: 'console', console: 'treasury', route: '/', limit: 5, window_s: 60, burst: 0, reason: 'x' },
  })
  const rule = { scope: 'console', console: 'treasury', route: '/', limit: 1, window_s: 60, reason: 'load' }
  const attempts = [
    await door(administrator, 'POST', '', rule),
    await door(administrator, 'PUT', `/${limit.id}`, { limit: 1, reason: 'load' }),
    await door(administrator, 'DELETE', `/${limit.id}`, { reason: 'outdated' }),
    await administrator.post('/v1/actions/platform.withdraw_rate_limit/preview', {
      target: { kind: 'rate_limit', id: limit.id },
    }),
  ]
  for (const { status, body } of attempts) {
    expect([status, body.code]).toEqual([403, 'covers_another_console'])
  }
  const auditor = await product.as('kernel/auditor')
  const { body: log } = await auditor.get('/v1/audit?kind=security&limit=50')
  const events = log.entries.filter(
    ({ detail }: { detail: { code?: string } }) => detail.code === 'covers_another_console',
  )
  expect(events).toHaveLength(attempts.length)
  for (const event of events) {
    expect(event).toMatchObject({ event_sub_type: 'UNAUTHORIZED_ACCESS_ATTEMPT', severity: 'HIGH' })
  }
  expect(await sandbox.atTheEdge(`/rate-limits/${limit.id}`)).toMatchObject({ version: 1, limit: 5 })
})

test('P-05 K-20 C-27 a limit of this console takes a second administrator, and is enforced on its own doors with Retry-After; who changes it back waits for none', async () => {
  const asked = await door(administrator, 'POST', '', {
    ...{ scope: 'console', route: '/api/ops/merchants', limit: 2, window_s: 3_600, reason: 'load' },
  })
  expect(asked).toMatchObject({ status: 202, body: { state: 'pending', success: true } })
  expect(asked.body.message).toContain('second administrator')
  const own = await administrator.post(`/v1/requests/${asked.body.id}/approve`, {
    digest: (await administrator.get(`/v1/requests/${asked.body.id}`)).body.digest,
  })
  expect(own.status).toBe(403)
  const merchant = await sandbox.openMerchant('Tin Drum')
  await approve(second, asked.body.id)

  const refused = await eventually('the limit to be heard of', async () => {
    const list = await atDoor(product, operations, 'GET', '/api/ops/merchants')
    return list.status === 429 && list
  })
  expect(refused.body).toMatchObject({ success: false, code: 'too_many_requests', status: 429 })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused.headers.get('ratelimit-policy')).toBe('"window";q=2;w=3600')
  // No way of writing the path gets round it, and others have their own.
  expect((await atDoor(product, operations, 'GET', '/api/ops/%6derchants')).status).toBe(429)
  expect((await atDoor(product, second, 'GET', '/api/ops/merchants')).status).toBe(200)
  // Containment has a quota of its own, at the door and as an action.
  const frozen = await atDoor(product, operations, 'PUT', `/api/ops/merchants/${merchant}/suspend`, {
    body: { reason: 'fraud_suspected' },
  })
  expect(frozen).toMatchObject({ status: 200, body: { state: 'executed' } })

  // With every path shut, a limit is still agreed to and taken back.
  const everything = await limitConsole('/', 1)
  await eventually('everything to be limited', async () => (await operations.get('/v1/me')).status === 429)
  const shut = await operations.get('/v1/requests')
  expect(shut.status).toBe(429)
  const back = await door(operations, 'DELETE', `/${everything}`, { reason: 'outdated' })
  expect(back.status, back.text).toBe(202)
  const { digest } = back.body
  const agreed = await second.post(`/v1/requests/${back.body.id}/approve`, { digest })
  expect(agreed.status, agreed.text).toBe(200)
  await eventually('it to be open again', async () => (await operations.get('/v1/me')).status === 200)
}, 120_000)

test('P-05 K-37 while the edge is away the limits that it told last go on, and are shown as a copy', async () => {
  const id = await limitConsole('/api/ops/transactions', 1)
  const atLimit = async () => (await atDoor(product, operations, 'GET', '/api/ops/transactions')).status
  await eventually('the limit to be heard of', async () => (await atLimit()) === 429)
  await sandbox.edgeAway(true)
  try {
    expect(await atLimit()).toBe(429)
    const { status, body } = await administrator.get(`/v1/entities/rate_limit/${id}`)
    expect([status, body.state]).toEqual([200, 'active'])
    expect((await door(administrator, 'PUT', `/${id}`, { limit: 9, reason: 'load' })).status).toBe(503)
  } finally {
    await sandbox.edgeAway(false)
  }
}, 120_000)

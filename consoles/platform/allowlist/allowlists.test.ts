import { openEventStream } from '@countersign/testkit/event-stream.ts'
import { atDoor, type PlatformSandbox, startPlatform } from '@countersign/testkit/platform-product.ts'
import { type Client, eventually, type Product } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const DOOR = '/api/ops/ip-whitelist'
const OFFICE = '203.0.113.7'
const ELSEWHERE = '198.51.100.9'
const HOUR_MS = 3_600_000

let sandbox: PlatformSandbox
let product: Product
let operations: Client
let administrator: Client
let second: Client

beforeAll(async () => {
  // Whoever sends the requests of this test is its proxy.
  ;({ product, sandbox } = await startPlatform({ serverEnvironment: { TRUST_PROXY: '127.0.0.1' } }))
  operations = await product.as('platform/OPS_ADMIN')
  administrator = await product.as('platform/PLATFORM_ADMIN')
  second = await product.as('platform/PLATFORM_ADMIN-2')
}, 120_000)
afterAll(async () => {
  await product?.close()
  await sandbox?.drop()
})

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
const door = (by: Client, method: Method, path = '', body?: object, from = OFFICE) =>
  atDoor(product, by, method, `${DOOR}${path}`, { from, ...(body === undefined ? {} : { body }) })
const entry = (cidr: string, more: object = {}) => ({ name: `Network ${cidr}`, cidr, ...more })
const ofConsole = (...entries: object[]) => ({ scope: 'console', entries, reason: 'access_narrowed' })
const hence = (ms: number) => new Date(Date.now() + ms).toISOString()
const decide = async (by: Client, id: string, word: 'approve' | 'reject', from = OFFICE) => {
  const { digest } = (await atDoor(product, by, 'GET', `/v1/requests/${id}`, { from: OFFICE })).body
  const body = word === 'approve' ? { digest } : { reason: 'not so' }
  return atDoor(product, by, 'POST', `/v1/requests/${id}/${word}`, { from, body })
}
const settled = (id: string) =>
  eventually('it to be settled', async () => {
    const { body } = await atDoor(product, administrator, 'GET', `/v1/requests/${id}`, { from: OFFICE })
    return ['executed', 'failed', 'stale'].includes(body.state) && body
  })

test('P-06 P-01 a list of a merchant is made, changed and withdrawn at its doors; what is mapped into IPv6 is kept as IPv4', async () => {
  const merchant = await sandbox.openMerchant('Velvet Anvil')
  const list = { scope: 'merchant', merchant_id: merchant, reason: 'agreed_with_merchant' }
  const until = hence(HOUR_MS)
  const entries = [entry('2001:DB8::/32'), entry('::ffff:192.0.2.0/120', { expires_at: until })]
  expect((await door(operations, 'POST', '', { ...list, entries })).body).toMatchObject({
    ...{ success: true, message: 'Allowlist added', state: 'executed' },
  })
  const { body } = await door(operations, 'GET', `?merchant_id=${merchant}`)
  expect(body).toMatchObject({ success: true, note: expect.any(String), next_cursor: null })
  const [{ id }] = body.ip_whitelist
  expect(body.ip_whitelist[0].entries).toMatchObject([
    { cidr: '2001:db8::/32', expires_at: null },
    { cidr: '192.0.2.0/24', expires_at: until },
  ])
  // Where people read it, by what its merchant is called.
  await eventually('the name', async () => {
    const { entities } = (
      await atDoor(product, operations, 'GET', `/v1/entities/allowlist?merchant_id=${merchant}`, {
        from: OFFICE,
      })
    ).body
    return entities[0].fields.owner === 'Velvet Anvil'
  })
  const shown = (await atDoor(product, operations, 'GET', `/v1/entities/allowlist/${id}`, { from: OFFICE }))
    .body
  expect(shown).toMatchObject({ title: 'Allowlist of Velvet Anvil', related: [{ title: 'Velvet Anvil' }] })
  const second = await door(operations, 'POST', '', { ...list, entries })
  expect([second.status, second.body.code]).toEqual([409, 'allowlist_exists'])
  const changed = { entries: [entry('192.0.2.0/24')], reason: 'network_moved' }
  expect((await door(operations, 'PUT', `/${id}`, changed)).body.state).toBe('executed')
  expect((await door(operations, 'DELETE', `/${id}`, { reason: 'outdated' })).body.state).toBe('executed')
  const { body: kept } = await door(operations, 'GET', `/${id}/versions`)
  expect(kept.versions.map(({ version }: { version: number }) => version)).toEqual([3, 2, 1])
  expect((await door(operations, 'GET', '/al_none')).status).toBe(404)
})

test.each([
  ['are none', [], 'entries', 'an empty list would let nobody in'],
  [
    'have all expired',
    [{ expires_at: hence(-HOUR_MS) }],
    'entries',
    'must hold a network that has not expired',
  ],
  ['will all expire', [{ expires_at: hence(HOUR_MS) }], 'entries', 'must hold a network without an end'],
  ['leave out who asks', [{ cidr: '198.51.100.0/24' }], 'entries', 'you would lock yourself out'],
  ['name who asks as IPv6', [{ cidr: '::203.0.113.7/128' }], 'entries', 'you would lock yourself out'],
  [
    'have host bits',
    [{ cidr: '203.0.113.7/24' }],
    'entries.0.cidr',
    'without host bits: 203.0.113.7/24 is an address in 203.0.113.0/24',
  ],
  ['are too long', [{ cidr: '203.0.113.0/33' }], 'entries.0.cidr', 'must have a length of at most 32'],
  ['are no networks', [{ cidr: 'office' }], 'entries.0.cidr', 'must be a network in CIDR'],
  ['hold the mapped addresses', [{ cidr: '::/0' }], 'entries.0.cidr', 'name the IPv4 network by itself'],
  ['are there twice', [{}, { cidr: '203.0.113.0/28' }], 'entries.1.cidr', 'must not overlap'],
  [
    'are there twice, once mapped into IPv6',
    [{}, { cidr: '::ffff:203.0.113.0/120' }],
    'entries.1.cidr',
    'must not overlap',
  ],
  ['have no name', [{ name: ' ' }], 'entries.0.name', 'must be 1 to 80 characters'],
  ['expire at no time', [{ expires_at: 'tomorrow' }], 'entries.0.expires_at', 'RFC 3339'],
  ['are too many', Array(201).fill({}), 'entries', 'must be at most 200 entries'],
])(
  'P-06 P-01 K-36 entries that %s are refused at their field, with what is allowed',
  async (_why, entries, field, said) => {
    const wanted = entries.map((more: object) => ({ ...entry('203.0.113.0/24'), ...more }))
    const answer = await door(operations, 'POST', '', ofConsole(...wanted))
    expect(answer).toMatchObject({
      status: 400,
      body: { success: false, errors: [{ field, message: expect.stringContaining(said) }] },
    })
  },
)

test('P-06 K-10 of a network that leaves nobody out it is said that it does, before it is asked for', async () => {
  const effectsOf = async (...networks: string[]) => {
    const { body } = await atDoor(product, operations, 'POST', '/v1/actions/platform.add_allowlist/preview', {
      from: OFFICE,
      body: {
        target: { kind: 'edge_scope', id: 'console:platform' },
        input: { entries: networks.map((cidr) => entry(cidr)) },
      },
    })
    return body.effects.join(' ')
  }
  expect(await effectsOf('0.0.0.0/0')).toContain('0.0.0.0/0 lets everybody in who comes by IPv4')
  expect(await effectsOf('203.0.113.0/24', '2000::/3')).toContain(
    '2000::/3 lets everybody in who comes by IPv6',
  )
  expect(await effectsOf('203.0.113.0/24', '2001:db8::/32')).not.toContain('lets everybody in')
})

test('P-06 K-36 a list is of a merchant that is known, or of this console; what a caller says of its own address counts for nothing', async () => {
  const entries = [entry('198.51.100.0/24')]
  const of = (merchant_id: string) => ({ scope: 'merchant', merchant_id, entries, reason: 'outdated' })
  expect((await door(operations, 'POST', '', of('mer_nobody'))).body).toMatchObject({
    errors: [{ field: 'merchant_id', message: expect.stringContaining('must be the id of a merchant') }],
  })
  const preview = await atDoor(product, operations, 'POST', '/v1/actions/platform.add_allowlist/preview', {
    from: OFFICE,
    body: {
      target: { kind: 'edge_scope', id: 'console:platform' },
      input: { entries, requested_from: '198.51.100.7' },
    },
  })
  expect(preview).toMatchObject({ status: 400, body: { errors: [{ field: 'input.entries' }] } })
  const { body } = await operations.get('/v1/actions')
  const offered = body.actions.find(({ type }: { type: string }) => type === 'platform.add_allowlist')
  expect(Object.keys(offered.input_schema.properties)).toEqual(['entries'])
})

test('P-06 P-11 K-34 a list of another console is refused, and a security event of severity HIGH', async () => {
  const allowlist = await sandbox.madeAtTheEdge('/allowlists', {
    ...{ scope: 'console', console: 'treasury', reason: 'x', entries: [entry('192.0.2.0/24')] },
  })
  const attempts = [
    await door(administrator, 'POST', '', { ...ofConsole(entry('203.0.113.0/24')), console: 'treasury' }),
    await door(administrator, 'PUT', `/${allowlist.id}`, {
      ...{ entries: [entry('203.0.113.0/24')], reason: 'network_moved' },
    }),
    await door(administrator, 'DELETE', `/${allowlist.id}`, { reason: 'outdated' }),
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
  expect(events[0]).toMatchObject({ event_sub_type: 'UNAUTHORIZED_ACCESS_ATTEMPT', severity: 'HIGH' })
  // And it keeps nobody of this console out.
  expect((await door(operations, 'GET', '', undefined, ELSEWHERE)).status).toBe(200)
})

test('P-06 K-20 K-09 a list of this console takes a second administrator, who asked is looked at again when it takes effect, and it is enforced', async () => {
  // It is agreed to in time; when it would take effect, the network that lets in who asked for it has expired.
  const until = hence(10_000)
  await product.stopWorker()
  const short = ofConsole(entry('192.0.2.0/24'), entry('203.0.113.0/24', { expires_at: until }))
  const late = await door(administrator, 'POST', '', short)
  expect(late).toMatchObject({ status: 202, body: { state: 'pending' } })
  const signed = await decide(second, late.body.id, 'approve')
  expect(signed.status, signed.text).toBe(200)
  await eventually('the network to have expired', async () => Date.now() > Date.parse(until))
  product.startWorker()
  expect(await settled(late.body.id)).toMatchObject({ state: 'stale' })
  expect(await sandbox.atTheEdge('/allowlists?console=platform')).toMatchObject({ allowlists: [] })

  const asked = await door(operations, 'POST', '', ofConsole(entry('203.0.113.0/24'), entry('2001:db8::/32')))
  expect(asked, asked.text).toMatchObject({ status: 202, body: { state: 'pending' } })
  expect(asked.text).not.toContain(OFFICE)
  const listen = (from: string) =>
    openEventStream(product.url, {
      authorization: `Bearer ${operations.token}`,
      'x-forwarded-for': from,
    })
  const [atOffice, outside] = [await listen(OFFICE), await listen(ELSEWHERE)]
  expect([atOffice.status, outside.status]).toEqual([200, 200])
  const over: string[] = []
  void atOffice.ended.then(() => over.push(OFFICE))
  void outside.ended.then(() => over.push(ELSEWHERE))
  expect((await decide(administrator, asked.body.id, 'approve')).status).toBe(200)
  expect(await settled(asked.body.id)).toMatchObject({ state: 'executed' })

  const refused = await eventually('the list to be heard of', async () => {
    const answer = await door(operations, 'GET', '', undefined, ELSEWHERE)
    return answer.status === 403 && answer
  })
  expect(refused.body).toMatchObject({
    ...{ success: false, code: 'address_not_listed' },
    error: expect.stringContaining('not in the allowlist'),
  })
  // Whoever listened already from an address that is listed no more hears no more; from one that is listed, on.
  await outside.ended
  expect(over).toEqual([ELSEWHERE])
  atOffice.cut()
  const status = async (by: Client, path: string, from: string) =>
    (await atDoor(product, by, 'GET', path, { from })).status
  for (const from of [OFFICE, '::ffff:203.0.113.200', '2001:db8:7::1']) {
    expect([from, await status(operations, '/v1/me', from)]).toEqual([from, 200])
  }
  for (const from of [ELSEWHERE, '::ffff:198.51.100.9', '::203.0.113.7', 'unknown', '2001:db9::1']) {
    for (const path of ['/v1/me', '/api/ops/merchants', '/api//ops', '/api/ops/audit-logs']) {
      expect([from, path, await status(administrator, path, from)]).toEqual([from, path, 403])
    }
  }
  // What a sender says of where it comes from does not count beyond the proxy that is believed.
  expect(await status(operations, '/v1/me', `${OFFICE}, ${ELSEWHERE}`)).toBe(403)
  const auditor = await product.as('kernel/auditor')
  const { body: log } = await atDoor(product, auditor, 'GET', '/v1/audit?kind=denial&limit=50', {
    from: OFFICE,
  })
  expect(log.entries).toContainEqual(
    expect.objectContaining({
      action: 'platform:enter',
      detail: { code: 'address_not_listed', affected_resource: '/v1/me' },
    }),
  )

  // P-05: containment, the word on a request, sign-in and health are had from anywhere.
  const merchant = await sandbox.openMerchant('Iron Ferry')
  const frozen = await atDoor(product, operations, 'PUT', `/api/ops/merchants/${merchant}/suspend`, {
    ...{ from: ELSEWHERE, body: { reason: 'fraud_suspected' } },
  })
  expect(frozen, frozen.text).toMatchObject({ status: 200, body: { state: 'executed' } })
  const { body: lists } = await door(operations, 'GET', '?scope=console&state=active&console=platform')
  const back = await door(operations, 'DELETE', `/${lists.ip_whitelist[0].id}`, { reason: 'outdated' })
  expect(back.status, back.text).toBe(202)
  for (const path of ['/healthz', '/readyz'])
    expect((await fetch(`${product.url}${path}`)).status).toBeLessThan(500)
  expect((await decide(second, back.body.id, 'approve', ELSEWHERE)).status).toBe(200)
  await settled(back.body.id)
  await eventually('it to be open again', async () => (await status(operations, '/v1/me', ELSEWHERE)) === 200)
}, 180_000)

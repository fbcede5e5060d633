import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const LOG = '/api/ops/audit-logs'
let product: Product
let operations: Client
let administrator: Client
let transfers: Client

type Entry = { id: string; kind: string; action: string; actor: { id: string; roles: string[] } }

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  operations = await product.as('platform/OPS_ADMIN')
  administrator = await product.as('platform/PLATFORM_ADMIN')
  transfers = await product.as('transfers/OPS')
  // Of this console, of another, and of this console's people where they have no say.
  for (const value of [true, false]) {
    const changed = await administrator.send('PUT', '/api/ops/system-config/feature_flag_qr', {
      ...{ value, reason: 'Tried out in one shop' },
    })
    expect(changed.status, changed.text).toBe(200)
  }
  const { transfers: listed } = await product.upstream('/cts/transfers?state=return_received&limit=1')
  const [{ id, return: received }] = listed
  expect((await transfers.post('/returns', { transferId: id, reason: received.code })).status).toBe(202)
  expect((await operations.get(`/v1/entities/transfer/${id}`)).status).toBe(404)
  expect((await operations.get('/api/ledger/entries')).status).toBe(403)
}, 120_000)
afterAll(() => product?.close())

async function entries(by: Client, query = ''): Promise<Entry[]> {
  const { status, text, body } = await by.get(`${LOG}?limit=200${query}`)
  expect(status, text).toBe(200)
  return body.data
}

test('P-09 the log of the console holds what was done in it and what its people attempted, and nothing of another console', async () => {
  const all = await entries(operations)
  expect(all).toEqual(await entries(administrator))
  expect(all.filter(({ action }) => action === 'platform.change_config').length).toBeGreaterThanOrEqual(2)
  expect(all.map(({ action }) => action)).toEqual(expect.arrayContaining(['transfers:read', 'treasury:read']))
  expect(all.filter(({ actor }) => actor.roles.some((role) => role.startsWith('transfers/')))).toEqual([])
  expect(all.filter(({ action }) => action?.startsWith('transfers.'))).toEqual([])
  // The whole log has both, and is not theirs.
  const { body } = await (await product.as('kernel/auditor')).get('/v1/audit?limit=200')
  expect(body.entries.map(({ action }: Entry) => action)).toContain('transfers.return_transfer')
  for (const path of [
    '',
    '/export?format=json',
    '/log/checkpoint',
    '/log/tile/0/000.p/1',
    `/${body.entries[0].id}`,
  ]) {
    expect([path, (await administrator.get(`/v1/audit${path}`)).status]).toEqual([path, 403])
  }
})

test('P-09 its security events stand first, and say who, when and from where', async () => {
  const { body } = await operations.get(LOG)
  expect(body).toMatchObject({ success: true, note: expect.any(String) })
  expect(body.security_events.slice(0, 2)).toMatchObject([
    { kind: 'security', severity: 'HIGH', action: 'treasury:read', actor: { id: operations.id } },
    { kind: 'security', severity: 'HIGH', action: 'transfers:read', at: expect.stringMatching(/^20.*Z$/) },
  ])
  expect(body.security_events[0].ip_address).toMatch(/^127\.0/)
  expect((await operations.get(`${LOG}?kind=action`)).body).not.toHaveProperty('security_events')
})

test('P-09 C-22 it is filtered, and page by page it is the whole of it', async () => {
  const of = await entries(operations, '&actor=platform-PLATFORM_ADMIN&action=platform.change_config')
  expect(of.length).toBeGreaterThanOrEqual(2)
  expect(new Set(of.map(({ actor }) => actor.id))).toEqual(new Set([administrator.id]))
  expect((await entries(operations, '&text=feature_flag_qr')).length).toBeGreaterThanOrEqual(2)
  expect(await entries(operations, '&text=transfers.return_transfer')).toEqual([])

  const whole = (await entries(operations)).map(({ id }) => id)
  const paged: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await operations.get(`${LOG}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
    paged.push(...body.data.map(({ id }: Entry) => id))
    cursor = body.next_cursor
  }
  expect(paged).toEqual(whole)
  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['cursor=x', 'cursor'],
    ['kind=gossip', 'kind'],
    ['scope=all', 'scope'],
    ['from=yesterday', 'from'],
  ]) {
    const refused = await operations.get(`${LOG}?${query}`)
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, field])
  }
})

test('P-09 an entry of its own is opened; one of another console is not there', async () => {
  const [own] = await entries(operations, '&action=platform.change_config')
  expect((await operations.get(`${LOG}/${own?.id}`)).body).toMatchObject({
    success: true,
    data: { id: own?.id },
  })
  const auditor = await product.as('kernel/auditor')
  const { body } = await auditor.get('/v1/audit?action=transfers.return_transfer&limit=1')
  const [other] = body.entries as Entry[]
  expect(await operations.get(`${LOG}/${other?.id}`)).toMatchObject({
    status: 404,
    body: { code: 'audit_entry_not_found' },
  })
  expect((await operations.get(`${LOG}/nonsense`)).status).toBe(400)
})

test('P-09 P-12 who has no role of the console reads none of it', async () => {
  for (const persona of ['platform/MERCHANT', 'transfers/ADMIN', 'hub/OPERATOR', 'treasury/FINANCE_ADMIN']) {
    const refused = await (await product.as(persona)).get(LOG)
    expect([persona, refused.status]).toEqual([persona, 403])
    expect(refused.body.error).toContain('PLATFORM_ADMIN or OPS_ADMIN role required')
  }
})

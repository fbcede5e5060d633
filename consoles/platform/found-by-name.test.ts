import { type PlatformSandbox, startPlatform } from '@countersign/testkit/platform-product.ts'
import { type Client, eventually, type Product } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const LOG = '/api/ops/audit-logs'

let product: Product
let sandbox: PlatformSandbox
let operations: Client
let auditor: Client
let lamps: string
let gateway: { readonly id: string; readonly name: string }

beforeAll(async () => {
  ;({ product, sandbox } = await startPlatform())
  operations = await product.as('platform/OPS_ADMIN')
  auditor = await product.as('kernel/auditor')
  lamps = await sandbox.openMerchant('Saffron Lamps')
  await sandbox.openMerchant('Kestrel Tea')
  ;[gateway] = (await operations.get('/v1/entities/gateway?limit=1')).body.entities.map(
    ({ id, title }: { id: string; title: string }) => ({ id, name: title }),
  )
  await sandbox.atGateway(gateway.id, 'routing', { priority: 3 })
  await eventually('both are known by name', async () => {
    const found = await Promise.all([find(operations, 'saffron'), find(operations, gateway.name)])
    return found.every((hits) => hits.length > 0)
  })
  const suspended = await operations.send('PUT', `/api/ops/merchants/${lamps}/suspend`, {
    reason: 'fraud_suspected',
  })
  expect(suspended.status, suspended.text).toBeLessThan(300)
}, 120_000)
afterAll(async () => {
  await product?.close()
  await sandbox?.drop()
})

type Hit = { kind: string; id: string; title: string }
async function find(by: Client, typed: string): Promise<Hit[]> {
  const { status, body, text } = await by.get(`/v1/search?q=${encodeURIComponent(typed)}`)
  expect(status, text).toBe(200)
  return body.groups.flatMap(({ hits }: { hits: Hit[] }) => hits)
}

type Entry = { id: string; action: string; actor: { id: string }; target: { id: string; title?: string } }
async function entries(query: string, by = operations): Promise<Entry[]> {
  const { status, body, text } = await by.get(`${LOG}?limit=200&${query}`)
  expect(status, text).toBe(200)
  return body.data
}

test('C-10 P-02 P-04 merchants and gateways are found by a word of their names', async () => {
  expect(await find(operations, 'Saffron')).toMatchObject([
    { kind: 'merchant', id: lamps, title: 'Saffron Lamps' },
  ])
  expect(await find(operations, 'lamps')).toMatchObject([{ id: lamps }])
  expect(await find(operations, gateway.name)).toMatchObject([{ kind: 'gateway', id: gateway.id }])
  expect(await find(operations, lamps)).toMatchObject([{ id: lamps }])
})

test('P-03 C-24 filters by a record say of which kind it is, so that a page can find it by name', async () => {
  const { body } = await operations.get('/v1/lists')
  const filters = Object.fromEntries(
    body.lists.map(({ kind, filters }: { kind: string; filters: object[] }) => [kind, filters]),
  )
  expect(filters.transaction).toContainEqual({ key: 'merchant_id', title: 'Merchant', record: 'merchant' })
  expect(filters.transaction).toContainEqual({ key: 'gateway', title: 'Gateway', record: 'gateway' })
  for (const kind of ['rate_limit', 'allowlist'])
    expect(filters[kind]).toContainEqual({ key: 'merchant_id', title: 'Merchant', record: 'merchant' })
})

test('P-09 a text is the name of a record or of a person too, and what was acted on has its name', async () => {
  const ofLamps = (await entries('text=saffron')).map(({ action, target }) => ({ action, target }))
  expect(ofLamps).toContainEqual({
    action: 'platform.suspend_merchant',
    target: { kind: 'merchant', id: lamps, title: 'Saffron Lamps' },
  })
  const [suspended] = await entries(`target=${lamps}&action=platform.suspend_merchant`)
  expect((await operations.get(`${LOG}/${suspended?.id}`)).body.data.target.title).toBe('Saffron Lamps')
  expect(await entries('text=kestrel')).toEqual([])
})

test('P-09 who did it is asked for by name as well; a name of several people is refused with their accounts', async () => {
  const administrator = await product.as('platform/PLATFORM_ADMIN')
  const second = await product.as('platform/PLATFORM_ADMIN-2')
  for (const somebody of [second, auditor]) await somebody.get('/v1/me')
  // What a token says of a name counts again with its next request: those who are called so ask for nothing.
  const call = (person: Client, name: string) =>
    product.superuser.query('UPDATE kernel.person SET display_name = $1 WHERE person_id = $2', [
      ...[name, person.id],
    ])
  await call(operations, 'Daniel Kim')
  await call(auditor, 'Daniel Elsewhere')
  const asked = async (query: string) => (await entries(query, administrator)).map(({ id }) => id)
  const own = await asked(`actor=${operations.id}`)
  expect(own.length).toBeGreaterThan(0)
  expect(await asked('actor=Daniel')).toEqual(own)
  expect(await asked('actor=kim%20daniel')).toEqual(own)
  expect(await asked('text=daniel')).toEqual(own)
  // Who never had a role here is nobody to this log, whatever they are called.
  expect(await asked('actor=Elsewhere')).toEqual([])
  await call(second, 'Daniel Other')
  const refused = await administrator.get(`${LOG}?actor=Daniel`)
  expect(refused.status, refused.text).toBe(400)
  expect(refused.body.errors).toMatchObject([{ field: 'actor', allowed: [operations.id, second.id] }])
})

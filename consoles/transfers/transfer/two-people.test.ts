import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

type Item = { subject: { id: string } }

let product: Product
let ops: Client
let admin: Client

beforeAll(async () => {
  product = await startProduct()
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  await eventually('the seeded world', async () => {
    const { body } = await ops.get('/v1/queues/transfers.returns/items?kind=return&limit=1')
    return body.items.length > 0
  })
}, 120_000)
afterAll(() => product?.close())

async function openReturn(): Promise<string> {
  const { body } = await ops.get('/v1/queues/transfers.returns/items?kind=return&limit=50')
  const item = body.items.find((candidate: Item) => !taken.has(candidate.subject.id))
  if (!item) throw new Error('no return is left in the seeded world')
  taken.add(item.subject.id)
  return item.subject.id
}
const taken = new Set<string>()

test('K-16 K-17 K-18 T-03 C-04 C-06 one asks, another agrees, CTS does it exactly once, the item closes', async () => {
  const transfer = await openReturn()
  const asked = await ops.post('/returns', { transferId: transfer, reason: 'R01' })
  expect(asked.status).toBe(202)
  expect(asked.body.state).toBe('pending')

  const agreed = await admin.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
  expect(agreed.status).toBe(200)
  const done = await eventually('execution', async () => {
    const { body } = await admin.get(`/v1/requests/${asked.body.id}`)
    return body.state === 'executed' && body
  })
  expect(done.transitions.map((step: { to: string }) => step.to)).toEqual([
    'pending',
    'authorized',
    'dispatching',
    'executed',
  ])

  const effects = await fetch(`${product.sandboxUrl}/_sandbox/effects?key=${done.effect.key}`)
  const counted = (await effects.json()) as {
    effects: { operation: string; target: string; count: number }[]
  }
  expect(counted.effects).toHaveLength(1)
  expect(counted.effects[0]).toMatchObject({ count: 1, target: expect.stringContaining(transfer) })

  await eventually('the item to close', async () => {
    const { body } = await ops.get('/v1/queues/transfers.returns/items?kind=return&limit=200')
    return !body.items.some((item: Item) => item.subject.id === transfer)
  })
})

test('C-03 C-04 K-15 a preview says what would happen and who must agree; its digest, and no other, confirms it', async () => {
  const target = { kind: 'transfer', id: await openReturn() }
  const path = '/v1/actions/transfers.return_transfer'
  const { status, body: preview } = await ops.post(
    `${path}/preview`,
    { target, input: {}, reason: { code: 'R01' } },
    { 'idempotency-key': null },
  )
  expect(status).toBe(200)
  expect(preview.approvals).toMatchObject({ required: 1, eligible_roles: ['transfers/ADMIN'] })
  expect(preview.changes[0]).toEqual({ label: 'Transfer', before: 'return received', after: 'returned' })

  const reason = { code: 'R01' }
  const without = await ops.post(path, { target, reason })
  expect([without.status, without.body.errors[0].field]).toEqual([400, 'preview_digest'])
  const other = await ops.post(path, { target, reason, preview_digest: `sha256:${'0'.repeat(64)}` })
  expect([other.status, other.body.code, other.body.preview_digest]).toEqual([
    409,
    'preview_stale',
    preview.preview_digest,
  ])
  const confirmed = await ops.post(path, { target, reason, preview_digest: preview.preview_digest })
  expect([confirmed.status, confirmed.body.state]).toEqual([202, 'pending'])
})

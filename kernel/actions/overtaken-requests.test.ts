import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let ops: Client
let ops2: Client
let admin: Client

beforeAll(async () => {
  product = await startProduct()
  ops = await product.as('transfers/OPS')
  ops2 = await product.as('transfers/OPS-2')
  admin = await product.as('transfers/ADMIN')
}, 120_000)
afterAll(() => product?.close())

test('K-39 X-05 what waits says that the other of the two was carried out meanwhile, and stays where it waits', async () => {
  const take = await seededReturns(product)
  const path = '/v1/actions/transfers.dishonour_return'
  for (;;) {
    const { id, code } = take()
    const body = { target: { kind: 'transfer', id }, reason: { code: 'R61' } }
    const preview = await ops2.post(`${path}/preview`, body)
    if (preview.status !== 200) continue
    const waits = await ops2.post(path, { ...body, preview_digest: preview.body.preview_digest })
    expect(waits.status, waits.text).toBe(202)
    const inbox = async () =>
      (await admin.get('/v1/approvals')).body.items.find((one: { id: string }) => one.id === waits.body.id)
    const other = await ops.post('/returns', { transferId: id, reason: code })
    expect(other.status, other.text).toBe(202)
    expect((await inbox()).marks).toBeUndefined()
    await admin.post(`/v1/requests/${other.body.id}/approve`, { digest: other.body.digest })
    const item = await eventually('the mark', async () => {
      const found = await inbox()
      return found.marks !== undefined && found
    })
    expect(item).toMatchObject({
      state: 'pending',
      marks: [
        {
          tone: 'warning',
          word: 'Overtaken',
          text: expect.stringContaining('same record: Return transfer.'),
        },
      ],
    })
    return
  }
})

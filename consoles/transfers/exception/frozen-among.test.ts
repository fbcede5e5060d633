import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let ops: Client

beforeAll(async () => {
  product = await startProduct()
  ops = await product.as('transfers/OPS')
}, 120_000)
afterAll(() => product?.close())

// biome-ignore lint/suspicious/noExplicitAny: read as Recon and CTS say it
type Record = any

test('T-01 T-05 an exception whose candidate is of a frozen party says so and leads to the party, and no other does', async () => {
  const { exceptions } = await product.upstream('/recon/exceptions?state=open&limit=200')
  const proposed: Record[] = exceptions.filter((one: Record) =>
    one.candidates.some((two: Record) => two.kind === 'transfer'),
  )
  const about = async (one: Record) => {
    const { id } = one.candidates.find((two: Record) => two.kind === 'transfer')
    return product.upstream(`/cts/transfers/${id}`)
  }
  let found: { exception: Record; party: string } | undefined
  for (const exception of proposed) {
    const { frozen_parties, receiver } = await about(exception)
    if (frozen_parties.length === 0) found = { exception, party: receiver.party_id }
    if (found) break
  }
  if (!found) throw new Error('the seeded world has no such exception')
  const { exception, party } = found
  const page = async (): Promise<Record> => {
    const { status, body, text } = await ops.get(`/v1/entities/exception/${exception.id}`)
    expect(status, text).toBe(200)
    return body
  }
  expect(JSON.stringify((await page()).banners ?? [])).not.toContain('is frozen')
  await product.upstream(`/compliance/parties/${party}/freeze`, { reason: 'elsewhere' })
  const frozen = await eventually('the banner of the exception', async () => {
    const now = await page()
    return JSON.stringify(now.banners ?? []).includes('is frozen, and a transfer of it may be') && now
  })
  expect(frozen.banners[0].tone).toBe('danger')
  expect(frozen.related).toContainEqual(
    expect.objectContaining({ kind: 'party', id: party, relation: 'frozen party' }),
  )
  await product.upstream(`/compliance/parties/${party}/unfreeze`, { reason: 'elsewhere' })
  await eventually(
    'the banner to go',
    async () => !JSON.stringify((await page()).banners ?? []).includes('is frozen'),
  )
})

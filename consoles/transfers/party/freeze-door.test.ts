import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let compliance: Client
let admin: Client
let take: () => string

beforeAll(async () => {
  product = await startProduct({ webhooks: false })
  compliance = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
  take = await seededParties(product)
}, 120_000)
afterAll(() => product?.close())

const freeze = (body: object, by = compliance) => by.post('/entity/freeze', body)
const unfreeze = (body: object, by = compliance) => by.post('/entity/unfreeze', body)
const agreed = async (asked: { id: string; digest: string }) => {
  expect((await admin.post(`/v1/requests/${asked.id}/approve`, { digest: asked.digest })).status).toBe(200)
  return eventually('execution', async () => {
    const { body } = await admin.get(`/v1/requests/${asked.id}`)
    return body.state === 'executed' && body
  })
}

test('T-04 C-20 a freeze takes four eyes and effect at Compliance; its free text is the note under `other`', async () => {
  const entityId = take()
  const asked = await freeze({ entityId, reason: 'Pays from three devices at once' })
  expect(asked.status).toBe(202)
  expect(asked.body).toMatchObject({
    state: 'pending',
    target: { kind: 'party', id: entityId },
    reason: { code: 'other', note: 'Pays from three devices at once' },
  })
  expect((await product.upstream(`/compliance/parties/${entityId}`)).frozen).toBe(false)
  const done = await agreed(asked.body)
  expect(done.reason).toEqual({
    code: 'other',
    title: 'Other (say what)',
    note: 'Pays from three devices at once',
  })
  expect((await product.upstream(`/compliance/parties/${entityId}`)).frozen).toBe(true)
  const { body } = await compliance.get(`/v1/entities/party/${entityId}`)
  expect(body.banners).toEqual([{ tone: 'danger', text: expect.stringContaining('Frozen') }])

  const again = await freeze({ entityId, reason: 'again' })
  expect(again).toMatchObject({ status: 409, body: { code: 'already_frozen' } })

  const released = await unfreeze({ entityId, reason: 'false_positive' })
  expect(released.body.reason).toEqual({ code: 'false_positive' })
  await agreed(released.body)
  expect((await product.upstream(`/compliance/parties/${entityId}`)).frozen).toBe(false)
  expect(await unfreeze({ entityId, reason: 'cleared' })).toMatchObject({
    status: 409,
    body: { code: 'not_frozen' },
  })
})

test('T-04 C-20 a reason that is one of the codes is that code; one that asks for a note says so by name', async () => {
  const coded = await freeze({ entityId: take(), reason: 'sanctions_match' })
  expect(coded.body.reason).toEqual({ code: 'sanctions_match' })
  const bare = await freeze({ entityId: take(), reason: 'court_order' })
  expect(bare.status).toBe(400)
  expect(bare.body.errors).toEqual([
    { field: 'reason', message: expect.stringContaining('a note is required') },
  ])
})

test.each([
  ['no reason', {}, 'reason'],
  ['an empty reason', { reason: '' }, 'reason'],
  ['a reason of spaces', { reason: '   ' }, 'reason'],
  ['a reason of more than 2,000 characters', { reason: 'x'.repeat(2_001) }, 'reason'],
  ['a reason that holds U+0000', { reason: 'a\u0000b' }, 'reason'],
  ['emergency, until its part', { reason: 'x', emergency: true }, 'emergency'],
])('T-04 K-13 a freeze with %s is refused by the name it was sent under', async (_what, more, field) => {
  for (const door of [freeze, unfreeze]) {
    const refused = await door({ entityId: take(), ...more })
    expect(refused.status).toBe(400)
    expect(refused.body.errors[0].field).toBe(field)
  }
})

test('T-04 an entity that does not exist is 404; OPS may not freeze', async () => {
  expect((await freeze({ entityId: 'party_that_is_not', reason: 'x' })).status).toBe(404)
  const ops = await product.as('transfers/OPS')
  expect((await freeze({ entityId: take(), reason: 'x' }, ops)).status).toBe(403)
})

test('K-13 C-04 a reason is a code of the action and, where it asks, a note', async () => {
  const path = '/v1/actions/transfers.freeze_entity'
  const target = { kind: 'party', id: take() }
  const { preview_digest } = (await compliance.post(`${path}/preview`, { target })).body
  const ask = (reason: unknown) =>
    compliance.post(path, { target, preview_digest, ...(reason ? { reason } : {}) })
  const codes = ['sanctions_match', 'fraud_suspected', 'court_order', 'account_takeover', 'other']
  for (const [reason, field] of [
    [undefined, 'reason'],
    [{}, 'reason.code'],
    [{ code: 'whim' }, 'reason.code'],
    [{ code: '' }, 'reason.code'],
  ] as const) {
    const refused = await ask(reason)
    expect(refused.status).toBe(400)
    expect(refused.body.errors).toEqual([{ field, message: expect.any(String), allowed: codes }])
  }
  for (const reason of [
    { code: 'court_order' },
    { code: 'other', note: ' \n' },
    { code: 'other', note: '\u200b\u2060' },
  ]) {
    const refused = await ask(reason)
    expect(refused.body.errors).toEqual([
      { field: 'reason.note', message: expect.stringContaining('required') },
    ])
  }
  const long = await ask({ code: 'fraud_suspected', note: 'x'.repeat(2_001) })
  expect(long.body.errors[0]).toMatchObject({
    field: 'reason.note',
    message: expect.stringContaining('2000'),
  })
  expect((await ask({ code: 'fraud_suspected', note: 'x'.repeat(2_000) })).status).toBe(202)
})

import { randomUUID } from 'node:crypto'
import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededParties, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ASKERS = 20

let product: Product
let ops: Client
let admin: Client
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

const ask = (by: Client, transfer: SeededReturn, key: string = randomUUID()) =>
  by.post('/returns', { transferId: transfer.id, reason: transfer.code }, { 'idempotency-key': key })
const openOn = async (transfer: SeededReturn) => {
  const { rows } = await product.superuser.query<{ state: string }>(
    `SELECT state FROM kernel.action_request WHERE target_kind = 'transfer' AND target_id = $1`,
    [transfer.id],
  )
  return rows.map(({ state }) => state).sort()
}

test('K-11 of many who ask for the same at once, with keys of their own, one request comes; the others are led to it', async () => {
  const transfer = take()
  const answers = await Promise.all(Array.from({ length: ASKERS }, () => ask(ops, transfer)))
  const made = answers.filter(({ status }) => status === 202)
  expect(made).toHaveLength(1)
  for (const refused of answers.filter(({ status }) => status !== 202)) {
    expect(refused.status).toBe(409)
    expect(refused.body.code).toBe('already_requested')
    expect(refused.body.open_request).toEqual({
      id: made[0]?.body.id,
      link: `/v1/requests/${made[0]?.body.id}`,
    })
  }
  expect(await openOn(transfer)).toEqual(['pending'])
})

test('K-11 the record and the preview say that it is asked for already; another action on it may be asked for', async () => {
  const transfer = take()
  const asked = await ask(ops, transfer)
  const preview = await ops.post('/v1/actions/transfers.return_transfer/preview', {
    target: { kind: 'transfer', id: transfer.id },
  })
  expect([preview.status, preview.body.code]).toEqual([409, 'already_requested'])
  expect(preview.body.open_request.id).toBe(asked.body.id)
  const record = await ops.get(`/v1/entities/transfer/${transfer.id}`)
  const offered = record.body.affordances.find(
    ({ action }: { action: string }) => action === 'transfers.return_transfer',
  )
  expect(offered).toMatchObject({ allowed: false, open_request: asked.body.id })
})

test('K-11 a request that has been decided against gives way, and the refused key can then be used', async () => {
  const transfer = take()
  const first = await ask(ops, transfer)
  const key = randomUUID()
  expect((await ask(ops, transfer, key)).body.code).toBe('already_requested')
  const rejected = await admin.post(`/v1/requests/${first.body.id}/reject`, { reason: 'not this one' })
  expect(rejected.status).toBe(200)
  expect((await ask(ops, transfer, key)).status).toBe(202)
  expect(await openOn(transfer)).toEqual(['pending', 'rejected'])
})

test('K-11 what is agreed to and not yet done stands in the way still', async () => {
  const transfer = take()
  const { body } = await ask(ops, transfer)
  expect((await admin.post(`/v1/requests/${body.id}/approve`, { digest: body.digest })).status).toBe(200)
  expect((await ask(ops, transfer)).body.code).toBe('already_requested')
  expect(await openOn(transfer)).toEqual(['authorized'])
})

test('K-11 K-20 what is agreed to and about to be sent stands in the way of an emergency too, and none is offered', async () => {
  const [compliance, colleague] = await Promise.all(
    ['transfers/COMPLIANCE', 'transfers/COMPLIANCE-2'].map((who) => product.as(who)),
  )
  if (!compliance || !colleague) throw new Error('two were to sign in')
  const target = { kind: 'party', id: (await seededParties(product))() }
  const freeze = 'transfers.freeze_entity'
  const preview = (by: Client) => by.post(`/v1/actions/${freeze}/preview`, { target })
  const { preview_digest } = (await preview(compliance)).body
  const reason = { code: 'fraud_suspected', note: 'Drains through three mules since 02:10' }
  const asked = await compliance.post(`/v1/actions/${freeze}`, { target, reason, preview_digest })
  expect(await preview(colleague)).toMatchObject({ status: 200, body: { emergency: {} } })
  expect(
    (await admin.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })).status,
  ).toBe(200)
  expect(await preview(colleague)).toMatchObject({
    status: 409,
    body: { code: 'already_requested', open_request: { id: asked.body.id } },
  })
  const emergency = await colleague.post(`/v1/actions/${freeze}`, {
    target,
    reason,
    preview_digest,
    emergency: true,
  })
  expect([emergency.status, emergency.body.code]).toEqual([409, 'already_requested'])
})

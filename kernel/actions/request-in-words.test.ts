import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let product: Product
let officer: Client
let approver: Client
let party: string
let asked: { id: string }

beforeAll(async () => {
  product = await startProduct()
  officer = await product.as('transfers/COMPLIANCE')
  approver = await product.as('transfers/ADMIN')
  // An approver is known by name once they have been here.
  await approver.get('/v1/me')
  party = (await seededParties(product))()
  asked = (await officer.post('/entity/freeze', { entityId: party, reason: 'sanctions_match' })).body
}, 120_000)
afterAll(() => product?.close())

describe('X-05 a request can be read without knowing a code', () => {
  test('X-05 it carries its risk, its reason in words and who may agree', async () => {
    const { body } = await approver.get(`/v1/requests/${asked.id}`)
    expect(body.risk).toBe('critical')
    expect(body.reason.title).toMatch(/ /)
    expect(body.reason.title).not.toContain('_')
    expect(body.eligible_people).toContainEqual({ id: approver.id, name: expect.any(String) })
    expect(JSON.stringify(body.eligible_people)).not.toContain(officer.id)
  })

  test('X-05 its target is named as its record is', async () => {
    const record = await approver.get(`/v1/entities/party/${party}`)
    for (const path of [`/v1/requests/${asked.id}`, '/v1/approvals', '/v1/requests']) {
      const named = await eventually(`the party by name at ${path}`, async () => {
        const { body } = await approver.get(path)
        const all = [body, ...(body.items ?? []), ...(body.requests ?? [])]
        return all.find(({ id }) => id === asked.id)?.target.title
      })
      expect(named).toBe(record.body.title)
    }
  })

  test('X-05 requests on one kind of record can be left out of a list', async () => {
    const ids = async (query: string) =>
      (await approver.get(`/v1/requests${query}`)).body.requests.map(({ id }: { id: string }) => id)
    expect(await ids('?without_target_kind=work_item')).toContain(asked.id)
    expect(await ids('?without_target_kind=party')).not.toContain(asked.id)
  })
})

test('K-39 a row of a queue says that a request is open on its record, to whoever may see it', async () => {
  const operator = await product.as('transfers/OPS')
  const items = async (by: Client) =>
    (await by.get('/v1/queues/transfers.returns/items?limit=200')).body.items as {
      subject: { id: string }
      fields: { kind: string }
      open_request?: object
    }[]
  const item = await eventually('a return in the queue', async () =>
    (await items(operator)).find(({ fields }) => fields.kind === 'return'),
  )
  const transferId = item.subject.id
  expect(item.open_request).toBeUndefined()
  const record = (await operator.get(`/v1/entities/transfer/${transferId}`)).body
  const request = await operator.post('/returns', { transferId, reason: record.data.return.code })
  expect(request.status).toBe(202)
  const row = (await items(operator)).find(({ subject }) => subject.id === transferId)
  expect(row?.open_request).toEqual({
    id: request.body.id,
    type: 'transfers.return_transfer',
    state: 'pending',
    requested_by: { id: operator.id, name: expect.any(String) },
  })
})

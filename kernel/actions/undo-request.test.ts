import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const UNFREEZE = '/v1/actions/transfers.unfreeze_entity'
const CLEARED = { code: 'cleared' }

let product: Product
let officer: Client
let admin: Client
let party: () => string

beforeAll(async () => {
  product = await startProduct()
  officer = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
  party = await seededParties(product)
}, 120_000)
afterAll(() => product?.close())

const requestOf = async (id: string) => (await officer.get(`/v1/requests/${id}`)).body
async function carriedOut({ id, digest }: { id: string; digest: string }): Promise<string> {
  expect((await admin.post(`/v1/requests/${id}/approve`, { digest })).status).toBe(200)
  await eventually('its effect', async () => (await requestOf(id)).state === 'executed')
  return id
}
async function frozen(id: string): Promise<string> {
  const asked = await officer.post('/entity/freeze', { entityId: id, reason: 'sanctions_match' })
  return carriedOut(asked.body)
}
async function unfreeze(id: string, undoes: string) {
  const target = { kind: 'party', id }
  const { preview_digest } = (await officer.post(`${UNFREEZE}/preview`, { target, input: {} })).body
  return officer.post(UNFREEZE, { target, input: {}, reason: CLEARED, preview_digest, undoes })
}
const timelineOf = async (kind: string, id: string): Promise<{ type: string; links: object[] }[]> =>
  (await officer.get(`/v1/entities/${kind}/${id}/timeline`)).body.entries

test('K-21 what was done is offered to be taken back, on its page and on the record; the two are linked both ways', async () => {
  const id = party()
  const freeze = await frozen(id)
  expect((await requestOf(freeze)).undo).toEqual({
    action: 'transfers.unfreeze_entity',
    title: 'Unfreeze',
    input: {},
  })
  const record = (await officer.get(`/v1/entities/party/${id}`)).body
  expect(record.affordances).toContainEqual(
    expect.objectContaining({ action: 'transfers.unfreeze_entity', undoes: { id: freeze, input: {} } }),
  )

  const asked = await unfreeze(id, freeze)
  // The inverse is asked for as any action is: somebody else has to agree.
  expect(asked.body).toMatchObject({ state: 'pending', undoes: freeze })
  const undo = asked.body.id
  expect(await requestOf(freeze)).toMatchObject({ state: 'executed', undone_by: undo })
  expect((await requestOf(freeze)).undo).toBeUndefined()
  expect((await officer.post(`/v1/requests/${undo}/approve`, { digest: asked.body.digest })).status).toBe(403)
  await carriedOut(asked.body)
  expect((await product.upstream(`/compliance/parties/${id}`)).frozen).toBe(false)

  await eventually('the timelines', async () => {
    const done = (entry: { type: string }) => entry.type === 'kernel.action_request.executed'
    const onUndone = (await timelineOf('request', freeze)).find(
      (entry) => done(entry) && JSON.stringify(entry.links).includes(undo),
    )
    const onUndo = (await timelineOf('request', undo)).find(
      (entry) => done(entry) && JSON.stringify(entry.links).includes(freeze),
    )
    return onUndone !== undefined && onUndo !== undefined
  })
}, 60_000)

describe('K-21 refused clearly', () => {
  test('a second time, and two at once: one of them', async () => {
    const id = party()
    const freeze = await frozen(id)
    const [one, other] = await Promise.all([unfreeze(id, freeze), unfreeze(id, freeze)])
    const [first, second] = one.status === 202 ? [one, other] : [other, one]
    expect([first.status, second.status]).toEqual([202, 409])
    expect(['already_undone', 'already_requested']).toContain(second.body.code)
    await carriedOut(first.body)
    const again = await frozen(id)
    const twice = await unfreeze(id, freeze)
    expect(twice.body).toMatchObject({
      status: 409,
      code: 'already_undone',
      undone_by: { id: first.body.id },
    })
    // The database says the same of a request that names it all the same.
    await expect(
      product.superuser.query(`INSERT INTO kernel.undo (request_id, undoes) VALUES ($1, $2)`, [
        again,
        freeze,
      ]),
    ).rejects.toMatchObject({ constraint: 'not_undoable' })
    expect((await requestOf(again)).undo).toBeDefined()
  }, 60_000)

  test('of a request that came to nothing, of another record, of another action', async () => {
    const [id, elsewhere] = [party(), party()]
    const freeze = await frozen(id)
    const pending = await officer.post('/entity/freeze', { entityId: elsewhere, reason: 'sanctions_match' })
    const body = (target: string, undoes: string) => ({
      target: { kind: 'party', id: target },
      input: {},
      reason: CLEARED,
      undoes,
    })
    const refused = async (target: string, undoes: string) =>
      (await officer.post(UNFREEZE, body(target, undoes))).body
    expect(await refused(elsewhere, pending.body.id)).toMatchObject({ status: 409, code: 'not_undoable' })
    expect((await refused(elsewhere, freeze)).errors).toMatchObject([{ field: 'target.id', allowed: [id] }])
    expect((await refused(id, crypto.randomUUID())).errors).toMatchObject([{ field: 'undoes' }])
    expect((await refused(id, 'yesterday')).errors).toMatchObject([{ field: 'undoes' }])
    const freezing = await officer.post('/v1/actions/transfers.freeze_entity', body(id, freeze))
    expect(freezing.body.errors).toMatchObject([{ field: 'undoes', allowed: ['transfers.unfreeze_entity'] }])
    // An undo that was rejected is no undo: it can be asked for anew.
    const asked = (await unfreeze(id, freeze)).body
    await admin.post(`/v1/requests/${asked.id}/reject`, { reason: 'Not yet' })
    expect((await requestOf(freeze)).undo).toBeDefined()
    expect((await unfreeze(id, freeze)).status).toBe(202)
  }, 60_000)
})

test('K-21 K-46 the inverse begins with the input that takes it back', async () => {
  const person = await product.as('transfers/OPS-2')
  await person.get('/v1/me')
  const target = { kind: 'person', id: person.id }
  const path = '/v1/actions/kernel.grant_role'
  const input = { role: 'transfers/COMPLIANCE' }
  const preview = (await admin.post(`${path}/preview`, { target, input })).body
  const reason = preview.reasons.find(({ note_required }: { note_required: boolean }) => !note_required)
  const asked = await admin.post(path, {
    ...{ target, input, preview_digest: preview.preview_digest },
    reason: { code: reason.code, note: 'For the quarter' },
  })
  const second = await product.as('transfers/ADMIN-2')
  const agreed = await second.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
  for (const other of agreed.body.state === 'pending' ? ['transfers/COMPLIANCE'] : []) {
    const third = await product.as(other)
    await third.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
  }
  expect((await admin.get(`/v1/requests/${asked.body.id}`)).body.undo).toMatchObject({
    action: 'kernel.revoke_role',
    input,
  })
})

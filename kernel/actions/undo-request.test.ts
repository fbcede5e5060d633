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

describe('K-19 K-21 a request over many records', () => {
  const MANY = '/v1/actions/transfers.freeze_entity/bulk'
  const UNDO_MANY = `${UNFREEZE}/bulk`
  const rowsOver = (ids: readonly string[]) => ids.map((id) => ({ target: { kind: 'party', id } }))
  const askFor = async (
    path: string,
    ids: readonly string[],
    more: { reason: object; input?: object; undoes?: string },
  ) => {
    const { undoes, ...asked } = { rows: rowsOver(ids), ...more }
    const { preview_digest } = (await officer.post(`${path}/preview`, asked)).body
    return officer.post(path, { ...asked, preview_digest, ...(undoes === undefined ? {} : { undoes }) })
  }
  const rowsOf = async (id: string, filter = '') =>
    (await officer.get(`/v1/requests/${id}/rows?limit=200${filter}`)).body.rows as {
      target: { id: string }
      state: string
      why?: string
      request: string
      undone_by?: string
    }[]
  const isFrozen = async (id: string) => (await product.upstream(`/compliance/parties/${id}`)).frozen

  /** A party that screening has raised, and what it raised. */
  async function raised(): Promise<{ readonly id: string; readonly hit: string }> {
    const { hits } = await product.upstream('/compliance/hits?state=open&limit=200')
    for (const { id: hit, party_id: id } of hits) if (!(await isFrozen(id))) return { id, hit }
    throw new Error('no hit is open in the seeded world')
  }

  test('is taken back as a whole, row by row; of a row that its upstream refuses it says so, and why', async () => {
    const { id: mistaken, hit } = await raised()
    const rightly = [party(), party()].map((id) => (id === mistaken ? party() : id))
    const ids = [mistaken, ...rightly]
    const reason = { code: 'fraud_suspected', note: 'They drain one another' }
    const whole = (await askFor(MANY, ids, { reason })).body
    await carriedOut(whole)
    const shown = await requestOf(whole.id)
    expect(shown).toMatchObject({
      bulk: { count: 3, counts: { executed: 3 } },
      undo: { action: 'transfers.unfreeze_entity', title: 'Unfreeze', input: {} },
    })

    const elsewhere = party()
    await frozen(elsewhere)
    const back = { reason: { code: 'false_positive' }, input: { override_hit_id: hit }, undoes: whole.id }
    const strange = await askFor(UNDO_MANY, [...ids, elsewhere], back)
    expect(strange.body.errors).toMatchObject([{ field: 'rows.3.target' }])
    const asked = await askFor(UNDO_MANY, ids, back)
    expect(asked.body).toMatchObject({ state: 'pending', undoes: whole.id, bulk: { count: 3 } })
    expect(await requestOf(whole.id)).toMatchObject({ undone_by: asked.body.id })
    expect((await requestOf(whole.id)).undo).toBeUndefined()
    await carriedOut(asked.body)

    // The hit is one of them alone: Compliance refuses it of the others, which stay frozen.
    expect((await requestOf(asked.body.id)).bulk).toEqual({ count: 3, counts: { executed: 1, failed: 2 } })
    const failed = await rowsOf(asked.body.id, '&state=failed')
    expect(failed.map(({ target }) => target.id)).toEqual(rightly)
    for (const { why } of failed) expect(why).toBe('hit_not_of_party')
    expect((await rowsOf(asked.body.id, '&state=executed')).map(({ target }) => target.id)).toEqual([
      mistaken,
    ])
    expect(await Promise.all(ids.map(isFrozen))).toEqual([false, true, true])

    // Each row of the one takes back the row of the other that was about the same record; what failed takes back nothing.
    const [done] = await rowsOf(asked.body.id, '&state=executed')
    const [undone, ...standing] = await rowsOf(whole.id)
    expect(undone?.undone_by).toBe(done?.request)
    expect((await requestOf(done?.request ?? '')).undoes).toBe(undone?.request)
    expect((await requestOf(undone?.request ?? '')).undo).toBeUndefined()
    expect(standing.map(({ undone_by }) => undone_by)).toEqual([undefined, undefined])
    expect((await requestOf(standing[0]?.request ?? '')).undo).toBeDefined()

    // What takes it back was carried out in its turn, and can itself be taken back.
    expect((await requestOf(asked.body.id)).undo).toMatchObject({ action: 'transfers.freeze_entity' })

    // What it has not reached is offered again, and linked as the first time.
    expect(await requestOf(whole.id)).toMatchObject({
      undo: { action: 'transfers.unfreeze_entity', input: {} },
    })
    expect((await requestOf(whole.id)).undone_by).toBeUndefined()
    const rest = { rows: rowsOver(rightly), reason: CLEARED }
    const { preview_digest } = (await officer.post(`${UNDO_MANY}/preview`, rest)).body
    const body = { ...rest, preview_digest, undoes: whole.id }
    const again = (await officer.post(UNDO_MANY, body)).body
    expect(again).toMatchObject({ state: 'pending', undoes: whole.id, bulk: { count: 2 } })
    expect(await requestOf(whole.id)).toMatchObject({ undone_by: again.id })
    const meanwhile = await officer.post(UNDO_MANY, body)
    expect(meanwhile.body).toMatchObject({ status: 409, code: 'already_undone' })
    await carriedOut(again)
    expect(await Promise.all(ids.map(isFrozen))).toEqual([false, false, false])
    const reached = await rowsOf(again.id, '&state=executed')
    expect((await rowsOf(whole.id)).map(({ undone_by }) => undone_by)).toEqual([
      done?.request,
      ...reached.map(({ request }) => request),
    ])
    expect((await requestOf(reached[0]?.request ?? '')).undoes).toBe(standing[0]?.request)
    expect(await requestOf(whole.id)).toMatchObject({ undone_by: again.id })
    expect((await requestOf(whole.id)).undo).toBeUndefined()
  }, 120_000)

  test('of which one row was taken back by itself: the others, and the database lets it be no other way', async () => {
    const [alone = '', other = ''] = [party(), party()]
    const whole = (await askFor(MANY, [alone, other], { reason: { code: 'sanctions_match' } })).body
    await carriedOut(whole)
    const [first] = await rowsOf(whole.id)
    await carriedOut((await unfreeze(alone, first?.request ?? '')).body)
    const left = (await rowsOf(whole.id)).filter(({ undone_by }) => undone_by === undefined)
    expect(left.map(({ target }) => target.id)).toEqual([other])

    const single = await frozen(party())
    const wrong = await askFor(UNDO_MANY, [other], { reason: CLEARED, undoes: single })
    expect(wrong.body.errors).toMatchObject([{ field: 'undoes' }])
    const without = (await askFor(UNDO_MANY, [other], { reason: CLEARED })).body
    // A request that is made already is not said afterwards to take another back.
    await expect(
      product.superuser.query('INSERT INTO kernel.undo (request_id, undoes) VALUES ($1, $2)', [
        without.id,
        whole.id,
      ]),
    ).rejects.toMatchObject({ constraint: 'not_undoable' })
    await officer.post(`/v1/requests/${without.id}/cancel`, { reason: 'anew' })
    const asked = await askFor(UNDO_MANY, [other], { reason: CLEARED, undoes: whole.id })
    await carriedOut(asked.body)
    expect((await rowsOf(whole.id)).every(({ undone_by }) => undone_by !== undefined)).toBe(true)
  }, 120_000)
})

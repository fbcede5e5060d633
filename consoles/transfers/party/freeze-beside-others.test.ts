import { randomUUID } from 'node:crypto'
import {
  type Answer,
  type Client,
  eventually,
  type Product,
  startProduct,
} from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** An emergency beside what others ask for, agree to and take back on the same party. */
let product: Product
let compliance: Client
let colleague: Client
let admin: Client
let adminToo: Client
let take: () => string

const FREEZE = 'transfers.freeze_entity'
const UNFREEZE = 'transfers.unfreeze_entity'
const urgent = { code: 'fraud_suspected', note: 'Drains through three mules since 02:10' }

beforeAll(async () => {
  product = await startProduct({ webhooks: false })
  compliance = await product.as('transfers/COMPLIANCE')
  colleague = await product.as('transfers/COMPLIANCE-2')
  admin = await product.as('transfers/ADMIN')
  adminToo = await product.as('transfers/ADMIN-2')
  take = await seededParties(product)
}, 120_000)
afterAll(() => product?.close())

const preview = (by: Client, type: string, id: string) =>
  by.post(`/v1/actions/${type}/preview`, { target: { kind: 'party', id }, input: {} })
async function ask(by: Client, type: string, id: string, reason: object, more: object = {}) {
  const { preview_digest } = (await preview(by, type, id)).body
  const target = { kind: 'party', id }
  return by.post(`/v1/actions/${type}`, { target, input: {}, reason, preview_digest, ...more })
}
const request = async (id: string) => (await admin.get(`/v1/requests/${id}`)).body
const state = (id: string, wanted: string) =>
  eventually(`${id} to be ${wanted}`, async () => {
    const body = await request(id)
    return body.state === wanted && body
  })
const frozen = async (id: string): Promise<boolean> =>
  (await product.upstream(`/compliance/parties/${id}`)).frozen
const approve = (by: Client, { id, digest }: { id: string; digest: string }) =>
  by.post(`/v1/requests/${id}/approve`, { digest })
/** Asked for by one, agreed to by another, and carried out. */
async function byTwo(type: string, party: string, code: string): Promise<string> {
  const asked = await ask(colleague, type, party, { code, note: 'Looked into by two' })
  expect(asked.status).toBe(202)
  expect((await approve(admin, asked.body)).status).toBe(200)
  await state(asked.body.id, 'executed')
  return asked.body.id
}
async function emergency(party: string, by = compliance) {
  const asked = await ask(by, FREEZE, party, urgent, { emergency: true })
  expect(asked.status).toBe(202)
  await state(asked.body.id, 'executed')
  return asked.body as { id: string; digest: string }
}

test('K-20 an emergency that people have taken back is over: whatever is said of it releases nothing that others froze since', async () => {
  const party = take()
  const first = await emergency(party)
  await byTwo(UNFREEZE, party, 'other')
  const anew = await byTwo(FREEZE, party, 'court_order')

  for (const [what, body] of [
    ['reject', { reason: 'The first was no emergency' }],
    ['renew', { reason: 'Once more' }],
    ['approve', { digest: first.digest }],
  ] as const) {
    const word = await adminToo.post(`/v1/requests/${first.id}/${what}`, body)
    expect([what, [409, 410].includes(word.status)]).toEqual([what, true])
  }
  const over = await eventually('its end', async () => {
    const body = await request(first.id)
    return body.emergency.approval !== 'pending' && body
  })
  expect(over.emergency).toMatchObject({ approval: 'taken_back' })
  expect(over.emergency).not.toHaveProperty('lifted_by')

  // Nor does the database take its end for another, or a lifting, from anybody.
  for (const outcome of ['agreed', 'rejected', 'lapsed']) {
    await expect(
      product.superuser.query(
        `INSERT INTO kernel.emergency_end (request_id, outcome, actor_id) VALUES ($1, $2, 'system:dispatcher')`,
        [first.id, outcome],
      ),
    ).rejects.toMatchObject({ constraint: 'emergency_end' })
  }
  expect(await frozen(party)).toBe(true)
  expect((await request(anew)).state).toBe('executed')
})

test('K-20 rejected in time, it is lifted no more once people have lifted it and others have frozen anew', async () => {
  const party = take()
  const first = await emergency(party)
  await byTwo(UNFREEZE, party, 'other')
  const anew = await byTwo(FREEZE, party, 'court_order')
  await eventually('its end', async () => (await request(first.id)).emergency.approval === 'taken_back')
  // As if it had been rejected before, and the lifting had not got through to the upstream until now.
  await product.superuser.query(`
    ALTER TABLE kernel.emergency_end DISABLE TRIGGER USER;
    UPDATE kernel.emergency_end SET outcome = 'rejected' WHERE request_id = '${first.id}';
    ALTER TABLE kernel.emergency_end ENABLE ALWAYS TRIGGER check_emergency_end;
    ALTER TABLE kernel.emergency_end ENABLE ALWAYS TRIGGER refuse_change;`)
  const found = await eventually('the dispatcher to have looked', async () => {
    const { rows } = await product.superuser.query<{ lift_id: string | null; why: string }>(
      'SELECT lift_id, why FROM kernel.emergency_lift WHERE request_id = $1',
      [first.id],
    )
    return rows[0]
  })
  expect(found).toEqual({ lift_id: null, why: 'taken_back' })
  // Nor does the database let a lifting stand.
  await product.superuser.query(`
    ALTER TABLE kernel.emergency_lift DISABLE TRIGGER USER;
    DELETE FROM kernel.emergency_lift WHERE request_id = '${first.id}';
    ALTER TABLE kernel.emergency_lift ENABLE ALWAYS TRIGGER check_emergency_lift;
    ALTER TABLE kernel.emergency_lift ENABLE ALWAYS TRIGGER refuse_change;`)
  await expect(
    product.superuser.query(
      `INSERT INTO kernel.emergency_lift (request_id, try, lift_id, why) VALUES ($1, 1, $2, 'x')`,
      [first.id, anew],
    ),
  ).rejects.toMatchObject({ constraint: 'emergency_lift' })
  expect(await frozen(party)).toBe(true)
})

test('K-20 K-42 what waits, for approval or for its time, keeps nobody from the emergency form, and comes to nothing after it', async () => {
  for (const scheduled_for of [undefined, new Date(Date.now() + 20 * 3600_000).toISOString()]) {
    const party = take()
    const waiting = await ask(colleague, FREEZE, party, urgent, scheduled_for ? { scheduled_for } : {})
    expect(waiting.status).toBe(202)
    if (scheduled_for) expect((await approve(admin, waiting.body)).status).toBe(200)

    const offered = await preview(compliance, FREEZE, party)
    expect(offered).toMatchObject({ status: 200, body: { open_request: waiting.body.id, emergency: {} } })
    const record = (await compliance.get(`/v1/entities/party/${party}`)).body
    expect(record.affordances).toContainEqual(
      expect.objectContaining({ action: FREEZE, allowed: true, open_request: waiting.body.id }),
    )
    // Asked for once more it is not.
    expect(await ask(compliance, FREEZE, party, urgent)).toMatchObject({
      status: 409,
      body: { code: 'already_requested', open_request: { id: waiting.body.id } },
    })
    await emergency(party)
    expect(await frozen(party)).toBe(true)
    if (scheduled_for) continue
    const late = await approve(admin, waiting.body)
    expect(late.status).not.toBe(200)
    expect((await request(waiting.body.id)).state).not.toBe('executed')
  }
})

test('K-20 two who put it in force at the same moment do so once', async () => {
  const party = take()
  const [one, other] = await Promise.all(
    [compliance, colleague].map((by) => ask(by, FREEZE, party, urgent, { emergency: true })),
  )
  expect([one?.status, other?.status].toSorted()).toEqual([202, 409])
  await eventually('the freeze', () => frozen(party))
})

/** Somebody's write under this key, once the record was read for it, is held until `meanwhile` is done. */
async function heldBack(
  by: Client,
  door: string,
  write: (key: string) => Promise<Answer>,
  meanwhile: () => Promise<unknown>,
) {
  const key = randomUUID()
  const holder = await product.superuser.connect()
  try {
    await holder.query('BEGIN')
    await holder.query(
      `INSERT INTO kernel.idempotency (actor_id, door, key, request_digest, status, answer)
       VALUES ($1, $2, $3, sha256('held'), 200, '{}')`,
      [by.id, door, key],
    )
    const written = write(key)
    await eventually('the write to be held', async () => {
      const { rows } = await product.superuser.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%kernel.commit_write%'`,
      )
      return rows.length > 0
    })
    await meanwhile()
    await holder.query('ROLLBACK')
    return await written
  } finally {
    holder.release()
  }
}

test('K-20 K-16 who puts in force what somebody else has just put in force, read before that, is told so and leaves no second one', async () => {
  const party = take()
  const { preview_digest } = (await preview(colleague, FREEZE, party)).body
  let first = { id: '' }
  const second = await heldBack(
    colleague,
    `POST /v1/actions/${FREEZE}`,
    (key) =>
      colleague.post(
        `/v1/actions/${FREEZE}`,
        { target: { kind: 'party', id: party }, input: {}, reason: urgent, preview_digest, emergency: true },
        { 'idempotency-key': key },
      ),
    async () => {
      first = await emergency(party)
    },
  )
  expect(second).toMatchObject({
    status: 409,
    body: { code: 'already_requested', open_request: { id: first.id } },
  })
  expect(await frozen(party)).toBe(true)
})

test('K-20 K-14 what two would agree to while it is put in force as an emergency is not spent: they are told of the emergency', async () => {
  const party = take()
  const waiting = await ask(colleague, FREEZE, party, urgent)
  let first = { id: '', digest: '' }
  const toldOfIt = () => ({
    status: 409,
    body: {
      code: 'emergency_in_force',
      emergency: { id: first.id, link: `/v1/requests/${first.id}` },
    },
  })
  const met = await heldBack(
    admin,
    'POST /v1/requests/{id}/approve',
    (key) =>
      admin.post(
        `/v1/requests/${waiting.body.id}/approve`,
        { digest: waiting.body.digest },
        { 'idempotency-key': key },
      ),
    async () => {
      first = await emergency(party)
    },
  )
  expect(met).toMatchObject(toldOfIt())
  // Later too, and whoever asks anew: the way is to agree to the emergency.
  expect(await approve(adminToo, waiting.body)).toMatchObject(toldOfIt())
  const { emergency: pointer } = toldOfIt().body
  for (const asked of [
    await preview(colleague, FREEZE, party),
    await colleague.post(`/v1/actions/${FREEZE}`, {
      target: { kind: 'party', id: party },
      input: {},
      reason: urgent,
      preview_digest: `sha256:${'0'.repeat(64)}`,
    }),
  ]) {
    expect(asked).toMatchObject({ status: 409, body: { code: 'already_frozen', emergency: pointer } })
    expect(asked.body.message).toMatch(/frozen already.*emergency.*Agree to that request/)
  }
  const waits = await request(waiting.body.id)
  expect(waits).toMatchObject({
    state: 'pending',
    target_changed: true,
    refused: { code: 'already_frozen', emergency: pointer },
  })
  expect(waits).not.toHaveProperty('drift_allowed')

  expect(await approve(adminToo, first)).toMatchObject({
    status: 200,
    body: { emergency: { approval: 'agreed' } },
  })
  expect(await frozen(party)).toBe(true)
})

test('K-20 what is about to be in force as an emergency and what two agree to do not meet at the upstream', async () => {
  await product.stopWorker()
  const [one, other] = [take(), take()]
  const waiting = await ask(colleague, FREEZE, one, urgent)
  const urgently = await ask(compliance, FREEZE, one, urgent, { emergency: true })
  expect(urgently.status).toBe(202)
  expect(await approve(admin, waiting.body)).toMatchObject({
    status: 409,
    body: { code: 'emergency_in_force', emergency: { id: urgently.body.id } },
  })
  const agreed = await ask(colleague, FREEZE, other, urgent)
  const { preview_digest } = (await preview(compliance, FREEZE, other)).body
  expect((await approve(admin, agreed.body)).status).toBe(200)
  const late = {
    target: { kind: 'party', id: other },
    input: {},
    reason: urgent,
    preview_digest,
    emergency: true,
  }
  expect(await compliance.post(`/v1/actions/${FREEZE}`, late)).toMatchObject({
    status: 409,
    body: { code: 'already_requested', open_request: { id: agreed.body.id } },
  })
  product.startWorker()
  await state(urgently.body.id, 'executed')
  await state(agreed.body.id, 'executed')
})

test('K-42 whoever may decide on what waits for its time stops it, with a reason, and it may be asked for anew', async () => {
  const party = take()
  const scheduled_for = new Date(Date.now() + 20 * 3600_000).toISOString()
  const asked = await ask(colleague, FREEZE, party, urgent, { scheduled_for })
  expect((await approve(admin, asked.body)).status).toBe(200)
  const ops = await product.as('transfers/OPS')
  expect((await ops.post(`/v1/requests/${asked.body.id}/reject`, { reason: 'No' })).status).toBe(403)
  expect((await colleague.post(`/v1/requests/${asked.body.id}/reject`, { reason: 'Mine' })).status).toBe(403)
  const stopped = await adminToo.post(`/v1/requests/${asked.body.id}/reject`, {
    reason: 'The case is closed',
  })
  expect(stopped).toMatchObject({ status: 200, body: { schedule: 'withdrawn' } })
  await state(asked.body.id, 'stale')
  expect((await ask(compliance, FREEZE, party, urgent)).status).toBe(202)
  expect(await frozen(party)).toBe(false)
})

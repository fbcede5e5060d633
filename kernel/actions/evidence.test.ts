import { randomUUID } from 'node:crypto'
import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededParties, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { letExpire } from '@countersign/testkit/tampering.ts'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGIN_ROLES, type LoginRole } from '../db/migrate.ts'

let product: Product
let ops: Client
let admin: Client
let owner: pg.Pool
let take: () => SeededReturn
let pending: { id: string; digest: string }
let authorized: string
let evidence: string[]

beforeAll(async () => {
  product = await startProduct({ webhooks: false })
  ops = await product.as('transfers/OPS', { email: 'ona@example.test' })
  admin = await product.as('transfers/ADMIN')
  owner = product.database.pool('superuser', { options: '-c role=countersign_owner' })
  take = await seededReturns(product)
  const done = await agree(await ask())
  await eventually(
    'an effect',
    async () => (await admin.get(`/v1/requests/${done}`)).body.state === 'executed',
  )
  await actBeforeApproval()
  await actOnMany()
  await askToUndo()
  await actLater()
  await erase()
  await product.stopWorker()
  pending = await ask()
  authorized = await agree(await ask())
  const grant = randomUUID()
  await owner.query(
    `INSERT INTO kernel.role_grant (grant_id, person_id, role, granted_by) VALUES ($1, $2, 'hub/OPERATOR', 'x')`,
    [grant, ops.id],
  )
  await owner.query(`INSERT INTO kernel.role_revocation (grant_id, revoked_by) VALUES ($1, 'x')`, [grant])
  await owner.query(
    `WITH note AS (
       INSERT INTO kernel.note (note_id, kind, id, author_id, text)
       VALUES (gen_random_uuid(), 'transfer', 'x', $1, '{"shown": "", "sealed": ""}') RETURNING note_id, at
     ), mention AS (
       INSERT INTO kernel.mention (note_id, person_id, at) SELECT note_id, $1, at FROM note RETURNING note_id, person_id
     )
     INSERT INTO kernel.mention_read (note_id, person_id) SELECT note_id, person_id FROM mention`,
    [ops.id],
  )
  await owner.query(
    `WITH file AS (
       INSERT INTO kernel.evidence (evidence_id, kind, id, attached_by, name, type, bytes, sha256, stored_sha256,
                                    retention_class, keep_until)
       VALUES ('transfers.' || gen_random_uuid(), 'transfer', 'x', $1, '{"shown": "", "sealed": ""}', 'text/plain', 1,
               repeat('0', 64), repeat('0', 64), 'evidence', now() - interval '1 day') RETURNING evidence_id
     ), scan AS (
       INSERT INTO kernel.evidence_scan (evidence_id, step, verdict) SELECT evidence_id, 1, 'not_scanned' FROM file
     )
     INSERT INTO kernel.evidence_removal (evidence_id) SELECT evidence_id FROM file`,
    [ops.id],
  )
  await signInVain()
  const { rows } = await product.superuser.query<{ name: string }>(
    `SELECT DISTINCT tgrelid::regclass::text AS name FROM pg_trigger
      WHERE tgname IN ('refuse_change', 'guard_request', 'check_outbox') AND tgparentid = 0
        AND tgrelid::regclass::text NOT LIKE 'kernel.audit%' ORDER BY 1`,
  )
  evidence = rows.map(({ name }) => name)
}, 120_000)
afterAll(() => product?.close())

/** An emergency that is rejected and lifted, and a glass that is broken. */
async function actBeforeApproval(): Promise<void> {
  await changePolicy(product, [returnRule()], ['transfers-ADMIN'])
  const party = await seededParties(product)
  const freeze = async (id: string, how: object) => {
    const target = { kind: 'party', id }
    const path = '/v1/actions/transfers.freeze_entity'
    const { preview_digest } = (await admin.post(`${path}/preview`, { target, input: {} })).body
    const reason = { code: 'fraud_suspected', note: 'It drains' }
    return (await admin.post(path, { target, input: {}, reason, preview_digest, ...how })).body.id as string
  }
  const emergency = await freeze(party(), { emergency: true })
  await freeze(party(), { break_glass: true })
  const compliance = await product.as('transfers/COMPLIANCE')
  const isSo = (
    what: string,
    look: (request: { state: string; emergency: { lifted_by?: string } }) => boolean,
  ) => eventually(what, async () => look((await admin.get(`/v1/requests/${emergency}`)).body))
  await isSo('the freeze', ({ state }) => state === 'executed')
  await compliance.post(`/v1/requests/${emergency}/reject`, { reason: 'No' })
  await isSo('the lifting', (request) => request.emergency.lifted_by !== undefined)
}

/** Agreed to for later, and taken back before it is due. */
async function actLater(): Promise<void> {
  const { id, code } = take()
  const path = '/v1/actions/transfers.return_transfer'
  const body = { target: { kind: 'transfer', id }, input: {}, reason: { code } }
  const { preview_digest } = (await ops.post(`${path}/preview`, body)).body
  const scheduled_for = new Date(Date.now() + 1_800_000).toISOString()
  const later = await agree((await ops.post(path, { ...body, preview_digest, scheduled_for })).body)
  expect((await ops.post(`/v1/requests/${later}/cancel`, { reason: 'No longer' })).status).toBe(200)
}

/** What was written of a transfer, by two people. */
async function erase(): Promise<void> {
  const target = { kind: 'transfer', id: take().id }
  expect((await admin.post(`/v1/entities/transfer/${target.id}/notes`, { text: 'x' })).status).toBe(201)
  const path = '/v1/actions/transfers.erase_transfer'
  const body = { target, input: { reference: '1' } }
  const { preview_digest } = (await admin.post(`${path}/preview`, body)).body
  const asked = await admin.post(path, { ...body, preview_digest, reason: { code: 'term_over' } })
  const { id, digest } = asked.body
  const compliance = await product.as('transfers/COMPLIANCE')
  expect((await compliance.post(`/v1/requests/${id}/approve`, { digest })).body.state).toBe('executed')
}

/** A freeze that was carried out is to be taken back. */
async function askToUndo(): Promise<void> {
  const { rows } = await product.superuser.query<{ request_id: string; target_id: string }>(
    `SELECT q.request_id, q.target_id FROM kernel.break_glass b JOIN kernel.action_request q USING (request_id)`,
  )
  const [broken] = rows
  await eventually(
    'the freeze by broken glass',
    async () => (await admin.get(`/v1/requests/${broken?.request_id}`)).body.state === 'executed',
  )
  const path = '/v1/actions/transfers.unfreeze_entity'
  const body = { target: { kind: 'party', id: broken?.target_id }, input: {} }
  const { preview_digest } = (await admin.post(`${path}/preview`, body)).body
  const undo = { ...body, preview_digest, reason: { code: 'cleared' }, undoes: broken?.request_id }
  expect((await admin.post(path, undo)).status).toBe(202)
}

/** A request over one record only, carried out. */
async function actOnMany(): Promise<void> {
  const { id, code } = take()
  const path = '/v1/actions/transfers.return_transfer/bulk'
  const body = { rows: [{ target: { kind: 'transfer', id } }], reason: { code } }
  const { preview_digest } = (await ops.post(`${path}/preview`, body)).body
  const whole = await agree((await ops.post(path, { ...body, preview_digest })).body)
  await eventually(
    'the row to be carried out',
    async () => (await admin.get(`/v1/requests/${whole}`)).body.state === 'executed',
  )
}

/** One of two signatures, which is void by the time that the second person comes. */
async function signInVain(): Promise<void> {
  await changePolicy(product, [returnRule({ required: 2 })])
  const { id } = await ask()
  const { digest } = (await admin.get(`/v1/requests/${id}`)).body
  await agree({ id, digest })
  const second = await product.as('transfers/ADMIN', { sub: 'second' })
  expect((await second.get(`/v1/requests/${id}`)).status).toBe(200)
  await owner.query(
    `INSERT INTO kernel.voided_approval (request_id, revision, person_id, found_by, found_version, drift)
     VALUES ($1, 1, $2, $3, 'another', '[]')`,
    [id, admin.id, second.id],
  )
}

async function ask(): Promise<{ id: string; digest: string }> {
  const { id, code } = take()
  return (await ops.post('/returns', { transferId: id, reason: code })).body
}
async function agree({ id, digest }: { id: string; digest: string }): Promise<string> {
  expect((await admin.post(`/v1/requests/${id}/approve`, { digest })).status).toBe(200)
  return id
}

test('K-16 K-32 the tables of evidence, each with something in it', async () => {
  expect(evidence).toEqual([
    'kernel.action_approval',
    'kernel.action_request',
    'kernel.action_revision',
    'kernel.action_transition',
    'kernel.break_glass',
    'kernel.bulk_child',
    'kernel.bulk_row',
    'kernel.effect_attempt',
    'kernel.effect_outcome',
    'kernel.emergency',
    'kernel.emergency_end',
    'kernel.emergency_lift',
    'kernel.emergency_term',
    'kernel.event',
    'kernel.event_order',
    'kernel.evidence',
    'kernel.evidence_removal',
    'kernel.evidence_scan',
    'kernel.mention',
    'kernel.mention_read',
    'kernel.note',
    'kernel.outbox',
    'kernel.person_address',
    'kernel.role_grant',
    'kernel.role_revocation',
    'kernel.subject_erasure',
    'kernel.undo',
    'kernel.voided_approval',
    'kernel.withdrawal',
    'platform.config_history',
  ])
  for (const table of evidence) {
    const { rows } = await product.superuser.query(`SELECT EXISTS (SELECT FROM ${table}) AS held`)
    expect({ table, ...rows[0] }).toEqual({ table, held: true })
  }
})

/** Every way to change what a table holds. */
async function changesOf(table: string): Promise<string[]> {
  const { rows } = await product.superuser.query<{ column: string }>(
    `SELECT quote_ident(attname) AS column FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''`,
    [table],
  )
  return [
    ...rows.map(({ column }) => `UPDATE ${table} SET ${column} = ${column}`),
    `DELETE FROM ${table}`,
    `TRUNCATE ${table} CASCADE`,
  ]
}

describe.each([...Object.keys(LOGIN_ROLES), 'owner'] as (LoginRole | 'owner')[])('K-16 as %s', (role) => {
  test('K-16 K-32 no evidence is updated, deleted or truncated', async () => {
    const pool = role === 'owner' ? owner : product.database.pool(role, { max: 1 })
    // The lease of an effect under way is no evidence, and the owner's triggers let it be changed.
    const lease =
      /^UPDATE kernel\.outbox SET (tenant_id|created_at|available_at|lease_until|lease_holder|fence|attempts|settled_at) /
    for (const table of evidence) {
      for (const statement of await changesOf(table)) {
        if (role === 'owner' && lease.test(statement)) continue
        await expect(pool.query(statement), `${role}: ${statement}`).rejects.toMatchObject({
          code: role === 'owner' ? '23001' : '42501',
        })
      }
    }
  })

  test('K-16 nothing is put there beside the routines', async () => {
    if (role === 'owner') return
    const pool = product.database.pool(role, { max: 1 })
    for (const table of [
      ...evidence,
      'kernel.idempotency',
      'kernel.idempotency_in_flight',
      'kernel.session',
    ]) {
      const insert = `INSERT INTO ${table} DEFAULT VALUES`
      await expect(pool.query(insert), insert).rejects.toMatchObject({ code: '42501' })
    }
  })
})

test('K-16 K-18 no effect is put into the outbox without its basis, whoever writes the row', async () => {
  const insert = (id: string, key: string, connector = 'cts') =>
    owner.query(
      'INSERT INTO kernel.outbox (request_id, revision, connector, effect_key) VALUES ($1, 1, $3, $2)',
      [id, key, connector],
    )
  const { rows } = await product.superuser.query(
    'SELECT request_id AS id, effect_key AS key FROM kernel.action_revision WHERE request_id = ANY ($1)',
    [[pending.id, authorized]],
  )
  const keyOf = (id: string) => rows.find((row) => row.id === id).key
  await expect(insert(pending.id, keyOf(pending.id))).rejects.toMatchObject({ constraint: 'no_basis' })
  await expect(insert(authorized, 'another key')).rejects.toMatchObject({ constraint: 'no_basis' })
  await expect(insert(authorized, keyOf(authorized), 'ledger')).rejects.toMatchObject({
    constraint: 'no_basis',
  })
  // A second one of the same revision.
  await expect(insert(authorized, keyOf(authorized))).rejects.toMatchObject({ code: '23505' })
})

describe('K-17 the triggers alone refuse an approval', () => {
  const approve = (
    person: string,
    more: { digest?: string; roles?: string[]; id?: string; decision?: string } = {},
  ) =>
    owner.query(
      `INSERT INTO kernel.action_approval (request_id, revision, person_id, decision, digest, roles, evidence,
                                           evidence_hash, authenticated_at)
       VALUES ($1, 1, $2, $3, decode($4, 'hex'), $5, '{}', '\\x00', clock_timestamp())`,
      [
        more.id ?? pending.id,
        person,
        more.decision ?? 'approve',
        (more.digest ?? pending.digest).slice('sha256:'.length),
        more.roles ?? ['transfers/ADMIN'],
      ],
    )

  test('K-17 by who asked for it', async () => {
    await expect(approve(ops.id)).rejects.toMatchObject({ code: 'CS403', constraint: 'own_request' })
  })

  test('K-17 by a machine, by somebody disabled and by nobody', async () => {
    const machine = await product.as('x', { sub: 'robot', azp: 'robot', roles: ['transfers/ADMIN'] })
    expect((await machine.get('/v1/me')).body.person.kind).toBe('machine')
    const left = await product.as('transfers/ADMIN', { sub: 'left' })
    await left.get('/v1/me')
    await owner.query(`UPDATE kernel.person SET disabled_at = clock_timestamp() WHERE person_id = 'left'`)
    for (const person of ['robot', 'left', 'nobody-at-all']) {
      await expect(approve(person), person).rejects.toMatchObject({
        code: 'CS403',
        constraint: 'not_a_person',
      })
    }
  })

  test('K-17 under a role that is not held, or is not asked for', async () => {
    await (await product.as('transfers/COMPLIANCE')).get('/v1/me')
    for (const roles of [['transfers/ADMIN'], ['transfers/COMPLIANCE'], []]) {
      await expect(approve('transfers-COMPLIANCE', { roles })).rejects.toMatchObject({
        constraint: 'not_eligible',
      })
    }
  })

  test('K-17 on another digest, of a request that is decided, or after its time', async () => {
    await expect(approve(admin.id, { digest: `sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({
      constraint: 'digest_differs',
    })
    await expect(approve(admin.id, { id: authorized })).rejects.toMatchObject({ constraint: 'not_pending' })
    const lapsed = await ask()
    await letExpire(product, lapsed.id)
    for (const decision of ['approve', 'reject']) {
      await expect(approve(admin.id, { ...lapsed, decision })).rejects.toMatchObject({
        code: 'CS410',
        constraint: 'request_expired',
      })
    }
  })

  test('K-17 a second time by the same person', async () => {
    await approve(admin.id)
    await expect(approve(admin.id)).rejects.toMatchObject({ code: '23505' })
    await expect(approve(admin.id, { decision: 'reject' })).rejects.toMatchObject({ code: '23505' })
  })
})

test('K-32 a row of another tenant does not exist for the application', async () => {
  await owner.query(
    `INSERT INTO kernel.action_request (request_id, tenant_id, type, console, risk, moves_money, target_kind, target_id,
                                        door, requested_by, requested_roles, correlation_id)
     VALUES ($1, 'acme', 'transfers.return_transfer', 'transfers', 'high', true, 'transfer', 'theirs', 'x', 'x', '{}', 'x')`,
    [randomUUID()],
  )
  const app = product.database.pool('app', { max: 1 })
  const seen = `SELECT count(*)::int AS seen FROM kernel.action_request WHERE target_id = 'theirs'`
  expect((await app.query(seen)).rows).toEqual([{ seen: 0 }])
  await app.query(`SET countersign.tenants = 'globex'`)
  expect((await app.query(seen)).rows).toEqual([{ seen: 0 }])
  await app.query(`SET countersign.tenants = 'globex,acme'`)
  expect((await app.query(seen)).rows).toEqual([{ seen: 1 }])
  expect((await product.database.pool('auditor').query(seen)).rows).toEqual([{ seen: 1 }])
})

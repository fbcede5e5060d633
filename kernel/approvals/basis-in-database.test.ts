import { randomUUID } from 'node:crypto'
import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditOf } from '../actions/audit-parts.ts'

/** The database's own line: an authorisation before approval, written past every line of our code. */
let product: Product
let compliance: Client
let admin: Client
let take: () => string

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  compliance = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
  expect((await admin.get('/v1/me')).status).toBe(200)
  take = await seededParties(product)
}, 120_000)
afterAll(() => product?.close())

type Forged = {
  readonly basis: 'emergency' | 'break_glass'
  readonly target?: string
  readonly by?: string
  /** Null: nobody knows when. */
  readonly authenticatedAgoS?: number | null
  readonly note?: boolean
  readonly required?: number
  /** As the action is declared, and the request says. */
  readonly risk?: string
  readonly untilS?: number
  readonly limitS?: number
  readonly stepUpS?: number
  /** Leaves out what the basis rests on. */
  readonly bare?: boolean
}

/** A request with everything that its basis needs, copied from an honest one; each test takes one thing away. */
async function forge(forged: Forged): Promise<void> {
  const {
    basis,
    target = 'p_forged',
    by = compliance.id,
    authenticatedAgoS = 0,
    note = true,
    required = 1,
    untilS = 3600,
    limitS = 14_400,
    stepUpS = 300,
  } = forged
  const pattern = await compliance.post('/entity/freeze', { entityId: take(), reason: 'fraud_suspected' })
  const id = randomUUID()
  const client = await product.superuser.connect()
  const q = (text: string, values: unknown[]) => client.query(text, values)
  try {
    await client.query('BEGIN')
    const { risk = 'critical' } = forged
    await q(`UPDATE kernel.declared_action SET risk = $1 WHERE action = 'transfers.freeze_entity'`, [risk])
    await q(
      `INSERT INTO kernel.action_request (request_id, type, console, risk, moves_money, target_kind, target_id, door,
                                          requested_by, requested_roles, correlation_id, concurrent)
       SELECT $1, type, console, $3, moves_money, target_kind, $5, door, $4, requested_roles, correlation_id, true
         FROM kernel.action_request WHERE request_id = $2`,
      [id, pattern.body.id, risk, by, target],
    )
    await q(
      `INSERT INTO kernel.action_revision (request_id, revision, input, reason_code, reason_note, decided, digest, digest_salt,
              digest_format, target_version, policy_version, required_approvals, eligible_roles, effect, connector,
              effect_key, expires_at, evidence, evidence_hash, created_by, authenticated_at)
       SELECT $1, 1, input, reason_code, $3, decided, digest, digest_salt, digest_format, target_version, policy_version, $4,
              eligible_roles, effect, connector, $5, expires_at, evidence, evidence_hash, $6,
              clock_timestamp() - make_interval(secs => $7)
         FROM kernel.action_revision WHERE request_id = $2`,
      [id, pattern.body.id, note ? '{}' : null, required, id, by, authenticatedAgoS],
    )
    if (!forged.bare && basis === 'emergency') {
      await q(
        `INSERT INTO kernel.emergency (request_id, revision, inverse, step_up_s, limit_s)
         VALUES ($1, 1, 'transfers.unfreeze_entity', $2, $3)`,
        [id, stepUpS, limitS],
      )
      await q(
        `INSERT INTO kernel.emergency_term (request_id, term, person_id, roles, authenticated_at, until)
         VALUES ($1, 1, $2, '{}', clock_timestamp(), clock_timestamp() + make_interval(secs => $3))`,
        [id, by, untilS],
      )
    }
    if (!forged.bare && basis === 'break_glass') {
      await q('INSERT INTO kernel.break_glass (request_id, revision, step_up_s) VALUES ($1, 1, $2)', [
        id,
        stepUpS,
      ])
    }
    await q(
      `INSERT INTO kernel.action_transition (request_id, step, revision, from_state, to_state, basis, actor_id)
       VALUES ($1, 1, 1, NULL, 'authorized', $2, $3)`,
      [id, basis, by],
    )
    await q(
      `INSERT INTO kernel.outbox (request_id, revision, connector, effect_key)
       SELECT request_id, 1, connector, effect_key FROM kernel.action_revision WHERE request_id = $1`,
      [id],
    )
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}
const list = (people: readonly string[], rules: readonly object[] = []) =>
  product.superuser.query(
    `INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, refs, payload, occurred_at)
     SELECT gen_random_uuid(), 'kernel.approval_policy/transfers', coalesce(max(version), 0) + 1,
            'kernel.approval_policy.changed', 1, 'countersign', '{}',
            jsonb_build_object('rules', $2::jsonb, 'break_glass', to_jsonb($1::text[])), now()
       FROM kernel.event WHERE stream = 'kernel.approval_policy/transfers'`,
    [people, JSON.stringify(rules)],
  )

test('K-20 I2 with everything that it needs an emergency is authorised', async () => {
  await expect(forge({ basis: 'emergency' })).resolves.toBeUndefined()
})

test.each<[string, Omit<Forged, 'basis'>, string]>([
  ['nothing that says so', { bare: true }, 'no_such_basis'],
  ['an old sign-in', { authenticatedAgoS: 301 }, 'no_such_basis'],
  ['a sign-in of which nobody knows when it was', { authenticatedAgoS: null }, 'no_such_basis'],
  ['no note', { note: false }, 'no_such_basis'],
  ['nobody else asked', { required: 0 }, 'no_such_basis'],
  ['a requester who is nobody here', { by: 'nobody' }, 'no_such_basis'],
  ['a term beyond its limit', { untilS: 14_500 }, 'emergency_term'],
  ['a limit longer than declared', { limitS: 14_401 }, 'emergency_form'],
  ['an older sign-in than declared', { stepUpS: 301 }, 'emergency_form'],
])('K-20 I2 an emergency with %s is refused by the database', async (_, forged, constraint) => {
  await expect(forge({ basis: 'emergency', ...forged })).rejects.toMatchObject({ constraint })
})

test('K-14 K-20 I2 the database lets an emergency last as long as a rule of the policy allows, and no longer', async () => {
  const rule = (emergency_limit_s: number, when?: object) => ({
    ...{
      action: 'transfers.freeze_entity',
      required: 1,
      eligible_roles: ['transfers/ADMIN'],
      expires_in_s: 3600,
    },
    ...{ emergency_limit_s, ...(when ? { when } : {}) },
  })
  const lasts = (limitS: number) => forge({ basis: 'emergency', limitS })
  const longer = { constraint: 'emergency_form' }

  // A rule that holds only sometimes may give it longer, and takes nothing away.
  await list([], [rule(3600, { roles: ['transfers/ADMIN'] })])
  await expect(lasts(14_400)).resolves.toBeUndefined()
  await list([], [rule(28_800, { roles: ['transfers/ADMIN'] })])
  await expect(lasts(28_800)).resolves.toBeUndefined()
  await expect(lasts(28_801)).rejects.toMatchObject(longer)
  // One that always holds, with no condition or an empty one, says how long, whatever is declared and others say.
  for (const always of [undefined, {}]) {
    await list([], [rule(7200, always), rule(28_800, { roles: ['transfers/ADMIN'] })])
    await expect(lasts(7200)).resolves.toBeUndefined()
    await expect(lasts(7201)).rejects.toMatchObject(longer)
  }
  // Of another action.
  await list([], [{ ...rule(28_800), action: 'transfers.unfreeze_entity' }])
  await expect(lasts(14_401)).rejects.toMatchObject(longer)
  await list([])
})

test('K-20 I2 the database gives no basis to an emergency of a human whose last on that record was rejected within a day', async () => {
  const party = take()
  const path = '/v1/actions/transfers.freeze_entity'
  const body = { target: { kind: 'party', id: party }, input: {} }
  const { preview_digest } = (await compliance.post(`${path}/preview`, body)).body
  const reason = { code: 'fraud_suspected', note: 'Reported by the bank' }
  const first = await compliance.post(path, { ...body, reason, preview_digest, emergency: true })
  expect(first.status).toBe(202)
  // While its effect is under way there is no other beside it.
  await expect(forge({ basis: 'emergency', target: party })).rejects.toMatchObject({
    constraint: 'action_request_one_open',
  })
  const carriedOut = (ago: string) =>
    product.superuser.query(`
      ALTER TABLE kernel.action_request DISABLE TRIGGER USER;
      UPDATE kernel.action_request SET state = 'executed', state_at = clock_timestamp() - interval '${ago}'
       WHERE request_id = '${first.body.id}';
      ALTER TABLE kernel.action_request ENABLE ALWAYS TRIGGER guard_request;
      ALTER TABLE kernel.action_request ENABLE ALWAYS TRIGGER refuse_truncate;
      ALTER TABLE kernel.action_request ENABLE ALWAYS TRIGGER check_declared;`)
  // Nor beside what has just been carried out on the record as it was read for the other.
  await carriedOut('1 second')
  await expect(forge({ basis: 'emergency', target: party })).rejects.toMatchObject({
    constraint: 'action_request_one_open',
  })
  await carriedOut('1 hour')
  // While it is still asked about, another is not a second try.
  await expect(forge({ basis: 'emergency', target: party })).resolves.toBeUndefined()
  const rejected = await admin.post(`/v1/requests/${first.body.id}/reject`, { reason: 'No ground for it' })
  expect(rejected.status).toBe(200)

  const again = { basis: 'emergency', target: party } as const
  await expect(forge(again)).rejects.toMatchObject({ constraint: 'no_such_basis' })
  await expect(forge({ ...again, by: admin.id })).resolves.toBeUndefined()
  await expect(forge({ ...again, target: take() })).resolves.toBeUndefined()
  await product.superuser.query(`
    ALTER TABLE kernel.emergency_end DISABLE TRIGGER USER;
    UPDATE kernel.emergency_end SET at = at - interval '24 hours' WHERE request_id = '${first.body.id}';
    ALTER TABLE kernel.emergency_end ENABLE ALWAYS TRIGGER check_emergency_end;
    ALTER TABLE kernel.emergency_end ENABLE ALWAYS TRIGGER refuse_change;`)
  await expect(forge(again)).resolves.toBeUndefined()
})

test('case 21: K-20 I2 the database lets nobody break the glass without a list, off the list, without the super role, or below critical', async () => {
  const broken = { basis: 'break_glass', by: admin.id } as const
  await expect(forge(broken)).rejects.toMatchObject({ constraint: 'no_such_basis' })
  await list([])
  await expect(forge(broken)).rejects.toMatchObject({ constraint: 'no_such_basis' })
  await list(['somebody-else'])
  await expect(forge(broken)).rejects.toMatchObject({ constraint: 'no_such_basis' })
  await list([admin.id, compliance.id])
  await expect(forge(broken)).resolves.toBeUndefined()
  // Of the console as well, on the list as well, and no administrator.
  await expect(forge({ ...broken, by: compliance.id })).rejects.toMatchObject({ constraint: 'no_such_basis' })
  for (const without of [
    { bare: true },
    { authenticatedAgoS: 301 },
    { authenticatedAgoS: null },
    { note: false },
    { risk: 'high' },
  ]) {
    await expect(forge({ ...broken, ...without })).rejects.toMatchObject({ constraint: 'no_such_basis' })
  }
  await expect(forge({ ...broken, stepUpS: 301 })).rejects.toMatchObject({ constraint: 'break_glass_form' })
  // The role counts as it is held now.
  const asserted = (roles: string[]) =>
    product.superuser.query('UPDATE kernel.person SET asserted_roles = $2 WHERE person_id = $1', [
      admin.id,
      roles,
    ])
  await asserted(['transfers/COMPLIANCE'])
  await expect(forge(broken)).rejects.toMatchObject({ constraint: 'no_such_basis' })
  await asserted(['transfers/ADMIN'])
  await expect(forge(broken)).resolves.toBeUndefined()
  // The newest list is the one that holds.
  await list([])
  await expect(forge(broken)).rejects.toMatchObject({ constraint: 'no_such_basis' })
})

test('K-20 nobody ends an emergency, or lifts one, that its rows do not end', async () => {
  const { body } = await compliance.post('/entity/freeze', { entityId: take(), reason: 'fraud_suspected' })
  const end = (outcome: string) =>
    product.superuser
      .query(
        `WITH begun AS (INSERT INTO kernel.emergency (request_id, revision, inverse, step_up_s, limit_s)
                      SELECT $1, 1, 'transfers.unfreeze_entity', 300, 3600
                       WHERE NOT EXISTS (SELECT FROM kernel.emergency WHERE request_id = $1))
       SELECT 1`,
        [body.id],
      )
      .then(() =>
        product.superuser.query(
          `INSERT INTO kernel.emergency_end (request_id, outcome, actor_id) VALUES ($1, $2, 'system:dispatcher')`,
          [body.id, outcome],
        ),
      )
  for (const outcome of ['agreed', 'rejected', 'lapsed']) {
    await expect(end(outcome)).rejects.toMatchObject({ constraint: 'emergency_end' })
  }
  await expect(
    product.superuser.query(
      `INSERT INTO kernel.emergency_lift (request_id, try, lift_id, why) VALUES ($1, 1, NULL, 'x')`,
      [body.id],
    ),
  ).rejects.toMatchObject({ constraint: 'emergency_lift' })
})

test('K-20 I10 the application writes no lifting, and the dispatcher nothing but one', async () => {
  const app = product.database.pool('app')
  const dispatcher = product.database.pool('dispatcher')
  for (const parts of [{ lift: {} }, { emergency_end: { outcome: 'lapsed' } }]) {
    await expect(
      app.query('SELECT kernel.commit_write($1)', [JSON.stringify({ ...parts, events: [], audit: [] })]),
    ).rejects.toMatchObject({ code: '42501' })
  }
  for (const parts of [
    { emergency: {} },
    { renewal: {} },
    { break_glass: {} },
    { emergency_end: { outcome: 'agreed' } },
  ]) {
    await expect(
      dispatcher.query('SELECT kernel.commit_outcome($1)', [
        JSON.stringify({ ...parts, events: [], audit: [] }),
      ]),
    ).rejects.toMatchObject({ code: '42501' })
  }
  const freezing = {
    lift: {},
    request: { requested_by: 'transfers-COMPLIANCE' },
    revision: {},
    transitions: [{ basis: 'emergency' }],
    outbox: {},
    events: [],
    audit: [],
  }
  await expect(
    dispatcher.query('SELECT kernel.commit_lift($1)', [JSON.stringify(freezing)]),
  ).rejects.toMatchObject({ code: '42501' })
})

test('K-20 K-31 an end that is true, or that there is nothing to lift, is not written by an entry of something else', async () => {
  const path = '/v1/actions/transfers.freeze_entity'
  const body = { target: { kind: 'party', id: take() }, input: {} }
  const { preview_digest } = (await compliance.post(`${path}/preview`, body)).body
  const reason = { code: 'fraud_suspected', note: 'Reported by the bank' }
  const { id } = (await compliance.post(path, { ...body, reason, preview_digest, emergency: true })).body
  await product.superuser.query(
    `INSERT INTO kernel.action_approval (request_id, revision, person_id, decision, digest, roles, evidence, evidence_hash,
                                         authenticated_at)
     SELECT request_id, revision, $2, 'reject', digest, '{transfers/ADMIN}', '{}', '\\x00', clock_timestamp()
       FROM kernel.action_revision WHERE request_id = $1`,
    [id, admin.id],
  )
  const now = () => new Date()
  const read = auditOf({ now }, { kind: 'read', actor: { id: admin.id, roles: [] }, outcome: 'ok' })
  const end = { request_id: id, outcome: 'rejected', actor_id: admin.id }
  const parts = { tenant_id: null, emergency_end: end, events: [], audit: read }
  const app = product.database.pool('app')
  await expect(app.query('SELECT kernel.commit_write($1)', [JSON.stringify(parts)])).rejects.toMatchObject({
    code: '23001',
    message: expect.stringMatching(/the end of an emergency/),
  })

  await product.superuser.query(
    `INSERT INTO kernel.emergency_end (request_id, outcome, actor_id) VALUES ($1, 'rejected', $2)`,
    [id, admin.id],
  )
  const said = auditOf(
    { now },
    {
      ...{
        kind: 'system',
        eventSubType: 'EMERGENCY_NOT_LIFTED',
        severity: 'HIGH',
        outcome: 'nothing_to_lift',
      },
      ...{ actor: { id: 'system:dispatcher', roles: [] }, action: 'transfers.freeze_entity' },
      ...{ target: { kind: 'request', id }, detail: { code: 'another_reason' } },
    },
  )
  for (const audit of [[], read, said]) {
    await expect(
      product.database
        .pool('dispatcher')
        .query(`SELECT kernel.nothing_to_lift($1, 1, 'not_frozen', $2::jsonb)`, [id, JSON.stringify(audit)]),
    ).rejects.toMatchObject({ code: '23001' })
  }
})

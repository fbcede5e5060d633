import { changePolicy } from '@countersign/testkit/approval-policy.ts'
import { entriesOfRequest } from '@countersign/testkit/audit-entries.ts'
import {
  type Answer,
  type Client,
  eventually,
  type Product,
  startProduct,
} from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let compliance: Client
let admin: Client
let take: () => string

const FREEZE = 'transfers.freeze_entity'
const note = 'Drains through three mules since 02:10, INC-2231'

beforeAll(async () => {
  product = await startProduct({ webhooks: false })
  compliance = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
  take = await seededParties(product)
}, 120_000)
afterAll(() => product?.close())

async function ask(
  id: string,
  more: object,
  by: Client = compliance,
  reason: object = { code: 'fraud_suspected', note },
) {
  const target = { kind: 'party', id }
  const preview = await by.post(`/v1/actions/${FREEZE}/preview`, { target, input: {} })
  expect(preview.status).toBe(200)
  const { preview_digest } = preview.body
  return by.post(`/v1/actions/${FREEZE}`, { target, input: {}, reason, preview_digest, ...more })
}
const frozen = async (id: string): Promise<boolean> =>
  (await product.upstream(`/compliance/parties/${id}`)).frozen
const request = async (id: string) => (await admin.get(`/v1/requests/${id}`)).body
const executed = (id: string) =>
  eventually('execution', async () => {
    const body = await request(id)
    return body.state === 'executed' && body
  })
const emergencyInForce = async () => {
  const id = take()
  const asked = await ask(id, { emergency: true })
  expect(asked.status).toBe(202)
  await executed(asked.body.id)
  return { party: id, id: asked.body.id as string, digest: asked.body.digest as string }
}
/** As its record's page asks. */
const undecidedOn = async (party: string): Promise<string[]> => {
  const list = await compliance.get(`/v1/requests?target_kind=party&target_id=${party}&undecided=true`)
  return (list.body.requests as { id: string }[]).map((one) => one.id)
}
const approve = (by: Client, { id, digest }: { id: string; digest: string }) =>
  by.post(`/v1/requests/${id}/approve`, { digest })
const inbox = async (by: Client) =>
  (await by.get('/v1/approvals')).body.items as { id: string; emergency?: object }[]
const liftedBy = (id: string) =>
  eventually('the lifting', async () => {
    const { emergency } = await request(id)
    if (!emergency.lifted_by) return undefined
    const lift = await request(emergency.lifted_by)
    return lift.state === 'executed' && lift
  })
/** As if this much time had gone by: the only way to see a limit of hours pass. */
async function moveTermBack(id: string, hours: number): Promise<void> {
  await product.superuser.query(`
    ALTER TABLE kernel.emergency_term DISABLE TRIGGER USER;
    UPDATE kernel.emergency_term SET until = until - interval '${hours} hours' WHERE request_id = '${id}';
    ALTER TABLE kernel.emergency_term ENABLE ALWAYS TRIGGER check_emergency_term;
    ALTER TABLE kernel.emergency_term ENABLE ALWAYS TRIGGER refuse_change;`)
}

test('K-20 C-04 an emergency freeze of one person is in force at once, with its basis, while its approval stays pending', async () => {
  const { party, id } = await emergencyInForce()
  expect(await frozen(party)).toBe(true)
  const body = await request(id)
  expect(body).toMatchObject({
    state: 'executed',
    basis: 'emergency',
    approvals: { required: 1, given: [] },
    emergency: { approval: 'pending', renewals: 0 },
  })
  // Whose word it waits for is named, as for any request; whoever asked is none of them.
  const people = body.eligible_people.map((person: { id: string }) => person.id)
  expect(people).toContain(admin.id)
  expect(people).not.toContain(compliance.id)
  const lasts = Date.parse(body.emergency.until) - Date.parse(body.created_at)
  expect(lasts).toBe(4 * 3600 * 1000)
  expect((await inbox(admin)).map((item) => item.id)).toContain(id)
  expect((await inbox(compliance)).map((item) => item.id)).not.toContain(id)
  expect(await undecidedOn(party)).toEqual([id])
  expect(await entriesOfRequest(product, id)).toEqual([
    expect.objectContaining({
      outcome: 'authorized',
      detail: expect.objectContaining({ basis: 'emergency' }),
    }),
    expect.objectContaining({ outcome: 'dispatching' }),
    expect.objectContaining({ outcome: 'executed' }),
  ])
})

test('K-20 agreed to, it becomes the full freeze: it does not lapse, and nobody decides on it again', async () => {
  const emergency = await emergencyInForce()
  // While others decide, rejecting it is the way to end it.
  expect(await request(emergency.id)).not.toHaveProperty('undo')
  const agreed = await approve(admin, emergency)
  expect(await request(emergency.id)).not.toHaveProperty('eligible_people')
  expect(agreed).toMatchObject({
    status: 200,
    body: { state: 'executed', emergency: { approval: 'agreed' } },
  })
  expect((await inbox(admin)).map((item) => item.id)).not.toContain(emergency.id)
  expect(await undecidedOn(emergency.party)).toEqual([])
  await moveTermBack(emergency.id, 5)
  const second = await product.as('transfers/ADMIN-2')
  expect(await second.post(`/v1/requests/${emergency.id}/reject`, { reason: 'too late' })).toMatchObject({
    status: 409,
  })
  expect(await frozen(emergency.party)).toBe(true)
  const inForce = await request(emergency.id)
  expect(inForce).toMatchObject({
    emergency: { approval: 'agreed' },
    undo: { action: 'transfers.unfreeze_entity' },
  })
  expect(inForce.emergency).not.toHaveProperty('lifted_by')
})

test('K-20 rejected, it is lifted once, by a request that names it and has its basis', async () => {
  const emergency = await emergencyInForce()
  const rejected = await admin.post(`/v1/requests/${emergency.id}/reject`, {
    reason: 'The mules are payroll',
  })
  expect(rejected).toMatchObject({ status: 200, body: { emergency: { approval: 'rejected' } } })
  const lift = await liftedBy(emergency.id)
  expect(lift).toMatchObject({
    type: 'transfers.unfreeze_entity',
    basis: 'emergency',
    lifts: emergency.id,
    target: { id: emergency.party },
    requested_by: { id: 'system:dispatcher' },
  })
  expect(await frozen(emergency.party)).toBe(false)
  expect((await request(emergency.id)).emergency).toMatchObject({
    ended_by: { id: admin.id },
    ended_at: expect.any(String),
    lifted_at: lift.state_at,
  })
  expect(await request(emergency.id)).not.toHaveProperty('undo')
  const { effects } = await product.upstream(`/../_sandbox/effects?key=${lift.effect.key}`)
  expect(effects).toEqual([expect.objectContaining({ count: 1 })])
})

test('K-20 K-31 rejected when somebody else has lifted it already, nothing more is done, and an entry says so', async () => {
  const emergency = await emergencyInForce()
  await product.upstream(`/compliance/parties/${emergency.party}/unfreeze`, { reason: 'elsewhere' })
  expect((await admin.post(`/v1/requests/${emergency.id}/reject`, { reason: 'Payroll' })).status).toBe(200)
  const [entry, ...more] = await eventually('the entry', async () => {
    const { rows } = await product.superuser.query(
      `SELECT convert_from(canonical, 'UTF8')::jsonb AS entry FROM kernel.audit_entry
        WHERE event_sub_type = 'EMERGENCY_NOT_LIFTED' AND target_id = $1`,
      [emergency.id],
    )
    return rows.length > 0 && rows.map(({ entry }) => entry)
  })
  expect(more).toEqual([])
  expect(entry).toMatchObject({
    ...{ kind: 'system', severity: 'HIGH', actor: { id: 'system:dispatcher' }, action: FREEZE },
    ...{ outcome: 'nothing_to_lift', detail: { code: 'not_frozen' } },
  })
  expect((await request(emergency.id)).emergency).not.toHaveProperty('lifted_by')
})

test('K-20 what others rejected is not put in force again by the same human alone for a day; the ordinary form and somebody else can', async () => {
  const refused = await emergencyInForce()
  expect((await admin.post(`/v1/requests/${refused.id}/reject`, { reason: 'No ground for it' })).status).toBe(
    200,
  )
  await liftedBy(refused.id)
  const again = await ask(refused.party, { emergency: true })
  expect(again).toMatchObject({ status: 409, body: { code: 'emergency_rejected' } })
  const day = Date.parse(again.body.until) - Date.now()
  expect(day).toBeGreaterThan(23 * 3600 * 1000)
  expect(day).toBeLessThanOrEqual(24 * 3600 * 1000)
  const target = { kind: 'party', id: refused.party }
  const offered = (by: Client) => by.post(`/v1/actions/${FREEZE}/preview`, { target, input: {} })
  expect((await offered(compliance)).body.emergency).toMatchObject({ barred_until: again.body.until })

  // Nor with another account: the provider says one address of both.
  const address = (email: string | null, ids: string[]) =>
    product.superuser.query('UPDATE kernel.person SET email = $1 WHERE person_id = ANY ($2)', [email, ids])
  await address('cora@example.com', [compliance.id])
  const too = await product.as('transfers/COMPLIANCE', { sub: 'compliance-too', email: 'Cora@example.com' })
  expect(await ask(refused.party, { emergency: true }, too)).toMatchObject({
    status: 409,
    body: { code: 'emergency_rejected' },
  })
  await address(null, [compliance.id, too.id])
  expect(await frozen(refused.party)).toBe(false)

  const asked = await ask(refused.party, {})
  expect(asked).toMatchObject({ status: 202, body: { state: 'pending', basis: null } })
  expect(
    (await compliance.post(`/v1/requests/${asked.body.id}/cancel`, { reason: 'Rather at once' })).status,
  ).toBe(200)
  const colleague = await product.as('transfers/COMPLIANCE-2')
  expect((await offered(colleague)).body.emergency).not.toHaveProperty('barred_until')
  const theirs = await ask(refused.party, { emergency: true }, colleague)
  expect(theirs).toMatchObject({ status: 202, body: { basis: 'emergency' } })
  // Of another record nothing has been rejected.
  expect((await ask(take(), { emergency: true })).status).toBe(202)
})

test('K-20 what others rejected as an ordinary request may have become urgent: it is not barred, and who decides is told', async () => {
  const party = take()
  const ordinary = await ask(party, {})
  expect(ordinary.status).toBe(202)
  const no = await admin.post(`/v1/requests/${ordinary.body.id}/reject`, { reason: 'Not enough yet' })
  expect(no.status).toBe(200)
  const asked = await ask(party, { emergency: true })
  expect(asked.status).toBe(202)
  await executed(asked.body.id)
  expect(await frozen(party)).toBe(true)
  const told = { rejected_before: { id: ordinary.body.id, by: { id: admin.id } } }
  expect((await request(asked.body.id)).emergency).toMatchObject(told)
  const mine = (await inbox(admin)).find(({ id }) => id === asked.body.id)
  expect(mine?.emergency).toMatchObject(told)
  // A second rejection is of an emergency, and bars the next.
  expect((await admin.post(`/v1/requests/${asked.body.id}/reject`, { reason: 'Still not' })).status).toBe(200)
  await liftedBy(asked.body.id)
  expect(await ask(party, { emergency: true })).toMatchObject({
    status: 409,
    body: { code: 'emergency_rejected' },
  })
  // What somebody else asked for, or for another record, says nothing of theirs.
  const colleague = await product.as('transfers/COMPLIANCE-2')
  const theirs = await ask(party, { emergency: true }, colleague)
  await executed(theirs.body.id)
  expect((await request(theirs.body.id)).emergency).not.toHaveProperty('rejected_before')
  const elsewhere = await emergencyInForce()
  expect((await request(elsewhere.id)).emergency).not.toHaveProperty('rejected_before')
})

test('K-20 unanswered, it stays until its limit and is lifted then; the lapse is in the audit log', async () => {
  const emergency = await emergencyInForce()
  await moveTermBack(emergency.id, 5)
  await liftedBy(emergency.id)
  expect(await frozen(emergency.party)).toBe(false)
  expect(await request(emergency.id)).toMatchObject({ state: 'executed', emergency: { approval: 'lapsed' } })
  const { rows } = await product.superuser.query(
    `SELECT outcome, severity FROM kernel.audit_entry WHERE event_sub_type = 'EMERGENCY_LAPSED' AND target_id = $1`,
    [emergency.id],
  )
  expect(rows).toEqual([{ outcome: 'lapsed', severity: 'HIGH' }])
  // Asked for again by the same person it would be a renewal of their own.
  expect(await ask(emergency.party, { emergency: true })).toMatchObject({
    status: 409,
    body: { code: 'emergency_rejected' },
  })
  expect(await approve(admin, emergency)).toMatchObject({
    status: expect.toSatisfy((status) => status === 409 || status === 410),
  })
})

test('K-20 one that had no effect was in force at no time: nobody is asked about it or told that it is, and it bars nothing', async () => {
  const party = take()
  await product.stopWorker()
  const asked = await ask(party, { emergency: true })
  expect(asked.status).toBe(202)
  const alerts = async () => {
    const { rows } = await product.superuser.query<{ open: boolean }>(
      `SELECT resolved_at IS NULL AS open FROM kernel.alert
        WHERE kind = 'kernel.emergency_in_force' AND dedupe_key = $1`,
      [asked.body.id],
    )
    return rows
  }
  expect(await alerts()).toEqual([{ open: true }])
  for (const what of ['freeze', 'unfreeze']) {
    await product.upstream(`/compliance/parties/${party}/${what}`, { reason: 'elsewhere' })
  }
  product.startWorker()
  await eventually('the record to have changed', async () => (await request(asked.body.id)).state === 'stale')
  expect((await request(asked.body.id)).emergency).toMatchObject({ approval: 'no_effect' })
  expect(await alerts()).toEqual([{ open: false }])
  expect((await inbox(admin)).map((item) => item.id)).not.toContain(asked.body.id)
  expect(await undecidedOn(party)).toEqual([])
  expect(await approve(admin, asked.body)).toMatchObject({ status: 409, body: { code: 'not_pending' } })
  const renewed = await admin.post(`/v1/requests/${asked.body.id}/renew`, { reason: 'Still needed' })
  expect(renewed).toMatchObject({ status: 409, body: { code: 'no_open_emergency' } })
  expect(renewed.body.message).toContain('never in force')

  // Nor does the database take another end for it, from anybody.
  await product.superuser.query(`
    ALTER TABLE kernel.emergency_end DISABLE TRIGGER USER;
    DELETE FROM kernel.emergency_end WHERE request_id = '${asked.body.id}';
    ALTER TABLE kernel.emergency_end ENABLE ALWAYS TRIGGER check_emergency_end;
    ALTER TABLE kernel.emergency_end ENABLE ALWAYS TRIGGER refuse_change;`)
  await moveTermBack(asked.body.id, 5)
  await expect(
    product.superuser.query(
      `INSERT INTO kernel.emergency_end (request_id, outcome, actor_id) VALUES ($1, 'lapsed', 'system:dispatcher')`,
      [asked.body.id],
    ),
  ).rejects.toMatchObject({ constraint: 'emergency_end' })
  expect((await ask(party, { emergency: true })).status).toBe(202)
})

test('K-20 somebody else who may decide renews it for another term, its requester does not', async () => {
  const emergency = await emergencyInForce()
  await moveTermBack(emergency.id, 3)
  const path = `/v1/requests/${emergency.id}/renew`
  const reason = { reason: 'Still waiting for the bank' }
  expect(await compliance.post(path, reason)).toMatchObject({ status: 403, body: { code: 'own_request' } })
  const stale = await product.as('transfers/ADMIN', { auth_time: Math.floor(Date.now() / 1000) - 3600 })
  expect(await stale.post(path, reason)).toMatchObject({
    status: 401,
    body: { code: 'insufficient_user_authentication' },
  })
  const renewed = await admin.post(path, reason)
  expect(renewed).toMatchObject({ status: 200, body: { emergency: { approval: 'pending' } } })
  const { emergency: now } = await request(emergency.id)
  expect(now.renewals).toBe(1)
  expect(Date.parse(now.until)).toBeGreaterThan(Date.now() + 3.9 * 3600 * 1000)
  // Who renewed it may still agree to it.
  expect((await approve(admin, emergency)).status).toBe(200)
  expect(await admin.post(path, reason)).toMatchObject({ status: 409, body: { code: 'no_open_emergency' } })
})

test('K-20 K-05 case 16: the emergency form needs a fresh sign-in, a note and a person; an action without one refuses it', async () => {
  const party = take()
  const hourAgo = { auth_time: Math.floor(Date.now() / 1000) - 3600 }
  const stale = await ask(party, { emergency: true }, await product.as('transfers/COMPLIANCE', hourAgo))
  expect(stale.status).toBe(401)
  expect(stale.body).toMatchObject({ code: 'insufficient_user_authentication', max_age: 300 })
  expect(stale.headers.get('www-authenticate')).toMatch(
    /^Bearer error="insufficient_user_authentication", .*max_age="300"$/,
  )
  // A token that says nothing of when somebody authenticated, as a refreshed one, proves no fresh sign-in.
  const unknown = await product.as('transfers/COMPLIANCE', { auth_time: undefined })
  expect((await ask(party, { emergency: true }, unknown)).status).toBe(401)
  for (const note of [undefined, ' \u200b']) {
    const reason = { code: 'fraud_suspected', ...(note === undefined ? {} : { note }) }
    expect(await ask(party, { emergency: true }, compliance, reason)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'reason.note' }] },
    })
  }
  const machine = await product.as('transfers/COMPLIANCE', {
    sub: 'freezer',
    azp: 'freezer',
    client_id: 'freezer',
  })
  expect(await ask(party, { emergency: true }, machine)).toMatchObject({ status: 403 })
  expect(await frozen(party)).toBe(false)
  const unfreeze = await ask(party, { emergency: true, break_glass: true })
  expect(unfreeze).toMatchObject({ status: 400, body: { errors: [{ field: 'break_glass' }] } })
})

test('K-20 releasing has no emergency form', async () => {
  const emergency = await emergencyInForce()
  const path = '/v1/actions/transfers.unfreeze_entity'
  const target = { kind: 'party', id: emergency.party }
  const { body } = await admin.post(`${path}/preview`, { target, input: {} })
  expect(body).not.toHaveProperty('emergency')
  const asked: Answer = await admin.post(path, {
    target,
    input: {},
    reason: { code: 'cleared', note },
    preview_digest: body.preview_digest,
    emergency: true,
  })
  expect(asked).toMatchObject({ status: 400, body: { errors: [{ field: 'emergency', allowed: ['false'] }] } })
})

test('K-20 the policy shortens the limit; a quorum of two is two', async () => {
  await changePolicy(product, [
    {
      action: FREEZE,
      required: 2,
      eligible_roles: ['transfers/ADMIN', 'transfers/COMPLIANCE'],
      expires_in_s: 3600,
      emergency_limit_s: 900,
    },
  ])
  const emergency = await emergencyInForce()
  const before = await request(emergency.id)
  expect(Date.parse(before.emergency.until) - Date.parse(before.created_at)).toBe(900 * 1000)
  expect(await approve(admin, emergency)).toMatchObject({
    status: 200,
    body: { emergency: { approval: 'pending' } },
  })
  const second = await product.as('transfers/COMPLIANCE-2')
  expect(await approve(second, emergency)).toMatchObject({
    status: 200,
    body: { emergency: { approval: 'agreed' } },
  })
})

test('case 21: K-20 a break-glass list that is empty, or not there, is nobody', async () => {
  const party = take()
  const asked = await ask(party, { break_glass: true }, admin)
  expect(asked).toMatchObject({ status: 403, body: { code: 'not_on_break_glass_list' } })
  expect(await frozen(party)).toBe(false)
})

test('K-20 who is on the list breaks the glass alone; its review stays open until somebody else closes it', async () => {
  const rules = [
    {
      action: FREEZE,
      required: 2,
      eligible_roles: ['transfers/ADMIN', 'transfers/COMPLIANCE'],
      expires_in_s: 3600,
    },
  ]
  await changePolicy(product, rules, ['transfers-ADMIN'])
  const party = take()
  const offered = await admin.post(`/v1/actions/${FREEZE}/preview`, {
    target: { kind: 'party', id: party },
    input: {},
  })
  expect(offered.body).toMatchObject({ break_glass: { max_age_s: 300 } })
  const bare = await ask(party, { break_glass: true }, admin, { code: 'fraud_suspected' })
  expect(bare).toMatchObject({ status: 400, body: { errors: [{ field: 'reason.note' }] } })
  // Nor with a sign-in of an hour ago, or of nobody knows when.
  for (const auth_time of [Math.floor(Date.now() / 1000) - 3600, undefined]) {
    const stale = await product.as('transfers/ADMIN', { auth_time })
    const challenged = await ask(party, { break_glass: true }, stale)
    expect(challenged).toMatchObject({
      status: 401,
      body: { code: 'insufficient_user_authentication', max_age: 300 },
    })
    expect(challenged.headers.get('www-authenticate')).toContain('max_age="300"')
  }
  const asked = await ask(party, { break_glass: true }, admin)
  expect(asked).toMatchObject({
    status: 202,
    body: { basis: 'break_glass', break_glass: { reviewed_by: null } },
  })
  const done = await executed(asked.body.id)
  expect(done).toMatchObject({ basis: 'break_glass', break_glass: { reviewed_by: null } })
  expect(await frozen(party)).toBe(true)

  const review = async (by: Client) => {
    const path = '/v1/actions/kernel.review_break_glass'
    const body = { target: { kind: 'request', id: asked.body.id }, input: {} }
    const { preview_digest } = (await by.post(`${path}/preview`, body)).body
    return by.post(path, {
      ...body,
      reason: { code: 'justified', note: 'Saw the bank’s call' },
      preview_digest,
    })
  }
  expect(await review(admin)).toMatchObject({ status: 409, body: { code: 'own_break_glass' } })
  // Nor with another account: the provider says one address of both.
  await product.superuser.query('UPDATE kernel.person SET email = $1 WHERE person_id = $2', [
    'ann@example.com',
    admin.id,
  ])
  const adminToo = await product.as('transfers/ADMIN', { sub: 'admin-too', email: 'Ann@example.com' })
  expect(await review(adminToo)).toMatchObject({ status: 409, body: { code: 'own_break_glass' } })
  await product.superuser.query('UPDATE kernel.person SET email = NULL WHERE person_id = ANY ($1)', [
    [admin.id, adminToo.id],
  ])
  expect(await review(compliance)).toMatchObject({ status: 200, body: { state: 'executed' } })
  expect(await request(asked.body.id)).toMatchObject({ break_glass: { reviewed_by: 'transfers-COMPLIANCE' } })
  expect(await review(await product.as('transfers/ADMIN-2'))).toMatchObject({
    status: 409,
    body: { code: 'already_reviewed' },
  })
})

test('K-20 who is on the list and holds no super role breaks no glass, and is not offered to', async () => {
  const rule = { action: FREEZE, required: 1, eligible_roles: ['transfers/ADMIN'], expires_in_s: 3600 }
  await changePolicy(product, [rule], ['transfers-ADMIN', compliance.id])
  const party = take()
  const offered = await compliance.post(`/v1/actions/${FREEZE}/preview`, {
    target: { kind: 'party', id: party },
    input: {},
  })
  expect(offered.status).toBe(200)
  expect(offered.body.break_glass).toBeUndefined()
  expect(await ask(party, { break_glass: true }, compliance)).toMatchObject({
    status: 403,
    body: { code: 'not_a_super_role', required_roles: ['transfers/ADMIN'] },
  })
  expect(await frozen(party)).toBe(false)
})

test('K-20 nobody off the list breaks the glass, and a forbid holds against who is on it', async () => {
  const offList = await product.as('transfers/ADMIN-2')
  expect(await ask(take(), { break_glass: true }, offList)).toMatchObject({ status: 403 })
  await changePolicy(
    product,
    [
      { action: FREEZE, required: 1, eligible_roles: ['transfers/ADMIN'], expires_in_s: 3600 },
      {
        action: FREEZE,
        forbid: true,
        required: 0,
        eligible_roles: [],
        expires_in_s: 3600,
        when: { requester_role: 'transfers/ADMIN' },
      },
    ],
    ['transfers-ADMIN'],
  )
  const party = take()
  const target = { kind: 'party', id: party }
  const asked = await admin.post(`/v1/actions/${FREEZE}`, {
    target,
    input: {},
    reason: { code: 'fraud_suspected', note },
    preview_digest: `sha256:${'0'.repeat(64)}`,
    break_glass: true,
  })
  expect(asked).toMatchObject({ status: 403, body: { code: 'forbidden_by_policy' } })
  expect(await frozen(party)).toBe(false)
})

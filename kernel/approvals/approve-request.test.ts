import { randomUUID } from 'node:crypto'
import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { entriesOf, entriesOfRequest } from '@countersign/testkit/audit-entries.ts'
import { type Answer, type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { letExpire, letGrantsAge } from '@countersign/testkit/tampering.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let product: Product
let ops: Client
let admin: Client
let second: Client
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  second = await product.as('transfers/ADMIN-2')
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

/** `otherReason`: one that an edit changes it to. */
type Asked = { id: string; digest: string; otherReason: string }
async function ask(by = ops): Promise<Asked> {
  const { id, code } = take()
  const asked = await by.post('/returns', { transferId: id, reason: code })
  expect(asked.status).toBe(202)
  const ofItsRail = /^R\d\d$/.test(code) ? ['R02', 'R03'] : ['AC04', 'AM05']
  return { ...asked.body, otherReason: ofItsRail.find((each) => each !== code) }
}
const approve = ({ id, digest }: Asked, by = admin, more: object = {}) =>
  by.post(`/v1/requests/${id}/approve`, { digest, ...more })
const say = (what: string, { id }: Asked, by: Client, body: unknown) =>
  by.post(`/v1/requests/${id}/${what}`, body)
const said = ({ status, body }: Answer) => ({ status, code: body.code ?? body.state })
const effectsOf = async ({ id }: Asked): Promise<number> => {
  const { rows } = await product.superuser.query('SELECT FROM kernel.outbox WHERE request_id = $1', [id])
  return rows.length
}

test('K-13 C-05 what its requester said when they cancelled it is with the request, for those who may decide on it', async () => {
  const asked = await ask()
  const answer = await say('cancel', asked, ops, { reason: 'It was the wrong transfer.' })
  expect(said(answer)).toEqual({ status: 200, code: 'cancelled' })
  expect(answer.text).not.toContain('wrong transfer')
  const { body } = await admin.get(`/v1/requests/${asked.id}`)
  expect(body.transitions.at(-1)).toMatchObject({ to: 'cancelled', note: 'It was the wrong transfer.' })
  const { rows } = await product.superuser.query<{ note: { shown: string; sealed: string } }>(
    `SELECT note FROM kernel.action_transition WHERE request_id = $1 AND to_state = 'cancelled'`,
    [asked.id],
  )
  expect(JSON.stringify(rows)).not.toContain('wrong transfer')
})

test('K-17 C-06 C-07 what waits for a person is in their inbox, with what it would do; then it is decided', async () => {
  const asked = await ask()
  const inbox = async (by: Client) => {
    const { body } = await by.get('/v1/approvals?state=pending&limit=200')
    expect(body.sources).toContainEqual(expect.objectContaining({ name: 'countersign', status: 'ok' }))
    return body.items.find(({ id }: Asked) => id === asked.id)
  }
  expect(await inbox(ops)).toBeUndefined()
  expect(await inbox(admin)).toMatchObject({ state: 'pending', can_approve: true, digest: asked.digest })
  const { body: shown } = await admin.get(`/v1/requests/${asked.id}`)
  expect(shown).toMatchObject({ current_preview: shown.evidence.preview, drift: [], target_changed: false })

  const agreed = await approve(asked, admin, { note: 'Seen the advice of the bank' })
  expect(agreed.body).toMatchObject({
    state: 'authorized',
    basis: 'quorum',
    approvals: { required: 1, given: [{ person: { id: admin.id }, decision: 'approve' }] },
  })
  expect(await inbox(admin)).toBeUndefined()
  const { body } = await second.get(`/v1/requests/${asked.id}`)
  expect(body.approvals.given[0].note).toBe('Seen the advice of the bank')
  expect((await entriesOfRequest(product, asked.id)).map(({ kind, outcome }) => ({ kind, outcome }))).toEqual(
    [
      { kind: 'action', outcome: 'pending' },
      { kind: 'approval', outcome: 'approve' },
      { kind: 'action', outcome: 'authorized' },
    ],
  )
  expect(await effectsOf(asked)).toBe(1)
})

test('K-17 case 1: nobody decides on their own request, and a machine on none', async () => {
  const own = await ask(admin)
  expect(said(await approve(own, admin))).toEqual({ status: 403, code: 'own_request' })
  expect(said(await say('reject', own, admin, { reason: 'x' }))).toEqual({ status: 403, code: 'own_request' })
  const robot = await product.as('x', { sub: 'robot', azp: 'robot', roles: ['transfers/ADMIN'] })
  expect(said(await approve(own, robot))).toEqual({ status: 403, code: 'forbidden' })
  expect(said(await approve(own, second))).toEqual({ status: 200, code: 'authorized' })
})

test('K-17 case 1: nor through a second account of the same person, in code or in the database', async () => {
  const email = 'Nora.Hansen@example.test'
  const nora = await product.as('transfers/OPS', { sub: 'nora', email })
  const alias = await product.as('transfers/ADMIN', { sub: 'nora-admin', email: email.toLowerCase() })
  const asked = await ask(nora)
  const refused = await approve(asked, alias)
  expect(said(refused)).toEqual({ status: 403, code: 'own_request' })
  expect(await entriesOf(product, refused.body.request_id)).toMatchObject([
    { kind: 'denial', actor: { id: 'nora-admin' }, detail: { code: 'own_request' } },
  ])
  expect((await alias.get('/v1/approvals?limit=200')).text).not.toContain(asked.id)
  const written = product.superuser.query(
    `INSERT INTO kernel.action_approval (request_id, revision, person_id, decision, digest, roles, evidence, evidence_hash,
                                         authenticated_at)
     SELECT request_id, revision, 'nora-admin', 'approve', digest, '{transfers/ADMIN}', '{}', '\\x00', clock_timestamp()
       FROM kernel.action_revision WHERE request_id = $1`,
    [asked.id],
  )
  await expect(written).rejects.toMatchObject({ code: 'CS403', constraint: 'own_request' })

  // Signed before it was known whose the account is: it counts no more.
  const stranger = await product.as('transfers/ADMIN', { sub: 'nora-unknown' })
  expect((await approve(asked, stranger)).status).toBe(200)
  await (await product.as('transfers/ADMIN', { sub: 'nora-unknown', email })).get('/v1/me')
  const { rows } = await product.superuser.query('SELECT kernel.counting_approvals($1, 1) AS counting', [
    asked.id,
  ])
  expect(rows).toEqual([{ counting: 0 }])
})

test('K-17 K-01 case 11: forged role headers count for nothing; a mass-assigned state, quorum or basis is refused and audited', async () => {
  const { id, code } = take()
  const forged = { 'x-user-role': 'transfers/ADMIN', 'x-user-id': admin.id, 'x-forwarded-user': admin.id }
  for (const member of [{ state: 'authorized' }, { quorum: 0 }, { required: 0 }, { basis: 'quorum' }]) {
    const refused = await ops.post('/v1/actions/transfers.return_transfer', {
      target: { kind: 'transfer', id },
      input: {},
      reason: { code },
      ...member,
    })
    expect(refused.status).toBe(400)
    const [name] = Object.keys(member)
    expect(refused.body.errors).toContainEqual(expect.objectContaining({ field: name }))
    expect(await entriesOf(product, refused.body.request_id)).toMatchObject([
      { kind: 'security', detail: { members: [name] } },
    ])
  }
  const asked = await ask()
  const signed = await ops.post(`/v1/requests/${asked.id}/approve`, { digest: asked.digest }, forged)
  expect(signed.status).toBe(403)
  const more = await approve(asked, admin, { person_id: second.id })
  expect(more).toMatchObject({ status: 400, body: { errors: [{ field: 'person_id' }] } })
  expect(await effectsOf(asked)).toBe(0)
  expect((await ops.get(`/v1/requests/${asked.id}`)).body.state).toBe('pending')
})

test('K-17 case 4: an edit between reading and signing voids the digest; what is signed is the revision that was read', async () => {
  const asked = await ask()
  const reason = { code: asked.otherReason }
  const edited = await say('edit', asked, ops, { input: {}, reason })
  expect(edited.body).toMatchObject({ state: 'pending', revision: 2, reason })
  const late = await approve(asked)
  expect(said(late)).toEqual({ status: 409, code: 'digest_differs' })
  expect(late.body).toMatchObject({ digest: edited.body.digest, revision: 2 })
  expect(said(await say('edit', asked, second, { input: {}, reason: { code: 'R03' } }))).toEqual({
    status: 403,
    code: 'not_the_requester',
  })
  expect(said(await approve(edited.body))).toEqual({ status: 200, code: 'authorized' })
  expect(said(await say('edit', asked, ops, { input: {}, reason: { code: 'R03' } })).status).toBe(409)
})

test('K-16 K-17 case 5: a request that has expired takes no word any more: 410, by the clock of the database', async () => {
  const asked = await ask()
  await letExpire(product, asked.id)
  const answers = [
    await approve(asked),
    await say('reject', asked, admin, { reason: 'late' }),
    await say('cancel', asked, ops, { reason: 'late' }),
    await say('edit', asked, ops, { input: {}, reason: { code: asked.otherReason } }),
  ]
  for (const answer of answers) expect(said(answer)).toEqual({ status: 410, code: 'request_expired' })
  expect((await admin.get('/v1/approvals?limit=200')).text).not.toContain(asked.id)
  expect(await effectsOf(asked)).toBe(0)
})

test('K-17 one rejection with a reason ends it; a requester can withdraw', async () => {
  const rejected = await ask()
  const answer = await say('reject', rejected, admin, { reason: { code: 'wrong', note: 'Not our customer' } })
  expect(said(answer)).toEqual({ status: 200, code: 'rejected' })
  expect((await ops.get(`/v1/requests/${rejected.id}`)).body.approvals.given[0]).toMatchObject({
    decision: 'reject',
    note: 'Not our customer',
  })
  const withdrawn = await ask()
  expect(said(await say('cancel', withdrawn, second, { reason: 'x' }))).toEqual({
    status: 403,
    code: 'not_the_requester',
  })
  expect(said(await say('cancel', withdrawn, ops, { reason: 'asked twice' }))).toEqual({
    status: 200,
    code: 'cancelled',
  })
  for (const over of [rejected, withdrawn]) {
    expect(said(await approve(over, second))).toEqual({ status: 409, code: 'not_pending' })
    expect(await effectsOf(over)).toBe(0)
  }
})

test.each([
  ['approve', {}, 'digest'],
  ['approve', { digest: 'sha256:short' }, 'digest'],
  ['approve', { digest: `sha256:${'0'.repeat(64)}`, quorum: 0 }, 'quorum'],
  ['reject', {}, 'reason'],
  ['reject', { reason: '' }, 'reason.note'],
  ['reject', { reason: ' \t' }, 'reason.note'],
  ['reject', { reason: '\u200b\ufeff' }, 'reason.note'],
  ['reject', { reason: 7 }, 'reason'],
  ['cancel', { reason: 'x'.repeat(2_001) }, 'reason.note'],
  ['edit', { reason: { code: 'R02' } }, 'input'],
  ['edit', { input: {}, reason: { code: 'nonsense' } }, 'reason.code'],
  ['edit', { input: { amount: 1 }, reason: { code: 'R02' } }, 'input.amount'],
])('C-06 %s with %j is refused by the member', async (what, body, field) => {
  const asked = await ask()
  const by = what === 'approve' || what === 'reject' ? admin : ops
  const refused = await say(what, asked, by, body)
  expect(refused.status).toBe(400)
  expect(refused.body.errors.map((error: { field: string }) => error.field)).toContain(field)
  expect((await ops.get(`/v1/requests/${asked.id}`)).body.state).toBe('pending')
})

test('K-17 case 1: whoever got their role from the requester within 24 hours does not count for them: nobody decides through a delegate', async () => {
  const newcomer = await product.as('x', { sub: 'newcomer', roles: [] })
  await newcomer.get('/v1/me')
  await product.superuser.query(
    `INSERT INTO kernel.role_grant (grant_id, person_id, role, granted_by) VALUES ($1, 'newcomer', 'transfers/ADMIN', $2)`,
    [randomUUID(), second.id],
  )
  const [asked, later, another] = [await ask(second), await ask(second), await ask()]
  expect(said(await approve(asked, newcomer))).toEqual({ status: 403, code: 'granted_by_requester' })
  expect(said(await approve(another, newcomer))).toEqual({ status: 200, code: 'authorized' })
  await letGrantsAge(product, 'newcomer', '25 hours')
  expect(said(await approve(later, newcomer))).toEqual({ status: 200, code: 'authorized' })
})

test('K-17 a target that has moved on since it was asked for is not signed', async () => {
  const { id, code } = take()
  const asked = (await ops.post('/returns', { transferId: id, reason: code })).body
  await product.upstream(`/cts/transfers/${id}/returns`, { case: 'book', reason: code })
  const refused = await approve(asked)
  expect(said(refused)).toEqual({ status: 409, code: 'target_changed' })
  const { body } = await admin.get(`/v1/requests/${asked.id}`)
  expect(body).toMatchObject({ state: 'pending', target_changed: true })
  expect(await effectsOf(asked)).toBe(0)
})

describe('K-17 where two must agree', () => {
  beforeAll(() => changePolicy(product, [returnRule({ required: 2 })]))

  test('K-17 case 3: the same person twice counts once', async () => {
    const asked = await ask()
    expect(said(await approve(asked))).toEqual({ status: 200, code: 'pending' })
    expect(said(await approve(asked))).toEqual({ status: 409, code: 'already_decided' })
    const { items } = (await admin.get('/v1/approvals?limit=200')).body
    expect(items.find(({ id }: Asked) => id === asked.id)).toMatchObject({ can_approve: false })
    expect(await effectsOf(asked)).toBe(0)
    expect(said(await approve(asked, second))).toEqual({ status: 200, code: 'authorized' })
  })

  test('K-17 case 3: nor twice with two accounts', async () => {
    const email = 'one.person@example.test'
    const [one, other] = [
      await product.as('transfers/ADMIN', { sub: 'one-account', email }),
      await product.as('transfers/ADMIN', { sub: 'other-account', email }),
    ]
    const asked = await ask()
    expect(said(await approve(asked, one))).toEqual({ status: 200, code: 'pending' })
    expect(said(await approve(asked, other))).toEqual({ status: 409, code: 'already_decided' })
    expect(await effectsOf(asked)).toBe(0)
  })

  test('K-17 an edit voids what was signed before it', async () => {
    const asked = await ask()
    await approve(asked)
    const edited = (await say('edit', asked, ops, { input: {}, reason: { code: asked.otherReason } })).body
    expect(edited.approvals).toMatchObject({ required: 2, given: [] })
    expect(said(await approve(edited, second))).toEqual({ status: 200, code: 'pending' })
    expect(said(await approve(edited, admin))).toEqual({ status: 200, code: 'authorized' })
  })

  test('K-17 whoever has lost the role meanwhile does not count; another has to agree', async () => {
    const asked = await ask()
    const leaving = await product.as('transfers/ADMIN', { sub: 'leaving' })
    expect(said(await approve(asked, leaving))).toEqual({ status: 200, code: 'pending' })
    await (await product.as('transfers/OPS', { sub: 'leaving' })).get('/v1/me')
    expect(said(await approve(asked, admin))).toEqual({ status: 200, code: 'pending' })
    expect(await effectsOf(asked)).toBe(0)
    expect(said(await approve(asked, second))).toEqual({ status: 200, code: 'authorized' })
  })
})

test('K-17 case 1: an account stays the same person’s when the provider says another address than it did when it was asked for', async () => {
  const account = async (sub: string, role: string, email: string) => {
    const somebody = await product.as(role, { sub, email })
    await somebody.get('/v1/me')
    return somebody
  }
  const asking = await account('dina', 'transfers/OPS', 'Dína@example.test'.normalize('NFD'))
  await account('dina-admin', 'transfers/ADMIN', ' dína@EXAMPLE.test ')
  const asked = await ask(asking)
  const signing = await account('dina-admin', 'transfers/ADMIN', 'somebody.else@example.test')
  expect(said(await approve(asked, signing))).toEqual({ status: 403, code: 'own_request' })
  await account('dina', 'transfers/OPS', 'another@example.test')
  expect(said(await approve(asked, signing))).toEqual({ status: 403, code: 'own_request' })

  // An account that has the requester's address of today is theirs too; one that has the other's of today is only the other's.
  const third = await account('dina-third', 'transfers/ADMIN', 'Another@example.test')
  expect(said(await approve(asked, third))).toEqual({ status: 403, code: 'own_request' })
  const fourth = await account('dina-fourth', 'transfers/ADMIN', 'somebody.else@example.test')
  expect(said(await approve(asked, fourth))).toEqual({ status: 200, code: 'pending' })
})

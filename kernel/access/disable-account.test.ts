import {
  type Answer,
  type Client,
  eventually,
  type Product,
  startProduct,
} from '@countersign/testkit/product.ts'
import { seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let admin: Client
let second: Client

beforeAll(async () => {
  product = await startProduct({ webhooks: false })
  admin = await product.as('transfers/ADMIN', { email: 'ann@example.test' })
  second = await product.as('transfers/ADMIN-2', { email: 'bob@example.test' })
  for (const each of [admin, second]) await each.get('/v1/me')
}, 120_000)
afterAll(() => product?.close())

async function ask(what: 'disable' | 'enable', id: string, by = admin): Promise<Answer> {
  const path = `/v1/actions/kernel.${what}_account`
  const target = { kind: 'person', id }
  const preview = await by.post(`${path}/preview`, { target, input: {} })
  if (preview.status !== 200) return preview
  const { preview_digest } = preview.body
  const code = what === 'disable' ? 'key_leaked' : 'key_replaced'
  return by.post(path, { target, input: {}, reason: { code }, preview_digest })
}
const agree = (asked: Answer, by: Client) =>
  by.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })

/** A service with a token of its own, got by client credentials. */
const machine = (id: string) =>
  product.as('transfers/OPS', { sub: id, azp: id, client_id: id, auth_time: undefined, sid: undefined })

test('K-42 a machine asks as people do, until its account is disabled: then it is refused at once, as a security event', async () => {
  const robot = await machine('returns-robot')
  const take = await seededReturns(product)
  const { id: transfer, code } = take()
  const asked = await robot.post('/returns', { transferId: transfer, reason: code })
  expect(asked.status).toBe(202)
  expect((await robot.get('/v1/me')).body.person.kind).toBe('machine')
  const agreedTo = await agree(asked, admin)
  expect(agreedTo.body.state).toBe('authorized')
  await eventually(
    'the return',
    async () => (await admin.get(`/v1/requests/${asked.body.id}`)).body.state === 'executed',
  )

  const disabled = await ask('disable', 'returns-robot')
  expect(disabled).toMatchObject({ status: 200, body: { state: 'executed' } })
  expect((await robot.get('/v1/me')).body).toMatchObject({ status: 403, code: 'person_disabled' })
  const refused = await robot.post('/returns', { transferId: take().id, reason: code })
  expect(refused.status).toBe(403)
  const auditor = await product.as('kernel/auditor')
  await eventually('the security event', async () => {
    const { entries } = (await auditor.get('/v1/audit?kind=security&actor=returns-robot')).body
    return entries.length > 0
  })
  const review = (await admin.get('/v1/access-review?role=transfers/OPS')).body.holders
  expect(review).toContainEqual(
    expect.objectContaining({
      person: expect.objectContaining({ id: 'returns-robot', kind: 'machine', disabled: true }),
    }),
  )

  // Releasing is slow: it takes a second person, who is not the one who asked.
  const enabling = await ask('enable', 'returns-robot')
  expect(enabling).toMatchObject({ status: 202, body: { state: 'pending' } })
  // By name, as its token gave it.
  expect((await admin.get(`/v1/requests/${enabling.body.id}`)).body.target).toMatchObject({
    title: 'transfers/OPS',
  })
  expect((await robot.get('/v1/me')).status).toBe(403)
  expect((await agree(enabling, admin)).status).toBe(403)
  expect((await agree(enabling, second)).body.state).toBe('executed')
  expect((await robot.get('/v1/me')).status).toBe(200)
}, 60_000)

test('K-42 K-46 what a disabled account asked for is not carried out', async () => {
  await product.stopWorker()
  const robot = await machine('second-robot')
  const { id: transfer, code } = (await seededReturns(product))()
  const asked = await robot.post('/returns', { transferId: transfer, reason: code })
  expect((await agree(asked, admin)).body.state).toBe('authorized')
  await ask('disable', 'second-robot')
  product.startWorker()
  await eventually(
    'it to be stale',
    async () => (await admin.get(`/v1/requests/${asked.body.id}`)).body.state === 'stale',
  )
}, 60_000)

test('K-46 nobody disables their own account, one of another console, or one twice; and enabling names what it lacks', async () => {
  expect((await ask('disable', admin.id)).body.code).toBe('own_account')
  const foreign = await product.as('treasury/ops')
  await foreign.get('/v1/me')
  expect((await ask('disable', foreign.id)).body.code).toBe('not_your_console')
  const leaver = await product.as('transfers/COMPLIANCE-2')
  await leaver.get('/v1/me')
  expect((await ask('enable', leaver.id)).body.code).toBe('not_disabled')
  expect((await ask('disable', leaver.id)).body.state).toBe('executed')
  expect((await ask('disable', leaver.id)).body.code).toBe('already_disabled')
  const ops = await product.as('transfers/OPS-2')
  expect((await ask('disable', leaver.id, ops)).status).toBe(403)
})

test('case 13: K-46 I12 nobody has another account of their own let in again, as who asks or as who signs', async () => {
  const account = async (sub: string, email: string) => {
    const other = await product.as('x', { sub, roles: ['transfers/OPS'], email })
    await other.get('/v1/me')
    await ask('disable', sub, await product.as('transfers/ADMIN', { sub: 'admin-three' }))
    return other
  }
  const anns = await account('ann-too', 'ann@example.test')
  const bobs = await account('bob-too', 'BOB@example.test')
  expect(await ask('enable', anns.id)).toMatchObject({ status: 409, body: { code: 'own_account' } })
  const asked = await ask('enable', bobs.id)
  expect(await agree(asked, second)).toMatchObject({ status: 403, body: { code: 'own_roles' } })
  expect([(await anns.get('/v1/me')).status, (await bobs.get('/v1/me')).status]).toEqual([403, 403])
})

test('K-17 who is let in again signs for 24 hours nothing of those who let them in', async () => {
  const ute = await product.as('transfers/ADMIN', { sub: 'ute' })
  const third = await product.as('transfers/ADMIN', { sub: 'admin-three' })
  for (const each of [ute, third]) await each.get('/v1/me')
  expect(await ask('disable', ute.id)).toMatchObject({ body: { state: 'executed' } })
  const back = await ask('enable', ute.id)
  expect(await agree(back, second)).toMatchObject({ body: { state: 'executed' } })
  const take = await seededReturns(product)
  for (const requester of [admin, second]) {
    const { id: transferId, code: reason } = take()
    const asked = await requester.post('/returns', { transferId, reason })
    expect(await agree(asked, ute)).toMatchObject({ status: 403, body: { code: 'granted_by_requester' } })
    // Nor does the database count it, put there by hand.
    await product.superuser.query(
      `INSERT INTO kernel.action_approval (request_id, revision, person_id, decision, digest, roles, evidence, evidence_hash,
                                           authenticated_at)
       SELECT request_id, revision, $2, 'approve', digest, '{transfers/ADMIN}', '{}', '\\x00', clock_timestamp()
         FROM kernel.action_revision WHERE request_id = $1`,
      [asked.body.id, ute.id],
    )
    const counted = await product.superuser.query('SELECT kernel.counting_approvals($1, 1) AS count', [
      asked.body.id,
    ])
    expect(counted.rows).toEqual([{ count: 0 }])
  }
  const { id: transferId, code: reason } = take()
  const asked = await third.post('/returns', { transferId, reason })
  expect((await agree(asked, ute)).status).toBe(200)
})

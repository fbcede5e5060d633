import { randomUUID } from 'node:crypto'
import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { letGrantsAge } from '@countersign/testkit/tampering.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The database's own line: what is written past every line of our code. */
let product: Product
let ops: Client
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

/** A request with the word of this person on it, put there by hand. */
async function signedBy(personId: string, by = ops): Promise<string> {
  const { id, code } = take()
  const asked = await by.post('/returns', { transferId: id, reason: code })
  await product.superuser.query(
    `INSERT INTO kernel.action_approval (request_id, revision, person_id, decision, digest, roles, evidence, evidence_hash,
                                         authenticated_at)
     SELECT request_id, revision, $2, 'approve', digest, '{transfers/ADMIN}', '{}', '\\x00', clock_timestamp()
       FROM kernel.action_revision WHERE request_id = $1`,
    [asked.body.id, personId],
  )
  return asked.body.id
}
const authorise = (requestId: string, by: string) =>
  product.superuser.query(
    `INSERT INTO kernel.action_transition (request_id, step, revision, from_state, to_state, basis, actor_id)
     VALUES ($1, 2, 1, 'pending', 'authorized', 'quorum', $2)`,
    [requestId, by],
  )
const stateOf = async (requestId: string) => (await ops.get(`/v1/requests/${requestId}`)).body.state

test('K-17 the database itself does not count whoever got the role from the requester within 24 hours', async () => {
  const newcomer = await product.as('x', { sub: 'newcomer', roles: [] })
  await newcomer.get('/v1/me')
  await ops.get('/v1/me')
  await product.superuser.query(
    `INSERT INTO kernel.role_grant (grant_id, person_id, role, granted_by) VALUES ($1, $2, 'transfers/ADMIN', $3)`,
    [randomUUID(), newcomer.id, ops.id],
  )
  const asked = await signedBy(newcomer.id)
  await expect(authorise(asked, newcomer.id)).rejects.toMatchObject({ constraint: 'quorum_not_reached' })
  expect(await stateOf(asked)).toBe('pending')
  // A day later the very same rows are a quorum.
  await letGrantsAge(product, newcomer.id, '25 hours')
  await authorise(asked, newcomer.id)
  expect(await stateOf(asked)).toBe('authorized')
})

test('case 1: K-17 nor whoever got it from another account of the requester', async () => {
  const [asking, giving] = ['ida-ops', 'ida-admin']
  const friend = await product.as('x', { sub: 'friend', roles: [] })
  await friend.get('/v1/me')
  const ida = await product.as('transfers/OPS', { sub: asking, email: 'ida@example.test' })
  const admin = await product.as('transfers/ADMIN', { sub: giving, email: 'Ida@example.test' })
  for (const each of [ida, admin]) await each.get('/v1/me')
  await product.superuser.query(
    `INSERT INTO kernel.role_grant (grant_id, person_id, role, granted_by) VALUES ($1, $2, 'transfers/ADMIN', $3)`,
    [randomUUID(), friend.id, giving],
  )
  const asked = await signedBy(friend.id, ida)
  await expect(authorise(asked, friend.id)).rejects.toMatchObject({ constraint: 'quorum_not_reached' })
})

test('K-17 nor does it take the word of the requester, or count a role that was lost', async () => {
  const admin = await product.as('transfers/ADMIN')
  await admin.get('/v1/me')
  await expect(signedBy(ops.id)).rejects.toThrow('nobody decides on their own request')
  const lost = await signedBy(admin.id)
  await product.superuser.query(`UPDATE kernel.person SET asserted_roles = '{}' WHERE person_id = $1`, [
    admin.id,
  ])
  await expect(authorise(lost, admin.id)).rejects.toMatchObject({ constraint: 'quorum_not_reached' })
})

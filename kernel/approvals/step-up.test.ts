import { randomUUID } from 'node:crypto'
import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { type Answer, type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const RETURN = '/v1/actions/transfers.return_transfer'
const MAX_AGE_S = 60
let product: Product
let ops: Client
let admin: Client
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

/** The same person, who signed in so long ago. */
const signedInAgo = (persona: string, seconds: number) =>
  product.as(persona, { auth_time: Math.floor(Date.now() / 1000) - seconds })

/** RFC 9470 §3: what the caller has to do about it is in the header and in the body. */
function expectChallenge(answer: Answer): void {
  expect(answer.status).toBe(401)
  expect(answer.body).toMatchObject({ code: 'insufficient_user_authentication', max_age: MAX_AGE_S })
  const header = answer.headers.get('www-authenticate')
  expect(header).toContain('error="insufficient_user_authentication"')
  expect(header).toContain(`max_age="${MAX_AGE_S}"`)
}

async function bodyOf({ id, code }: SeededReturn, by = ops) {
  const body = { target: { kind: 'transfer', id }, input: {}, reason: { code } }
  const preview = await by.post(`${RETURN}/preview`, body)
  return { body: { ...body, preview_digest: preview.body.preview_digest }, preview: preview.body }
}

describe('K-05 a rule that asks for a fresh sign-in of who requests', () => {
  let stale: Client
  beforeAll(async () => {
    await changePolicy(product, [returnRule({ step_up: { request_max_age_s: MAX_AGE_S } })])
    stale = await signedInAgo('transfers/OPS', MAX_AGE_S + 30)
  })

  test('challenges a sign-in that is too old, keeps nothing, and takes the same once it is fresh', async () => {
    const { body, preview } = await bodyOf(take(), stale)
    expect(preview.max_age_s).toBe(MAX_AGE_S)
    const key = { 'idempotency-key': randomUUID() }
    expectChallenge(await stale.post(RETURN, body, key))
    // As after a refresh (RFC 6749 §6): a new token, and nobody who authenticated.
    const refreshed = await product.as('transfers/OPS', { auth_time: undefined })
    expectChallenge(await refreshed.post(RETURN, body, key))
    const { requests } = (
      await ops.get(`/v1/requests?target_kind=transfer&target_id=${body.target.id}&state=pending`)
    ).body
    expect(requests).toEqual([])
    const fresh = await ops.post(RETURN, body, key)
    expect(fresh.status).toBe(202)
    expect(fresh.headers.get('idempotency-replayed')).toBeNull()
  })

  test('of many records at once, and of an edit, the same', async () => {
    const one = take()
    const rows = [{ target: { kind: 'transfer', id: one.id } }]
    const shown = await stale.post(`${RETURN}/bulk/preview`, { rows })
    const bulk = { rows, reason: { code: one.code }, preview_digest: shown.body.preview_digest }
    expectChallenge(await stale.post(`${RETURN}/bulk`, bulk))
    expect((await ops.post(`${RETURN}/bulk`, bulk)).status).toBe(202)

    const other = take()
    const asked = await ops.post(RETURN, (await bodyOf(other)).body)
    const edit = { input: {}, reason: { code: other.code, note: 'They called again' } }
    const path = `/v1/requests/${asked.body.id}/edit`
    expectChallenge(await stale.post(path, edit))
    expect((await ops.get(`/v1/requests/${asked.body.id}`)).body.revision).toBe(1)
    expect((await ops.post(path, edit)).body).toMatchObject({ revision: 2, state: 'pending' })
  })
})

describe('K-05 a rule that asks for a fresh sign-in of who approves', () => {
  let stale: Client
  beforeAll(async () => {
    await changePolicy(product, [returnRule({ step_up: { approval_max_age_s: MAX_AGE_S } })])
    stale = await signedInAgo('transfers/ADMIN-2', MAX_AGE_S + 30)
  })
  const ask = async () => (await ops.post(RETURN, (await bodyOf(take())).body)).body

  test('challenges a sign-in that is too old, and counts nothing; a fresh one authorises', async () => {
    const { id, digest } = await ask()
    expect((await stale.get(`/v1/requests/${id}`)).body.approval_max_age_s).toBe(MAX_AGE_S)
    expectChallenge(await stale.post(`/v1/requests/${id}/approve`, { digest }))
    expect((await ops.get(`/v1/requests/${id}`)).body).toMatchObject({
      state: 'pending',
      approvals: { given: [] },
    })
    const agreed = await admin.post(`/v1/requests/${id}/approve`, { digest })
    expect(agreed.body).toMatchObject({ state: 'authorized' })
  })

  test('lets whoever signed in long ago reject all the same', async () => {
    const { id } = await ask()
    const rejected = await stale.post(`/v1/requests/${id}/reject`, { reason: 'Not theirs' })
    expect(rejected).toMatchObject({ status: 200, body: { state: 'rejected' } })
  })

  test('the database takes no such row, and counts none that got there', async () => {
    /** Null: nobody knows when they signed in. */
    const sign = (id: string, agoS: number | null) =>
      product.superuser.query(
        `INSERT INTO kernel.action_approval (request_id, revision, person_id, decision, digest, roles, evidence,
                                             evidence_hash, authenticated_at)
         SELECT request_id, revision, $2, 'approve', digest, '{transfers/ADMIN}', evidence, evidence_hash,
                clock_timestamp() - make_interval(secs => $3::integer)
           FROM kernel.action_revision WHERE request_id = $1`,
        [id, admin.id, agoS],
      )
    const counting = async (id: string) => {
      const { rows } = await product.superuser.query('SELECT kernel.counting_approvals($1, 1) AS n', [id])
      return rows[0].n
    }
    const { id } = await ask()
    const { id: another } = await ask()
    const refused = { constraint: 'insufficient_user_authentication' }
    await expect(sign(id, MAX_AGE_S + 1)).rejects.toMatchObject(refused)
    await expect(sign(another, null)).rejects.toMatchObject(refused)
    await product.superuser.query('ALTER TABLE kernel.action_approval DISABLE TRIGGER check_approval')
    await sign(id, MAX_AGE_S + 1)
    await sign(another, null)
    await product.superuser.query('ALTER TABLE kernel.action_approval ENABLE ALWAYS TRIGGER check_approval')
    expect(await counting(id)).toBe(0)
    expect(await counting(another)).toBe(0)
    const fresh = await ask()
    await sign(fresh.id, 0)
    expect(await counting(fresh.id)).toBe(1)
  })
})

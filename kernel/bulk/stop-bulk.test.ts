import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { misbehave, seededParties } from '@countersign/testkit/seeded-records.ts'
import { timesFrozen } from '@countersign/testkit/times-frozen.ts'
import { whileWorking } from '@countersign/testkit/while-working.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const FREEZE = '/v1/actions/transfers.freeze_entity/bulk'
const REASON = { code: 'fraud_suspected', note: 'They drain one another' }

type Row = { state: string; why?: string; target: { id: string } }

let product: Product
let officer: Client
let admin: Client
let party: () => string

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  officer = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
  party = await seededParties(product)
  await changePolicy(product, [
    returnRule({
      action: 'transfers.freeze_entity',
      eligible_roles: ['transfers/ADMIN', 'transfers/COMPLIANCE'],
    }),
  ])
}, 120_000)
afterAll(() => product?.close())

const parties = (count: number) => Array.from({ length: count }, () => party())

async function ask(ids: readonly string[]) {
  const rows = ids.map((id) => ({ target: { kind: 'party', id } }))
  const { preview_digest } = (await officer.post(`${FREEZE}/preview`, { rows, reason: REASON })).body
  return officer.post(FREEZE, { rows, reason: REASON, preview_digest })
}
const approve = ({ id, digest }: { id: string; digest: string }) =>
  admin.post(`/v1/requests/${id}/approve`, { digest })
const requestOf = async (id: string) => (await officer.get(`/v1/requests/${id}`)).body
const rowsOf = async (id: string): Promise<Row[]> =>
  (await officer.get(`/v1/requests/${id}/rows?limit=200`)).body.rows

test('K-19 X-06 who asked stops what is being carried out: what has begun is ended, nothing else begins, and each row says so', async () => {
  const ids = parties(24)
  const asked = (await ask(ids)).body
  expect((await approve(asked)).body.state).toBe('authorized')
  const path = `/v1/requests/${asked.id}/cancel`
  expect((await admin.post(path, { reason: 'Not mine' })).body.code).toBe('not_the_requester')
  await misbehave(product, { upstream: 'compliance', mode: 'latency', on: 'writes', latency_ms: 2_000 })
  await whileWorking(product, async () => {
    await eventually('some to be on their way', async () =>
      (await rowsOf(asked.id)).some(({ state }) => state === 'dispatching'),
    )
    const stopped = await officer.post(path, { reason: 'The wrong list' })
    expect(stopped.status, stopped.text).toBe(200)
    await misbehave(product, { upstream: 'compliance', mode: 'off' })
    await eventually('every row to end', async () => (await requestOf(asked.id)).state === 'executed')
  })
  const whole = await requestOf(asked.id)
  expect(whole.withdrawal).toMatchObject({ note: 'The wrong list' })
  const rows = await rowsOf(asked.id)
  const done = rows.filter(({ state }) => state === 'executed')
  const left = rows.filter(({ state }) => state !== 'executed')
  expect(done.length).toBeGreaterThan(0)
  expect(left.length).toBeGreaterThan(0)
  expect(
    await timesFrozen(
      product,
      done.map(({ target }) => target.id),
    ),
  ).toEqual(done.map(() => 1))
  expect(
    await timesFrozen(
      product,
      left.map(({ target }) => target.id),
    ),
  ).toEqual(left.map(() => 0))
  for (const { state, why } of left) {
    expect(['stale', 'left_out']).toContain(state)
    expect(why).toMatch(/withdrawn|was stopped before this had begun/)
  }
  expect((await officer.post(path, { reason: 'Again' })).body.code).toBe('not_pending')
}, 120_000)

test('K-19 what was stopped before any of it had begun comes to nothing as a whole', async () => {
  const ids = parties(2)
  const asked = (await ask(ids)).body
  await approve(asked)
  // Two who stop it at once, each under a key of their own: one did, the other is told.
  const path = `/v1/requests/${asked.id}/cancel`
  const both = await Promise.all(['No more', 'Not today'].map((reason) => officer.post(path, { reason })))
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  await whileWorking(product, () =>
    eventually('it to lapse', async () => (await requestOf(asked.id)).state === 'stale'),
  )
  expect(await timesFrozen(product, ids)).toEqual([0, 0])
  // Nothing holds the records any more.
  expect((await ask(ids)).status).toBe(202)
}, 120_000)

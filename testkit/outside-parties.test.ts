import { deliverEffect } from '@countersign/kernel/actions/deliver-effect.ts'
import type { Principal } from '@countersign/kernel/identity/principal.ts'
import {
  type SandboxForTests,
  startSandboxForTests,
  TEST_API_KEY,
} from '@countersign/sandbox/sandbox-for-tests.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { connectOutside, mountOutside } from './outside-connectors.ts'
import { type SmallProduct, startSmallProduct } from './small-console.ts'

let sandbox: SandboxForTests
let product: SmallProduct
let porter: Principal

beforeAll(async () => {
  sandbox = await startSandboxForTests()
  const hall = mountOutside(connectOutside(sandbox.url, TEST_API_KEY))
  product = await startSmallProduct({ class: 'D', hall })
  porter = await product.person('porter', ['hall/PORTER'])
}, 60_000)
afterAll(async () => {
  await product?.database.drop()
  await sandbox?.drop()
})

const failNextWrite = (upstream: string, mode: 'lost_response' | 'error_5xx') =>
  sandbox.request('POST', '/_sandbox/misbehave', { body: { upstream, mode, on: 'writes', count: 1 } })

const attempt = (id: string) =>
  deliverEffect(
    {
      kernel: product.kernels.dispatcher,
      holder: 'dispatcher-1',
      leaseMs: 15_000,
      signal: new AbortController().signal,
      report: () => undefined,
    },
    { request_id: id, revision: 1 },
  )

/** As if the dispatcher had been away for so long. */
async function letPass(id: string, seconds: number): Promise<void> {
  const superuser = product.database.pool('superuser')
  await superuser.query(
    `UPDATE kernel.outbox SET lease_until = NULL, available_at = clock_timestamp() WHERE request_id = $1 AND settled_at IS NULL`,
    [id],
  )
  await superuser.query('ALTER TABLE kernel.effect_attempt DISABLE TRIGGER refuse_change')
  await superuser.query(
    'UPDATE kernel.effect_attempt SET started_at = started_at - make_interval(secs => $2) WHERE request_id = $1',
    [id, seconds],
  )
  await superuser.query('ALTER TABLE kernel.effect_attempt ENABLE ALWAYS TRIGGER refuse_change')
}

async function request(id: string): Promise<{ state: string; key: string; outcomes: string[] }> {
  const { rows } = await product.database.pool('superuser').query(
    `SELECT q.state, (SELECT effect_key FROM kernel.outbox WHERE request_id = $1) AS key,
            (SELECT array_agg(o.outcome ORDER BY o.fence) FROM kernel.effect_outcome o WHERE o.request_id = $1) AS outcomes
       FROM kernel.action_request q WHERE q.request_id = $1`,
    [id],
  )
  return rows[0]
}

const counts = z.object({ effects: z.array(z.object({ key: z.string(), count: z.number() })) })
async function performed(upstream: string, key: string): Promise<number> {
  const { body } = await sandbox.request('GET', `/_sandbox/effects?upstream=${upstream}&limit=10000`)
  return counts.parse(body).effects.find((one) => one.key === key)?.count ?? 0
}

const slip = { kind: 'slip', id: 'slip-1' }

test('K-18 case 23: a bank pays, then drops the connection: it is found by its reference, and paid once', async () => {
  await failNextWrite('banks', 'lost_response')
  const id = await product.authorise(porter, 'pay_out', { target: slip })
  await attempt(id)
  const { state, key, outcomes } = await request(id)
  expect({ state, outcomes }).toEqual({ state: 'executed', outcomes: ['done'] })
  expect(await performed('banks', key)).toBe(1)
})

test('K-18 I1 a bank fails without a word: it is told again only when it can no longer come to the first order', async () => {
  await failNextWrite('banks', 'error_5xx')
  const id = await product.authorise(porter, 'pay_out', { target: { kind: 'slip', id: 'slip-2' } })
  await attempt(id)
  await letPass(id, 10)
  await attempt(id)
  const { key } = await request(id)
  expect(await request(id)).toMatchObject({ state: 'dispatching', outcomes: ['unknown', 'retry'] })
  expect(await performed('banks', key)).toBe(0)
  // The bank's own 30 s, and the lease.
  await letPass(id, 60)
  await attempt(id)
  expect(await request(id)).toMatchObject({ state: 'executed' })
  expect(await performed('banks', key)).toBe(1)
})

test('K-18 I1 a host writes, then drops the connection: the record shows whose write it was', async () => {
  await failNextWrite('hosts', 'lost_response')
  const id = await product.authorise(porter, 'set_host', { target: { kind: 'host', id: 'host_south' } })
  await attempt(id)
  expect(await request(id)).toMatchObject({ state: 'executed', outcomes: ['done'] })
  expect((await sandbox.request('GET', '/hosts/hosts/host_south')).body).toMatchObject({
    version: 2,
    routing: 'off',
  })
})

test('K-18 somebody else writes while a host fails without a word: theirs stands, and ours has failed', async () => {
  await failNextWrite('hosts', 'error_5xx')
  const id = await product.authorise(porter, 'set_host', { target: { kind: 'host', id: 'host_west' } })
  await attempt(id)
  await sandbox.request('PUT', '/hosts/hosts/host_west', {
    body: { routing: 'on', weight: 77 },
    ifMatch: '"1"',
  })
  await letPass(id, 1)
  await attempt(id)
  expect(await request(id)).toMatchObject({ state: 'failed', outcomes: ['unknown', 'refused'] })
  expect((await sandbox.request('GET', '/hosts/hosts/host_west')).body).toMatchObject({
    version: 2,
    weight: 77,
  })
})

test('K-18 a carrier comes, then drops the connection: nobody guesses, a person is asked, and it is told once', async () => {
  await failNextWrite('carriers', 'lost_response')
  const asked = { target: { kind: 'slip', id: 'slip-3' }, input: { parcel: 'prc_1' } }
  const id = await product.authorise(porter, 'order_pickup', asked)
  await attempt(id)
  expect(await request(id)).toMatchObject({ state: 'outcome_unknown', outcomes: ['unknown'] })
  for (let round = 0; round < 3; round += 1) {
    await letPass(id, 3_600)
    await attempt(id)
  }
  expect(await request(id)).toMatchObject({ state: 'outcome_unknown' })
  expect(await performed('carriers', 'prc_1')).toBe(1)
})

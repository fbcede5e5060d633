import { makeUpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { readKeyRetentionMs } from '@countersign/kernel/connectors/upstream-reading.ts'
import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { brokenInvariants } from '@countersign/testkit/invariants.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

const LEASE_MS = 4_000
const FAULT_TIMEOUT_MS = 120_000

let product: Product
let returns: CountersignedReturns

beforeAll(async () => {
  product = await startProduct({ workerEnvironment: { DISPATCHER_LEASE_MS: String(LEASE_MS) } })
  returns = await countersignedReturns(product)
}, 120_000)
afterAll(() => product?.close())
afterEach(async () => {
  await product.sandbox.start()
  await misbehave({ mode: 'off' })
  product.startWorker()
})

async function misbehave(rule: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${product.sandboxUrl}/_sandbox/misbehave`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ upstream: 'cts', ...rule }),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

type AttemptRow = { outcome: string | null; by_readback: boolean | null; why: string | null; at_ms: number }

async function attemptsOf(id: string): Promise<AttemptRow[]> {
  const { rows } = await product.superuser.query<AttemptRow>(
    `SELECT o.outcome, o.by_readback, o.detail ->> 'why' AS why,
            (extract(epoch FROM a.started_at) * 1000)::float8 AS at_ms
       FROM kernel.effect_attempt a LEFT JOIN kernel.effect_outcome o USING (request_id, revision, fence)
      WHERE a.request_id = $1 ORDER BY a.fence`,
    [id],
  )
  return rows
}

test('K-18 case 23: K-37 I1 CTS acts and drops the connection: asked back, it is done, and done once', async () => {
  await misbehave({ mode: 'lost_response', rate: 1, count: 1 })
  const { id, key } = await returns.authorise()
  const done = await returns.reaches(id, 'executed')
  expect(done.effect).toMatchObject({ outcome: 'done', by_readback: true })
  expect(await returns.effects(key)).toBe(1)
})

test('K-18 I1 CTS fails with 500 twice, doing nothing: tried again, done once', async () => {
  await misbehave({ mode: 'error_5xx', on: 'writes', count: 2 })
  const { id, key } = await returns.authorise()
  await returns.reaches(id, 'executed')
  expect((await attemptsOf(id)).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'done'])
  expect(await returns.effects(key)).toBe(1)
})

test('K-18 I1 CTS refuses connections for a while: tried again, done once', async () => {
  await misbehave({ mode: 'refuse', on: 'writes', count: 2 })
  const { id, key } = await returns.authorise()
  await returns.reaches(id, 'executed')
  expect(await returns.effects(key)).toBe(1)
})

test(
  'K-18 K-36 I1 CTS answers after everybody has stopped waiting: the same key is asked for, and done once',
  async () => {
    await misbehave({ mode: 'latency', on: 'writes', count: 1, latency_ms: LEASE_MS })
    const { id, key } = await returns.authorise()
    await returns.reaches(id, 'executed')
    const [first] = await attemptsOf(id)
    expect(first?.outcome).not.toBe('done')
    await eventually('the late effect', async () => (await returns.effects(key)) > 0)
    expect(await returns.effects(key)).toBe(1)
  },
  FAULT_TIMEOUT_MS,
)

test(
  'K-18 I14 CTS is down for a while: tried again after longer and longer, left alone meanwhile, done once when it is back',
  async () => {
    await product.stopWorker()
    const { id, key } = await returns.authorise()
    await product.sandbox.stop()
    product.startWorker()
    await eventually('an attempt that finds it down', async () =>
      (await attemptsOf(id)).some(({ why }) => why?.includes('cannot be read')),
    )
    // The server's own circuit, which the screen shows.
    const circuit = async () => {
      await returns.ops.get('/v1/entities/transfer/tr_any')
      const { body } = await returns.ops.get('/v1/connectors')
      return body.connectors.find(({ name }: { name: string }) => name === 'cts')
    }
    expect(
      await eventually('the circuit to open', async () => {
        const seen = await circuit()
        return seen.circuit === 'open' && seen
      }),
    ).toMatchObject({ trips: 1, last_failure: expect.stringContaining('ECONNREFUSED') })
    await eventually('a fourth attempt', async () => (await attemptsOf(id)).length >= 4)

    await product.sandbox.start()
    await returns.reaches(id, 'executed')
    expect(await returns.effects(key)).toBe(1)
    await eventually('the circuit to close', async () => (await circuit()).circuit === 'closed')

    const attempts = await attemptsOf(id)
    const gaps = attempts.slice(1).map(({ at_ms }, index) => at_ms - (attempts[index]?.at_ms ?? 0))
    // Half a second doubling, with jitter down to half of it.
    for (const [index, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(250 * 2 ** index)
  },
  FAULT_TIMEOUT_MS,
)

test(
  'K-18 case 24: I10 a worker that was stopped in the middle wakes up after another has taken over, and writes nothing',
  async () => {
    await product.stopWorker()
    const { id, key } = await returns.authorise()
    await misbehave({ mode: 'latency', on: 'writes', count: 1, latency_ms: 2_000 })
    const zombie = product.spawnWorker()
    await eventually(
      'the first worker to be sending',
      async () => (await returns.read(id)).state === 'dispatching',
    )
    zombie.signal('SIGSTOP')

    product.startWorker()
    await returns.reaches(id, 'executed')
    zombie.signal('SIGCONT')
    await eventually('the first worker to notice', async () =>
      zombie.said.some((line) => line.includes('no longer held') || line.includes('has moved')),
    )
    const attempts = await attemptsOf(id)
    expect(attempts[0]?.outcome).toBeNull()
    expect(attempts.at(-1)?.outcome).toBe('done')
    expect(await returns.effects(key)).toBe(1)
    zombie.signal('SIGTERM')
    await zombie.ended
  },
  FAULT_TIMEOUT_MS,
)

/** Authorised while no worker runs, so that something can change before it is dispatched. */
async function authoriseUndispatched(agreeing: Client): Promise<{ id: string; transfer: string }> {
  await product.stopWorker()
  const asked = await returns.ask()
  const agreed = await agreeing.post(`/v1/requests/${asked.id}/approve`, { digest: asked.digest })
  expect(agreed.body.state).toBe('authorized')
  return asked
}

async function expectStale(id: string, why: RegExp): Promise<void> {
  product.startWorker()
  const stale = await eventually('staleness', async () => {
    const { body } = await returns.ops.get(`/v1/requests/${id}`)
    return body.state !== 'authorized' && body
  })
  expect(stale.state).toBe('stale')
  expect(stale.transitions.at(-1).why).toMatch(why)
  expect(await returns.effects(stale.effect.key)).toBe(0)
}

test('K-17 K-18 the approver loses the role before dispatch: stale, and no effect', async () => {
  const second = await product.as('transfers/ADMIN-2')
  const { id } = await authoriseUndispatched(second)
  const demoted = await product.as('transfers/ADMIN-2', { roles: ['transfers/OPS'] })
  expect((await demoted.get('/v1/me')).status).toBe(200)
  await expectStale(id, /approver no longer holds/)
})

test('K-18 the requester loses the role before dispatch: stale, and no effect', async () => {
  const { id } = await authoriseUndispatched(returns.admin)
  await (await product.as('transfers/OPS', { roles: ['transfers/COMPLIANCE'] })).get('/v1/me')
  product.startWorker()
  const stale = await returns.reaches(id, 'stale')
  expect(stale.transitions.at(-1).why).toMatch(/requester may no longer/)
  // Has it again: an older token alone would not give it back.
  await (await product.as('transfers/OPS')).get('/v1/me')
  expect(await returns.effects(stale.effect.key)).toBe(0)
})

test('K-15 K-18 the transfer has moved on before dispatch: stale, and no effect of ours', async () => {
  const { id, transfer } = await authoriseUndispatched(returns.admin)
  const elsewhere = await fetch(`${product.sandboxUrl}/cts/transfers/${transfer}/returns`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${product.sandbox.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': `elsewhere-${transfer}`,
      'if-match': '*',
    },
    body: JSON.stringify({ case: 'book', reason: 'R01' }),
  })
  expect(await elsewhere.text()).toContain('returned')
  await expectStale(id, /target has changed/)
})

test('K-18 the authorisation has expired before dispatch: stale, and no effect', async () => {
  const { id } = await authoriseUndispatched(returns.admin)
  // As if a day had passed: nothing but a superuser could change what was agreed to.
  await product.superuser.query('ALTER TABLE kernel.action_revision DISABLE TRIGGER refuse_change')
  await product.superuser.query(
    `UPDATE kernel.action_revision SET expires_at = clock_timestamp() - interval '1 second' WHERE request_id = $1`,
    [id],
  )
  await product.superuser.query('ALTER TABLE kernel.action_revision ENABLE ALWAYS TRIGGER refuse_change')
  await expectStale(id, /expired at/)
})

test('K-18 K-36 for how long a key is remembered is what the upstream itself says', async () => {
  const http = makeUpstreamHttp({
    name: 'cts',
    baseUrl: `${product.sandboxUrl}/cts`,
    key: product.sandbox.apiKey,
  })
  const signal = new AbortController().signal
  const { key_retention_s } = (await (
    await fetch(`${product.sandboxUrl}/cts/about`, {
      headers: { authorization: `Bearer ${product.sandbox.apiKey}` },
    })
  ).json()) as { key_retention_s: number }
  expect(await readKeyRetentionMs(http, signal)).toBe(key_retention_s * 1000)
  const nobody = makeUpstreamHttp({ name: 'cts', baseUrl: 'http://127.0.0.1:1/cts', key: 'k' })
  expect(await readKeyRetentionMs(nobody, signal)).toBeUndefined()
})

test('K-16 I1 I2 I3 I5 I6 I10 after all of this nothing is broken', async () => {
  expect(await brokenInvariants(product)).toEqual([])
})

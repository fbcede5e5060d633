import type { FaultPoint } from '@countersign/kernel/actions/fault-point.ts'
import { runCountersign } from '@countersign/testkit/countersign-command.ts'
import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { brokenInvariants } from '@countersign/testkit/invariants.ts'
import { eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Short, so that what a dead worker held is free again soon. */
const LEASE_MS = 4_000
const FAULT_TIMEOUT_MS = 300_000

let product: Product
let returns: CountersignedReturns

beforeAll(async () => {
  product = await startProduct({ workerEnvironment: { DISPATCHER_LEASE_MS: String(LEASE_MS) } })
  returns = await countersignedReturns(product)
}, 120_000)
afterAll(() => product?.close())

/** What is known of the effect when the worker dies there. */
const POINTS: readonly { point: FaultPoint; state: string; effects: number }[] = [
  { point: 'leased', state: 'authorized', effects: 0 },
  { point: 'dispatching', state: 'dispatching', effects: 0 },
  { point: 'before_send', state: 'dispatching', effects: 0 },
  { point: 'after_send', state: 'dispatching', effects: 1 },
  { point: 'settled', state: 'executed', effects: 1 },
]

test.each(POINTS)(
  'K-18 K-37 O-10 I1 I14 the worker dies by SIGKILL at $point: another ends what it began, the effect happens once',
  async ({ point, state, effects }) => {
    await product.stopWorker()
    const { id, key } = await returns.authorise()

    const doomed = product.spawnWorker({ COUNTERSIGN_FAULT_POINT: point })
    expect(await doomed.ended).toBe('SIGKILL')
    const left = await returns.read(id)
    expect(left.state).toBe(state)
    expect(await returns.effects(key)).toBe(effects)

    product.startWorker()
    const done = await returns.reaches(id, 'executed')
    expect(done.transitions.map((step: { to: string }) => step.to)).toEqual([
      'pending',
      'authorized',
      'dispatching',
      'executed',
    ])
    expect(await returns.effects(key)).toBe(1)
    // What had left before the crash is found by asking, never by sending again on a guess.
    if (point === 'after_send') expect(done.effect.by_readback).toBe(true)
  },
  FAULT_TIMEOUT_MS,
)

test(
  'K-18 I1 two worker processes at once deliver many requests once each',
  async () => {
    await product.stopWorker()
    const parties = await product.superuser.query<{ id: string }>(
      'SELECT id FROM transfers.party WHERE NOT frozen ORDER BY id LIMIT 10',
    )
    const compliance = await product.as('transfers/COMPLIANCE')
    const asked = await Promise.all([
      ...Array.from({ length: 14 }, () => returns.authorise()),
      ...parties.rows.map(async ({ id }) => {
        const request = await compliance.post('/entity/freeze', { entityId: id, reason: 'fraud_suspected' })
        const agreed = await returns.admin.post(`/v1/requests/${request.body.id}/approve`, {
          digest: request.body.digest,
        })
        if (agreed.status !== 200) throw new Error(`agreeing was answered ${agreed.status}: ${agreed.text}`)
        return { id: String(request.body.id), key: String((await returns.read(request.body.id)).effect.key) }
      }),
    ])

    const workers = [product.spawnWorker(), product.spawnWorker()]
    for (const { id } of asked) await returns.reaches(id, 'executed', 'failed', 'stale')
    for (const worker of workers) worker.signal('SIGTERM')
    expect(await Promise.all(workers.map((worker) => worker.ended))).toEqual(['0', '0'])

    const states = await Promise.all(
      asked.map(async ({ id, key }) => [(await returns.read(id)).state, await returns.effects(key)]),
    )
    // A return whose party has been frozen meanwhile is not sent, or is refused by CTS; either way it has no effect.
    for (const [state, effects] of states) expect(effects).toBe(state === 'executed' ? 1 : 0)
    expect(states.filter(([state]) => state === 'executed').length).toBeGreaterThan(10)
    product.startWorker()
  },
  FAULT_TIMEOUT_MS,
)

test(
  'K-16 K-18 K-33 I3 I5 I6 after all of this every move is legal and in the log once, and the log verifies',
  async () => {
    expect(await brokenInvariants(product)).toEqual([])
    await eventually('a witnessed checkpoint over everything', async () => {
      const { rows } = await product.superuser.query(
        'SELECT (SELECT max(tree_size) FROM kernel.audit_checkpoint) = (SELECT size FROM kernel.audit_head) AS covered',
      )
      return rows[0].covered
    })
    await product.stopWorker()
    const verified = await runCountersign(
      'audit',
      'verify',
      '--database-url',
      product.database.url('auditor'),
      '--witness',
      String(product.workerEnvironment.WITNESS_DIRECTORY),
      '--json',
    )
    const { rows } = await product.superuser.query(
      'SELECT count(*)::integer AS entries FROM kernel.audit_entry',
    )
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, entries: rows[0].entries })
    expect(verified.status).toBe(0)
  },
  FAULT_TIMEOUT_MS,
)

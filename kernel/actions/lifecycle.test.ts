import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { letExpire } from '@countersign/testkit/tampering.ts'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { uuidV7 } from '../db/uuid-v7.ts'
import { auditOf } from './audit-parts.ts'
import { commitWrite, type WriteParts } from './commit-write.ts'
import { REQUEST_STATES, type RequestState } from './request-record.ts'

/** K-16, for an effect at an upstream. */
const LEGAL: Readonly<Record<RequestState, readonly RequestState[]>> = {
  denied: [],
  pending: ['pending', 'rejected', 'cancelled', 'expired', 'authorized'],
  rejected: [],
  cancelled: [],
  expired: [],
  authorized: ['stale', 'dispatching'],
  stale: [],
  dispatching: ['executed', 'failed', 'outcome_unknown'],
  executed: [],
  failed: [],
  outcome_unknown: ['executed', 'failed'],
}
const ILLEGAL = REQUEST_STATES.flatMap((from) =>
  REQUEST_STATES.filter((to) => !LEGAL[from].includes(to)).map((to) => [from, to] as const),
)

let product: Product
let ops: Client
let admin: Client
let app: pg.Pool
let dispatcher: pg.Pool
let owner: pg.Pool
let take: () => SeededReturn
/** One request in each state. */
const at = {} as Record<RequestState, string>

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  take = await seededReturns(product)
  app = product.database.pool('app')
  dispatcher = product.database.pool('dispatcher')
  owner = product.database.pool('superuser', { options: '-c role=countersign_owner' })
  await reachEveryState()
}, 120_000)
afterAll(() => product?.close())

/** Of the dispatcher under test. */
const PROCESS = 'system:dispatcher'
const clock = { now: () => new Date() }
type Row = {
  request_id: string
  type: string
  target_kind: string
  target_id: string
  state: RequestState
  revision: number
  transitions: number
}
const rowOf = async (id: string): Promise<Row> => {
  const { rows } = await product.superuser.query<Row>(
    'SELECT request_id, type, target_kind, target_id, state, revision, transitions FROM kernel.action_request WHERE request_id = $1',
    [id],
  )
  if (!rows[0]) throw new Error(`there is no request ${id}`)
  return rows[0]
}
const basisOf = (from: RequestState | null, to: RequestState) =>
  to === 'authorized' || (to === 'executed' && (from === null || from === 'pending')) ? 'quorum' : undefined

/** A move with its audit entry, as the product itself would write it. */
async function moveParts(
  id: string,
  to: RequestState,
  more: Partial<WriteParts> = {},
  from?: RequestState,
  by = 'transfers-OPS',
) {
  const row = await rowOf(id)
  const revision = row.revision + (row.state === 'pending' && to === 'pending' ? 1 : 0)
  const transition = { from: from ?? row.state, to, revision }
  return {
    tenant_id: null,
    expect: { request_id: id, transitions: row.transitions, approvals: await approvalsOf(row) },
    transitions: [
      {
        step: row.transitions + 1,
        ...{ revision, from_state: transition.from, to_state: to, basis: basisOf(transition.from, to) },
        actor_id: by,
      },
    ],
    events: [],
    audit: auditOf(clock, {
      kind: to === 'denied' ? 'denial' : 'action',
      ...{ actor: { id: by, roles: [] }, outcome: to },
      ...{ action: row.type, target: { kind: row.target_kind, id: row.target_id }, actionRequestId: id },
      transition,
    }),
    ...more,
  } satisfies WriteParts
}
async function approvalsOf({ request_id, revision }: Row): Promise<number> {
  const { rows } = await product.superuser.query(
    'SELECT count(*)::int AS given FROM kernel.action_approval WHERE request_id = $1 AND revision = $2',
    [request_id, revision],
  )
  return rows[0].given
}
const settled = (id: string, fence: number, outcome: 'done' | 'refused' | 'unknown' | 'stale') => ({
  settle: { request_id: id, revision: 1, fence, outcome, by_readback: false, detail: {} },
})
const insertMove = async (pool: pg.Pool, id: string, to: RequestState, from?: RequestState) => {
  const { transitions } = await moveParts(id, to, {}, from)
  const [move] = transitions
  return pool.query(
    `INSERT INTO kernel.action_transition (request_id, step, revision, from_state, to_state, basis, actor_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, move?.step, move?.revision, move?.from_state, to, move?.basis ?? null, move?.actor_id],
  )
}

async function ask() {
  const { id, code } = take()
  return (await ops.post('/returns', { transferId: id, reason: code })).body as { id: string; digest: string }
}
async function authorised() {
  const asked = await ask()
  await admin.post(`/v1/requests/${asked.id}/approve`, { digest: asked.digest })
  return asked.id
}
async function lease(id: string): Promise<number> {
  const { rows } = await dispatcher.query(`SELECT kernel.lease_effect($1, 1, 'test', 60000) AS lease`, [id])
  return rows[0].lease.fence
}
async function dispatching() {
  const id = await authorised()
  const fence = await lease(id)
  await expectOk(
    commitWrite(
      dispatcher,
      await moveParts(id, 'dispatching', {}, undefined, PROCESS),
      'kernel.commit_outcome',
    ),
  )
  return { id, fence }
}
async function expectOk(written: ReturnType<typeof commitWrite>) {
  expect(await written).toMatchObject({ ok: true })
}

async function reachEveryState(): Promise<void> {
  at.pending = (await ask()).id
  at.rejected = (await ask()).id
  await admin.post(`/v1/requests/${at.rejected}/reject`, { reason: 'no' })
  at.cancelled = (await ask()).id
  await ops.post(`/v1/requests/${at.cancelled}/cancel`, { reason: 'no' })
  at.authorized = await authorised()
  at.dispatching = (await dispatching()).id
  for (const [state, outcome] of [
    ['executed', 'done'],
    ['failed', 'refused'],
    ['outcome_unknown', 'unknown'],
  ] as const) {
    const { id, fence } = await dispatching()
    const parts = await moveParts(id, state, settled(id, fence, outcome), undefined, PROCESS)
    await expectOk(commitWrite(dispatcher, parts, 'kernel.commit_outcome'))
    at[state] = id
  }
  at.stale = await authorised()
  const settlement = settled(at.stale, await lease(at.stale), 'stale')
  const stale = await moveParts(at.stale, 'stale', settlement, undefined, PROCESS)
  await expectOk(commitWrite(dispatcher, stale, 'kernel.commit_outcome'))
  at.expired = (await ask()).id
  await letExpire(product, at.expired)
  const expired = await moveParts(at.expired, 'expired', {}, undefined, PROCESS)
  await expectOk(commitWrite(dispatcher, expired, 'kernel.commit_outcome'))
  at.denied = uuidV7()
  await app.query('SELECT kernel.commit_write($1::jsonb)', [JSON.stringify(deniedParts(at.denied))])
}
function deniedParts(id: string): WriteParts {
  const actor_id = 'transfers-OPS'
  return {
    tenant_id: null,
    request: {
      ...{ request_id: id, type: 'transfers.return_transfer', console: 'transfers', risk: 'high' },
      ...{ moves_money: true, target_kind: 'transfer', target_id: 'x', door: 'POST /returns' },
      ...{ requested_by: actor_id, requested_roles: [], correlation_id: 'test' },
    },
    transitions: [{ step: 1, revision: 1, from_state: null, to_state: 'denied', actor_id }],
    events: [],
    audit: auditOf(clock, {
      ...{ kind: 'denial', actor: { id: actor_id, roles: [] }, outcome: 'denied', actionRequestId: id },
      ...{ action: 'transfers.return_transfer', target: { kind: 'transfer', id: 'x' } },
      transition: { from: null, to: 'denied', revision: 1 },
    }),
  }
}

test('K-16 every state has been reached, by legal moves and no others', async () => {
  for (const state of REQUEST_STATES) expect((await rowOf(at[state])).state).toBe(state)
})

describe.each(ILLEGAL)('K-16 from %s to %s there is no way', (from, to) => {
  test('K-16 for the owner, the application or the dispatcher', async () => {
    await expect(insertMove(owner, at[from], to)).rejects.toMatchObject({
      code: 'CS409',
      constraint: 'illegal_transition',
    })
    // Saying that it is somewhere else than it is.
    const elsewhere = REQUEST_STATES.find((state) => state !== from && LEGAL[state].includes(to))
    if (elsewhere) {
      await expect(insertMove(owner, at[from], to, elsewhere)).rejects.toMatchObject({ code: 'CS409' })
    }
    for (const [pool, routine] of [
      [app, 'kernel.commit_write'],
      [dispatcher, 'kernel.commit_outcome'],
    ] as const) {
      await expect(insertMove(pool, at[from], to)).rejects.toMatchObject({ code: '42501' })
      const written = await commitWrite(pool, await moveParts(at[from], to), routine).catch((error) => error)
      expect(written.code === '42501' || written.failure?.code === 'illegal_transition').toBe(true)
    }
    expect((await rowOf(at[from])).state).toBe(from)
  })
})

describe('K-16 a legal move needs what it rests on', () => {
  test.each([
    ['pending', 'authorized', 'quorum_not_reached'],
    ['pending', 'pending', 'wrong_revision'],
    ['pending', 'rejected', 'no_rejection'],
    ['pending', 'expired', 'not_expired'],
    ['authorized', 'dispatching', 'no_outcome'],
    ['authorized', 'stale', 'no_outcome'],
    ['dispatching', 'executed', 'no_outcome'],
    ['dispatching', 'failed', 'no_outcome'],
    ['dispatching', 'outcome_unknown', 'no_outcome'],
    ['outcome_unknown', 'executed', 'no_outcome'],
    ['outcome_unknown', 'failed', 'no_outcome'],
  ] as const)('K-16 %s → %s is refused to the owner as %s', async (from, to, constraint) => {
    await expect(insertMove(owner, at[from], to)).rejects.toMatchObject({ code: 'CS409', constraint })
  })

  test('K-16 an effect that was done cannot be called failed, and an authorisation has no basis that its rows do not show', async () => {
    const { id, fence } = await dispatching()
    const parts = await moveParts(id, 'failed', settled(id, fence, 'done'), undefined, PROCESS)
    expect(await commitWrite(dispatcher, parts, 'kernel.commit_outcome')).toMatchObject({
      failure: { code: 'no_outcome' },
    })
    for (const basis of ['emergency', 'break_glass']) {
      await expect(
        owner.query(
          `INSERT INTO kernel.action_transition (request_id, step, revision, from_state, to_state, basis, actor_id)
           VALUES ($1, 2, 1, 'pending', 'authorized', $2, 'x')`,
          [at.pending, basis],
        ),
      ).rejects.toMatchObject({ constraint: 'no_such_basis' })
    }
  })

  test('K-16 only who asked withdraws a request', async () => {
    const { transitions } = await moveParts(at.pending, 'cancelled')
    const parts = await moveParts(at.pending, 'cancelled', {
      transitions: transitions.map((move) => ({ ...move, actor_id: 'transfers-ADMIN' })),
    })
    expect(await commitWrite(app, parts)).toMatchObject({ failure: { code: 'not_the_requester' } })
  })
})

test('K-16 K-31 no move without its audit entry, nor an entry of a move that did not happen', async () => {
  const parts = await moveParts(at.pending, 'cancelled')
  const other = await moveParts(at.pending, 'rejected')
  for (const audit of [[], other.audit, [...parts.audit, ...other.audit]]) {
    await expect(commitWrite(app, { ...parts, audit })).rejects.toMatchObject({ code: '23001' })
  }
  await expect(commitWrite(app, { tenant_id: null, events: [], audit: parts.audit })).rejects.toMatchObject({
    code: '23001',
  })
  expect((await rowOf(at.pending)).state).toBe('pending')
})

test('K-16 the application settles no effect and the dispatcher asks for none', async () => {
  const { id, fence } = await dispatching()
  const asApp = await moveParts(id, 'executed', settled(id, fence, 'done'))
  await expect(commitWrite(app, asApp)).rejects.toMatchObject({ code: '42501' })
  await expect(commitWrite(dispatcher, deniedParts(uuidV7()), 'kernel.commit_outcome')).rejects.toMatchObject(
    { code: '42501' },
  )
  for (const [pool, call] of [
    [app, `SELECT kernel.commit_outcome('{}')`],
    [app, `SELECT kernel.write_parts('{}', true)`],
    [dispatcher, `SELECT kernel.write_parts('{}', true)`],
    [app, `SELECT kernel.lease_effect('${id}', 1, 'x', 1000)`],
    [dispatcher, `SELECT kernel.commit_write('{}')`],
    [dispatcher, `SELECT kernel.settle_lease('{}', NULL)`],
  ] as const) {
    await expect(pool.query(call), call).rejects.toMatchObject({ code: '42501' })
  }
})

import { createHash } from 'node:crypto'
import type { Database, Queryable, Transaction } from '../database/database.ts'
import type { Upstream } from '../upstreams.ts'
import { isRefusal, REFUSALS, type RefusalCode, refuse } from './problem.ts'
import type { Outcome, Reply } from './route.ts'

/** How long the answer to a key is kept (`key_retention_s` of `/about`). */
export const KEY_RETENTION_S = 86_400

/** How long a second request waits for the first with its key, before it is told to come again. */
const IN_FLIGHT_WAIT_MS = 5_000
const RETRY_AFTER_S = 5
/** PostgreSQL's `lock_not_available`. */
const LOCK_TIMEOUT = '55P03'
/** What the database says where something is posted into a locked accounting period (`migrations/0025_treasury.sql`). */
const PERIOD_LOCKED = 'LK001'

export type OnceRequest = {
  readonly upstream: Upstream
  readonly key: string
  /** What is done, `transfer.return`, and to which record. */
  readonly operation: string
  readonly target: string
  readonly body: unknown
  /** Whether a refusal (409, 412, 422) is final for the key; where the caller mends and repeats, it is not. */
  readonly keepRefusals: boolean
}

/**
 * Performs a write at most once per key, in one transaction with the record that it was performed. A second
 * request with the key waits for the first and gets its answer; with another body it is refused.
 *
 * Where `keepRefusals` is set, a refusal that was decided is kept as well: a caller who was told "no" must not
 * find that a delayed copy of the request was performed later. `perform` refuses before it writes anything.
 */
export async function performOnce(
  database: Database,
  now: Date,
  request: OnceRequest,
  perform: (tx: Transaction) => Promise<Outcome>,
): Promise<Outcome> {
  const digest = digestOf(request)
  const known = await recordedAnswer(database, now, request, digest)
  if (known) return known
  let claiming = true
  const once = database.transaction(async (tx) => {
    const claimed = await claimKey(tx, now, request, digest)
    claiming = false
    if (!claimed) {
      const first = await recordedAnswer(tx, now, request, digest)
      if (!first) throw new Error(`the answer to the key ${request.key} is neither kept nor being made`)
      return first
    }
    const outcome = await perform(tx)
    if (!isRefusal(outcome) && !outcome.unchanged) await recordEffect(tx, request, now, outcome)
    if (isFinal(outcome, request.keepRefusals)) {
      await tx.query('UPDATE platform.idempotency SET answer = $3 WHERE upstream = $1 AND key = $2', [
        request.upstream,
        request.key,
        JSON.stringify(outcome),
      ])
    } else {
      await tx.query('DELETE FROM platform.idempotency WHERE upstream = $1 AND key = $2', [
        request.upstream,
        request.key,
      ])
    }
    return outcome
  })
  try {
    return await once
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // It is not kept for the key, as nothing of the transaction is: a period is never opened again, so a copy is refused as well.
    if (error instanceof Error && code === PERIOD_LOCKED) return refuse('period_locked', error.message)
    if (!claiming || code !== LOCK_TIMEOUT) throw error
    const detail = `It has not ended within ${IN_FLIGHT_WAIT_MS} ms. Send the same request again.`
    return { ...refuse('request_in_flight', detail), retryAfterS: RETRY_AFTER_S }
  }
}

/** What a write that requires a key may be refused for before it is looked at. */
export const OF_A_KEY: readonly RefusalCode[] = [
  'invalid_request',
  'idempotency_key_required',
  'idempotency_key_reused',
  'request_in_flight',
]

/** How the writes of one upstream are performed once, at the time of its clock, refusals kept. */
export function onceAt(database: Database, now: () => Date, upstream: Upstream) {
  return (
    operation: string,
    { target, body, key = '' }: { target: string; body: unknown; key: string | undefined },
    perform: (tx: Transaction, at: Date) => Promise<Outcome>,
  ): Promise<Outcome> => {
    const at = now()
    const request = { upstream, key, operation, target, body, keepRefusals: true } as const
    return performOnce(database, at, request, (tx) => perform(tx, at))
  }
}

/** Whether the key is ours to use; waits for another request that is using it. */
async function claimKey(tx: Transaction, now: Date, request: OnceRequest, digest: string): Promise<boolean> {
  const waitFor = (ms: number) => tx.query(`SELECT set_config('lock_timeout', $1, true)`, [String(ms)])
  await waitFor(IN_FLIGHT_WAIT_MS)
  const claimed = await tx.query(
    `INSERT INTO platform.idempotency AS known (upstream, key, digest, expires_at)
     VALUES ($1, $2, $3, $4::timestamptz + make_interval(secs => $5))
     ON CONFLICT (upstream, key) DO UPDATE
       SET digest = excluded.digest, answer = NULL, expires_at = excluded.expires_at
       WHERE known.expires_at <= $4`,
    [request.upstream, request.key, digest, now, KEY_RETENTION_S],
  )
  await waitFor(0)
  return claimed.rowCount === 1
}

/** Counts one performed effect under its key, and keeps its result for read-back. */
async function recordEffect(tx: Transaction, request: OnceRequest, now: Date, reply: Reply): Promise<void> {
  await tx.query(
    `INSERT INTO platform.effect AS known (upstream, key, operation, target, performed_at, result)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (upstream, key) DO UPDATE SET count = known.count + 1, operation = excluded.operation,
       target = excluded.target, performed_at = excluded.performed_at, result = excluded.result`,
    [
      request.upstream,
      request.key,
      request.operation,
      request.target,
      now,
      JSON.stringify(reply.body ?? null),
    ],
  )
}

/** Forgets the answers whose retention has passed. */
export async function forgetOldKeys(database: Database, now: Date): Promise<void> {
  await database.query('DELETE FROM platform.idempotency WHERE expires_at <= $1', [now])
}

async function recordedAnswer(
  tx: Queryable,
  now: Date,
  request: OnceRequest,
  digest: string,
): Promise<Outcome | undefined> {
  const { rows } = await tx.query<{ digest: string; answer: Outcome }>(
    'SELECT digest, answer FROM platform.idempotency WHERE upstream = $1 AND key = $2 AND expires_at > $3',
    [request.upstream, request.key, now],
  )
  const known = rows[0]
  if (!known) return undefined
  if (known.digest !== digest) {
    return refuse('idempotency_key_reused', 'The first request with this key was another one. Use a new key.')
  }
  return { ...known.answer, replayed: true }
}

function isFinal(outcome: Outcome, keepRefusals: boolean): boolean {
  if (!isRefusal(outcome)) return true
  return keepRefusals && [409, 412, 422].includes(REFUSALS[outcome.refused][0])
}

function digestOf(request: OnceRequest): string {
  const { operation, target, body } = request
  return createHash('sha256')
    .update(JSON.stringify([operation, target, inOrder(body)]))
    .digest('hex')
}

/** The same members in another order are the same body. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, inOrder(member)]),
  )
}

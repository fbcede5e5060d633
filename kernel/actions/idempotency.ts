import type pg from 'pg'
import type { ApprovalPolicyRule } from '../approvals/approval-policy.ts'
import { policyStream } from '../approvals/approval-policy-entity.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { say } from '../languages/say.ts'
import type { Committed } from './commit-write.ts'
import { type Failure, fail, ok, type Result } from './failure.ts'
import { type RequestDigest, sameRequest } from './request-digest.ts'

/** Longer than any fresh read and commit takes; after a crash the key is free again by then. */
const IN_FLIGHT_LEASE_MS = 15_000
const IN_FLIGHT_RETRY_AFTER_S = 1

/** What goes back: a status and the body as text, so that a replay is byte-equal. */
export type Answer = {
  readonly status: number
  readonly body: string
  readonly replayed: boolean
  /** Of a request that was made by this very call. */
  readonly requestId: string | null
}

type Submitted = { readonly actor: string; readonly door: string; readonly key: string }

/**
 * The recorded answer of (actor, door, key), or the right to decide now, with the approval rules that people have set
 * for `console` (null where they have set none).
 *
 * @returns 422 `key_reused` where the key came with another request; 409 `in_flight` while its first is being decided
 */
export async function beginSubmission(
  pool: pg.Pool,
  { actor, door, key, digest, console }: Submitted & { digest: RequestDigest; console?: string },
): Promise<
  Result<
    | { replayed: true; answer: Answer }
    | { replayed: false; holder: string; rules: readonly ApprovalPolicyRule[] | null }
  >
> {
  const holder = uuidV7()
  const { rows } = await pool.query<{ begun: Begun }>({
    name: 'begin-submission',
    text: 'SELECT kernel.begin_submission($1, $2, $3, $4, $5, $6, $7) AS begun',
    values: [
      actor,
      door,
      key,
      Buffer.from(digest.kept, 'hex'),
      holder,
      IN_FLIGHT_LEASE_MS,
      console === undefined ? null : policyStream(console),
    ],
  })
  const begun = rows[0]?.begun
  if (!begun) throw new Error('kernel.begin_submission answered nothing')
  if (begun.result === 'begun') return ok({ replayed: false, holder, rules: begun.rules })
  if (!sameRequest(begun.digest, digest)) return fail(keyReused())
  if (begun.result === 'in_flight') {
    return fail(inFlight())
  }
  return ok({
    replayed: true,
    answer: { status: begun.status, body: begun.answer, replayed: true, requestId: null },
  })
}

/** What a write came upon that another process has decided under the same key between our look and our commit. */
export function replayedAnswer(
  committed: Extract<Committed, { replayed: true }>,
  digest: RequestDigest,
): Result<Answer> {
  if (!sameRequest(committed.digest, digest)) return fail(keyReused())
  return ok({ status: committed.status, body: committed.answer, replayed: true, requestId: null })
}

/** The first request with a key is not over. */
export function inFlight(): Failure {
  return {
    kind: 'in_flight',
    code: 'request_in_flight',
    message: say`The first request with this Idempotency-Key is still being decided.`,
    retryAfterS: IN_FLIGHT_RETRY_AFTER_S,
  }
}

/** A key came with another request than before. */
export function keyReused(): Failure {
  return {
    kind: 'key_reused',
    code: 'idempotency_key_reused',
    message: say`This Idempotency-Key was used with another request. Use a new key for a new intent.`,
    fields: [{ field: 'Idempotency-Key', message: say`was used with another request` }],
  }
}

/** The request was not decided: its key is free again. */
export async function abandonSubmission(
  pool: pg.Pool,
  { actor, door, key, holder }: Submitted & { holder: string },
): Promise<void> {
  await pool.query('SELECT kernel.abandon_submission($1, $2, $3, $4)', [actor, door, key, holder])
}

type Begun =
  | { result: 'begun'; rules: readonly ApprovalPolicyRule[] | null }
  | { result: 'in_flight'; digest: string }
  | { result: 'recorded'; digest: string; status: number; answer: string }

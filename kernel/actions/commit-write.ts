import type pg from 'pg'
import type { RollingSum } from '../approvals/rolling-sums.ts'
import { say } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { fail, ok, type Result } from './failure.ts'
import { refusalInWords } from './refusal-in-words.ts'

/** The parts of one write, in the shape that `kernel.write_parts` takes (commit-write.routine.sql). */
export type WriteParts = {
  readonly tenant_id: string | null
  readonly idempotency?: {
    readonly actor_id: string
    readonly door: string
    readonly key: string
    readonly digest: string
    readonly status: number
    readonly answer: object
    readonly request_id: string | null
  }
  readonly request?: {
    readonly request_id: string
    readonly type: string
    readonly console: string
    readonly risk: string
    readonly moves_money: boolean
    readonly target_kind: string
    readonly target_id: string
    readonly door: string
    readonly requested_by: string
    readonly requested_roles: readonly string[]
    readonly correlation_id: string
    readonly concurrent?: boolean
    readonly containment?: boolean
  }
  /** What the caller decided on; the write fails as `moved` when the request has moved since. */
  readonly expect?: {
    readonly request_id: string
    readonly transitions: number
    readonly approvals: number
    /** The dispatcher's lease: as `fenced` when another has taken over. */
    readonly fence?: number
  }
  /** The sums that the policy was asked with; the write fails as `sum_moved` when more has been asked for since. */
  readonly rolling?: readonly RollingSum[]
  readonly revision?: {
    readonly revision: number
    readonly input: Json
    readonly reason_code: string
    readonly reason_note: Json
    readonly decided: Json
    readonly digest: string
    readonly digest_salt: string
    readonly digest_format: number
    readonly target_version: string | null
    readonly policy_version: string
    readonly required_approvals: number
    readonly eligible_roles: readonly string[]
    readonly effect: 'local' | 'upstream'
    readonly connector: string | null
    readonly effect_key: string
    readonly expires_in_ms: number
    readonly evidence: Json
    readonly evidence_hash: string
    readonly created_by: string
    readonly approval_max_age_s: number | null
    /** I8: its effect is not begun before its authorisation is in a witnessed checkpoint. */
    readonly evidence_first?: true
    /** RFC 3339: its effect is not due before. */
    readonly scheduled_for?: string
    /** When its author last proved who they are; null of a process, or where nothing says so. */
    readonly authenticated_at: string | null
  }
  /** What a request over many records is made of (K-19). */
  readonly rows?: readonly BulkRowPart[]
  /** This request is that row of that request. */
  readonly child?: { readonly request_id: string; readonly position: number }
  /** This request takes that one back (K-21). */
  readonly undo?: { readonly undoes: string }
  readonly emergency?: { readonly inverse: string; readonly step_up_s: number; readonly limit_s: number }
  readonly break_glass?: { readonly step_up_s: number }
  /** This request lifts that emergency. */
  readonly lift?: { readonly request_id: string; readonly try: number; readonly why: string }
  readonly renewal?: {
    readonly term: number
    readonly person_id: string
    readonly roles: readonly string[]
    readonly note: Json
    /** Null where nothing says when they last proved who they are. */
    readonly authenticated_at: string | null
    readonly limit_s: number
  }
  /** Of what waits for its time: who asked for it wants it no more. */
  readonly withdrawal?: { readonly person_id: string; readonly roles: readonly string[]; readonly note: Json }
  /** The signatures on this revision are void: the record has moved away from them. */
  readonly voiding?: {
    readonly revision: number
    /** Who found it so. */
    readonly person_id: string
    readonly roles: readonly string[]
    readonly found_version: string | null
    readonly drift: Json
  }
  readonly emergency_end?: {
    readonly request_id: string
    readonly outcome: 'agreed' | 'rejected' | 'lapsed' | 'taken_back'
    readonly actor_id: string
  }
  readonly approval?: {
    readonly revision: number
    readonly person_id: string
    readonly decision: 'approve' | 'reject'
    readonly digest: string
    readonly roles: readonly string[]
    readonly note: Json
    readonly evidence: Json
    readonly evidence_hash: string
    /** Null where nothing says when they last proved who they are. */
    readonly authenticated_at: string | null
  }
  readonly settle?: {
    readonly request_id: string
    readonly revision: number
    readonly fence: number
    readonly outcome: 'done' | 'refused' | 'retry' | 'unknown' | 'stale'
    readonly by_readback: boolean
    readonly detail: Json
    /** Given: the effect is tried again then; absent: it is settled. */
    readonly retry_in_ms?: number
    /** The approved request by which people said what came of it. */
    readonly resolution_id?: string
  }
  readonly transitions?: readonly {
    readonly step: number
    readonly revision: number
    readonly from_state: string | null
    readonly to_state: string
    readonly basis?: 'quorum' | 'emergency' | 'break_glass'
    readonly actor_id: string
    readonly why?: string
    /** What its requester said when they cancelled it, sealed. */
    readonly note?: Json
  }[]
  readonly outbox?: { readonly revision: number }
  readonly events: readonly {
    readonly event_id: string
    readonly tenant_id?: string
    readonly stream: string
    readonly expected_version?: number
    readonly type: string
    readonly schema_version: number
    readonly source: string
    readonly actor_id?: string
    readonly request_id?: string
    readonly correlation_id?: string
    readonly causation_id?: string
    readonly refs: readonly string[]
    readonly payload: Json
    readonly occurred_at?: string
  }[]
  readonly audit: readonly { readonly canonical: string; readonly personal: object }[]
}

export type BulkRowPart = {
  /** From 1. */
  readonly position: number
  readonly target_kind: string
  readonly target_id: string
  readonly target_version: string
  readonly input: Json
  readonly decided: Json
  readonly connector: string
  readonly attributes: Json
  readonly preview: Json
}

export type Committed =
  | { readonly replayed: false; readonly answer: string }
  | { readonly replayed: true; readonly answer: string; readonly status: number; readonly digest: string }

/** SQLSTATE class of the kernel's own refusals; the constraint's name is the code. */
const REFUSALS: Readonly<Record<string, 'conflict' | 'gone' | 'forbidden'>> = {
  CS409: 'conflict',
  CS410: 'gone',
  CS403: 'forbidden',
}

const told = new WeakMap<pg.Pool, () => void>()

/** Has it told of each write that was committed by way of this pool: of what a request that only reads leaves in the audit log, too. */
export function tellOfCommits(pool: pg.Pool, tell: () => void): void {
  told.set(pool, tell)
}

/**
 * One transaction, one round trip. What the database refuses comes back as a failure with its code (`moved`,
 * `stream_moved_on`, `not_pending`, `request_expired`, `fenced`, `already_requested` …); anything else throws.
 */
export async function commitWrite(
  pool: pg.Pool,
  parts: WriteParts,
  routine:
    | 'kernel.commit_write'
    | 'kernel.commit_outcome'
    | 'kernel.commit_lift'
    | 'kernel.commit_child' = 'kernel.commit_write',
): Promise<Result<Committed>> {
  return runWrite(pool, routine, parts)
}

/** One of the kernel's routines that write: what it takes and answers is of the same shape for all of them. */
export async function runWrite(
  pool: pg.Pool,
  routine: WriteRoutine,
  parts: object,
): Promise<Result<Committed>> {
  try {
    const { rows } = await pool.query<{ written: RoutineAnswer }>({
      name: routine,
      text: `SELECT ${routine}($1::jsonb) AS written`,
      values: [JSON.stringify(parts)],
    })
    const written = rows[0]?.written
    if (!written) throw new Error(`${routine} answered nothing`)
    told.get(pool)?.()
    return ok(
      written.result === 'replay'
        ? { replayed: true, answer: written.answer, status: written.status, digest: written.digest }
        : { replayed: false, answer: written.answer },
    )
  } catch (error) {
    const { code, constraint, message } = error as { code?: string; constraint?: string; message: string }
    const kind = code === undefined ? undefined : REFUSALS[code]
    if (kind) return fail({ kind, code: constraint ?? 'refused', message: refusalInWords(message) })
    if (code === '23505' && constraint === 'action_approval_pkey') {
      return fail({
        kind: 'conflict',
        code: 'already_decided',
        message: say`You have decided on this revision already.`,
      })
    }
    if (code === '23505' && constraint === 'action_revision_pkey') {
      return fail({
        kind: 'conflict',
        code: 'revision_taken',
        message: say`Another revision of this request has that number already. Cancel it and ask anew.`,
      })
    }
    if (code === '23505' && constraint === 'bulk_child_pkey') {
      return fail({
        kind: 'conflict',
        code: 'made_already',
        message: say`Another process has made this row.`,
      })
    }
    if (code === '23505' && constraint === 'action_request_one_open') {
      return fail({
        kind: 'conflict',
        code: 'already_requested',
        message: say`The same has been requested for this record and is still open.`,
      })
    }
    throw error
  }
}

type WriteRoutine =
  | 'kernel.commit_write'
  | 'kernel.commit_outcome'
  | 'kernel.commit_lift'
  | 'kernel.commit_child'
  | 'kernel.write_note'
  | 'kernel.attach_evidence'
  | 'kernel.settle_evidence_scan'
  | 'kernel.remove_evidence'

type RoutineAnswer =
  | { result: 'committed'; answer: string }
  | { result: 'replay'; answer: string; status: number; digest: string }

import type pg from 'pg'
import type { DriftAllowed } from '../approvals/drift.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { Sealed } from '../personal-data/sealing.ts'
import type { PreviewBody } from './define-action.ts'

export const REQUEST_STATES = [
  'denied',
  'pending',
  'rejected',
  'cancelled',
  'expired',
  'authorized',
  'stale',
  'dispatching',
  'executed',
  'failed',
  'outcome_unknown',
] as const
export type RequestState = (typeof REQUEST_STATES)[number]

/** One request with its current revision and everything that has happened to it; as stored. */
export type RequestRecord = {
  readonly request_id: string
  readonly tenant_id: string | null
  readonly type: string
  readonly console: string
  readonly risk: string
  readonly moves_money: boolean
  readonly target_kind: string
  readonly target_id: string
  readonly requested_by: string
  readonly requested_roles: readonly string[]
  readonly requester_name: string | null
  readonly requester_kind: 'person' | 'machine'
  /** All accounts of whoever asked, the one it was asked with among them. */
  readonly requester_accounts: readonly string[]
  readonly correlation_id: string
  readonly created_at: string
  readonly state: RequestState
  readonly state_at: string
  readonly transitions: number
  /** Null for a request that was denied: it has no revision to sign. */
  readonly revision: RevisionRecord | null
  readonly approvals: readonly ApprovalRecord[]
  readonly steps: readonly StepRecord[]
  readonly attempts: readonly AttemptRecord[]
  /** Of one that was asked for as an emergency. */
  readonly emergency: EmergencyRecord | null
  /** The emergency that this request lifts. */
  readonly lifts: string | null
  /** Carried out by breaking the glass; who reviewed it since, or null. */
  readonly break_glass: { readonly reviewed_by: string | null } | null
  /** Of one over many records: how many rows it has, and how many of them are in which state. */
  readonly bulk: BulkProgress | null
  /** The request over many records that this is a row of. */
  readonly part_of: PartOf | null
  /** The request that this one takes back; and the one that takes this one back, or has. */
  readonly undoes: string | null
  readonly undone: { readonly by: string; readonly state: RequestState } | null
  /** Who stopped it before it was due, and what they said. */
  readonly withdrawn: {
    readonly by: string
    readonly by_name: string | null
    readonly note: Sealed | null
  } | null
  /** What keeps its effect from being sent, of one that is authorised. */
  readonly held_by: HeldBy | null
}

export type HeldBy = 'audit_halted' | 'upstream_paused' | 'evidence'

/** What a row has from the whole. */
export type PartOf = {
  readonly id: string
  readonly position: number
  readonly reason_note: Sealed | null
  readonly approvals: readonly ApprovalRecord[]
}

export type BulkProgress = {
  readonly count: number
  readonly counts: Readonly<Partial<Record<RowState, number>>>
}

/** A row is `waiting` until it is a request of its own, `left_out` where it came to be none. */
export const ROW_STATES = ['waiting', 'left_out', ...REQUEST_STATES] as const
export type RowState = (typeof ROW_STATES)[number]

/** The state of a row, over `kernel.bulk_row r`, its `bulk_child c` and the request `one` that it is. */
export const ROW_STATE_SQL = `coalesce(one.state, CASE WHEN c.position IS NULL THEN 'waiting' ELSE 'left_out' END)`

export type EmergencyRecord = {
  readonly inverse: string
  readonly step_up_s: number
  readonly limit_s: number
  readonly terms: number
  readonly until: string
  readonly over: boolean
  readonly outcome: 'agreed' | 'rejected' | 'lapsed' | 'taken_back' | 'no_effect' | null
  /** What it did has been taken back since, whatever was said of it. */
  readonly spent: boolean
  /** The ordinary request of the same human for the same, which others had rejected within the day before. */
  readonly rejected_before: {
    readonly id: string
    readonly at: string
    readonly by: { readonly id: string; readonly name: string }
  } | null
  /** When others agreed to it or rejected it, or its time was over; and by whom. */
  readonly ended_at: string | null
  readonly ended_by: string | null
  readonly ended_by_name: string | null
  readonly lift_id: string | null
  /** When what lifts it was carried out. */
  readonly lifted_at: string | null
}

/** What the requester was shown, as it is sealed with the revision. Older ones lack what came later. */
export type AskedEvidence = {
  readonly preview?: PreviewBody & { readonly subject?: string }
  readonly read_at?: string
  readonly sources?: Json
  readonly attributes?: Readonly<Record<string, Json>>
  readonly approvals?: { readonly drift?: DriftAllowed }
}

export type RevisionRecord = {
  readonly revision: number
  readonly input: Json
  readonly reason_code: string
  readonly reason_note: Sealed | null
  readonly decided: Json
  readonly digest: string
  /** Hexadecimal. */
  readonly digest_salt: string
  readonly digest_format: number
  readonly target_version: string | null
  readonly policy_version: string
  readonly required_approvals: number
  readonly eligible_roles: readonly string[]
  readonly effect: 'local' | 'upstream'
  readonly connector: string | null
  readonly effect_key: string
  readonly expires_at: string
  readonly expired: boolean
  readonly evidence: AskedEvidence
  readonly created_by: string
  readonly approval_max_age_s: number | null
  readonly evidence_first: boolean
  /** Its effect is not due before; `late_s` since then, by the database's clock. */
  readonly scheduled_for: string | null
  readonly late_s: number | null
}

export type ApprovalRecord = {
  readonly revision: number
  readonly person_id: string
  readonly name: string | null
  readonly decision: 'approve' | 'reject'
  readonly roles: readonly string[]
  readonly note: Sealed | null
  readonly at: string
  /** Of the record, as this person was shown it. */
  readonly target_version: string | null
  /** The record has since moved further than the rule allows: it counts no more. */
  readonly void: boolean
}

export type StepRecord = {
  readonly step: number
  readonly revision: number
  readonly from_state: string | null
  readonly to_state: string
  readonly basis: string | null
  readonly actor_id: string
  readonly actor_name: string | null
  readonly why: string | null
  readonly note: Sealed | null
  readonly at: string
}

export type AttemptRecord = {
  readonly fence: number
  readonly started_at: string
  readonly ended_at: string | null
  readonly outcome: string | null
  readonly by_readback: boolean | null
  readonly detail: Json
}

/** Shown of one request; a request with more has long been a case for a person. */
const ATTEMPTS_SHOWN = 50

const APPROVAL_SQL = `jsonb_build_object(
            'revision', a.revision, 'person_id', a.person_id, 'name', p.display_name, 'decision', a.decision,
            'roles', a.roles, 'note', a.note, 'at', kernel.rfc3339(a.at),
            'target_version', a.evidence ->> 'target_version',
            'void', a.decision = 'approve' AND NOT EXISTS (
              SELECT FROM kernel.standing_approval s
               WHERE (s.request_id, s.revision, s.person_id) = (a.request_id, a.revision, a.person_id)))`

/** The columns of {@link RequestRecord}, over `kernel.action_request q`; times in RFC 3339. */
export const REQUEST_COLUMNS = `
  q.request_id, q.tenant_id, q.type, q.console, q.risk, q.moves_money, q.target_kind, q.target_id, q.requested_by,
  q.requested_roles,
  (SELECT display_name FROM kernel.person p WHERE p.person_id = q.requested_by) AS requester_name,
  coalesce((SELECT kind FROM kernel.person p WHERE p.person_id = q.requested_by), 'person') AS requester_kind,
  kernel.accounts_of(q.requested_by) AS requester_accounts,
  q.correlation_id, kernel.rfc3339(q.created_at) AS created_at, q.state, kernel.rfc3339(q.state_at) AS state_at,
  q.transitions,
  (SELECT jsonb_build_object(
            'revision', v.revision, 'input', v.input, 'reason_code', v.reason_code, 'reason_note', v.reason_note,
            'decided', v.decided, 'digest', 'sha256:' || encode(v.digest, 'hex'),
            'digest_salt', encode(v.digest_salt, 'hex'), 'digest_format', v.digest_format, 'target_version', v.target_version,
            'policy_version', v.policy_version, 'required_approvals', v.required_approvals,
            'eligible_roles', v.eligible_roles, 'effect', v.effect, 'connector', v.connector,
            'effect_key', v.effect_key, 'expires_at', kernel.rfc3339(v.expires_at),
            'expired', clock_timestamp() > v.expires_at, 'evidence', v.evidence, 'created_by', v.created_by,
            'approval_max_age_s', v.approval_max_age_s, 'evidence_first', v.evidence_first, 'scheduled_for', kernel.rfc3339(v.scheduled_for),
            'late_s', extract(epoch FROM clock_timestamp() - v.scheduled_for)::integer)
     FROM kernel.action_revision v WHERE v.request_id = q.request_id AND v.revision = q.revision) AS revision,
  coalesce((SELECT jsonb_agg(${APPROVAL_SQL} ORDER BY a.at)
     FROM kernel.action_approval a LEFT JOIN kernel.person p USING (person_id)
    WHERE a.request_id = q.request_id AND a.revision = q.revision), '[]') AS approvals,
  coalesce((SELECT jsonb_agg(jsonb_build_object(
            'step', t.step, 'revision', t.revision, 'from_state', t.from_state, 'to_state', t.to_state,
            'basis', t.basis, 'actor_id', t.actor_id, 'actor_name', p.display_name, 'why', t.why, 'note', t.note,
            'at', kernel.rfc3339(t.at)) ORDER BY t.step)
     FROM kernel.action_transition t LEFT JOIN kernel.person p ON p.person_id = t.actor_id
    WHERE t.request_id = q.request_id), '[]') AS steps,
  coalesce((SELECT jsonb_agg(a) FROM (
      SELECT jsonb_build_object('fence', a.fence, 'started_at', kernel.rfc3339(a.started_at),
               'ended_at', kernel.rfc3339(o.ended_at), 'outcome', o.outcome, 'by_readback', o.by_readback,
               'detail', o.detail) AS a
        FROM kernel.effect_attempt a LEFT JOIN kernel.effect_outcome o USING (request_id, revision, fence)
       WHERE a.request_id = q.request_id ORDER BY a.fence DESC LIMIT ${ATTEMPTS_SHOWN}) a), '[]') AS attempts,
  (SELECT jsonb_build_object(
            'inverse', e.inverse, 'step_up_s', e.step_up_s, 'limit_s', e.limit_s,
            'terms', (SELECT count(*) FROM kernel.emergency_term t WHERE t.request_id = e.request_id),
            'until', kernel.rfc3339(kernel.emergency_until(e.request_id)),
            'over', kernel.emergency_until(e.request_id) < clock_timestamp(),
            'spent', kernel.emergency_is_spent(e.request_id),
            'rejected_before', (SELECT jsonb_build_object('id', r.request_id, 'at', kernel.rfc3339(r.at),
                                         'by', jsonb_build_object('id', r.person_id, 'name', coalesce(n.display_name, r.person_id)))
                                  FROM kernel.rejected_before(q) r LEFT JOIN kernel.person n USING (person_id)),
            'outcome', x.outcome, 'ended_at', kernel.rfc3339(x.at), 'ended_by', x.actor_id, 'ended_by_name', p.display_name,
            'lift_id', l.lift_id, 'lifted_at', (SELECT kernel.rfc3339(done.state_at) FROM kernel.action_request done
                                                 WHERE done.request_id = l.lift_id AND done.state = 'executed'))
     FROM kernel.emergency e
     LEFT JOIN kernel.emergency_end x USING (request_id)
     LEFT JOIN kernel.person p ON p.person_id = x.actor_id
     LEFT JOIN LATERAL (SELECT lift_id FROM kernel.emergency_lift l WHERE l.request_id = e.request_id
                         ORDER BY try DESC LIMIT 1) l ON true
    WHERE e.request_id = q.request_id) AS emergency,
  (SELECT l.request_id FROM kernel.emergency_lift l WHERE l.lift_id = q.request_id) AS lifts,
  (SELECT jsonb_build_object('reviewed_by', (
            SELECT actor_id FROM kernel.event r
             WHERE r.stream = 'kernel.action_request/' || b.request_id
               AND r.type = 'kernel.action_request.break_glass_reviewed' ORDER BY version LIMIT 1))
     FROM kernel.break_glass b WHERE b.request_id = q.request_id) AS break_glass,
  (SELECT jsonb_build_object('count', sum(counted.n), 'counts', jsonb_object_agg(counted.state, counted.n))
     FROM (SELECT ${ROW_STATE_SQL} AS state, count(*) AS n
             FROM kernel.bulk_row r
             LEFT JOIN kernel.bulk_child c USING (request_id, position)
             LEFT JOIN kernel.action_request one ON one.request_id = c.child_id
            WHERE r.request_id = q.request_id AND q.target_kind = 'request'
            GROUP BY 1) counted
   HAVING count(*) > 0) AS bulk,
  (SELECT jsonb_build_object('id', c.request_id, 'position', c.position, 'reason_note', v.reason_note, 'approvals',
            coalesce((SELECT jsonb_agg(${APPROVAL_SQL} ORDER BY a.at)
                        FROM kernel.action_approval a LEFT JOIN kernel.person p USING (person_id)
                       WHERE a.request_id = v.request_id AND a.revision = v.revision), '[]'))
     FROM kernel.bulk_child c
     JOIN kernel.action_request whole ON whole.request_id = c.request_id
     JOIN kernel.action_revision v ON v.request_id = whole.request_id AND v.revision = whole.revision
    WHERE c.child_id = q.request_id) AS part_of,
  (SELECT u.undoes FROM kernel.undo u WHERE u.request_id = q.request_id) AS undoes,
  (SELECT jsonb_build_object('by', u.request_id, 'state', u.state)
     FROM kernel.action_request u WHERE u.request_id = kernel.undone_by(q.request_id)) AS undone,
  (SELECT jsonb_build_object('by', w.person_id, 'by_name', p.display_name, 'note', w.note)
     FROM kernel.withdrawal w LEFT JOIN kernel.person p USING (person_id) WHERE w.request_id IN (q.request_id, (SELECT c.request_id FROM kernel.bulk_child c WHERE c.child_id = q.request_id))) AS withdrawn,
  CASE WHEN q.state = 'authorized' THEN kernel.held_by(q.request_id, q.revision) END AS held_by`

export const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The version of the target that was agreed to: what the last to sign saw, within what the rule allows it to move. */
export function agreedVersion({ revision, approvals, emergency }: RequestRecord): string | null {
  const last = emergency
    ? undefined
    : approvals.filter((given) => given.decision === 'approve' && !given.void).at(-1)
  return last?.target_version ?? revision?.target_version ?? null
}

/** @param requestId a UUID */
export async function loadRequest(pool: pg.Pool, requestId: string): Promise<RequestRecord | undefined> {
  const { rows } = await pool.query<RequestRecord>({
    name: 'load-request',
    text: `SELECT ${REQUEST_COLUMNS} FROM kernel.action_request q WHERE q.request_id = $1`,
    values: [requestId],
  })
  return rows[0]
}

import type { PreviewBody, Risk } from './actions.ts'
import type { BulkProgress } from './bulk.ts'
import type { EntityRef, PersonRef, WireTime } from './values.ts'

export type RequestState =
  | 'denied'
  | 'pending'
  | 'rejected'
  | 'cancelled'
  | 'expired'
  | 'authorized'
  | 'stale'
  | 'dispatching'
  | 'executed'
  | 'failed'
  | 'outcome_unknown'

export type GivenApproval = {
  person: PersonRef
  at: WireTime
  decision: string
  note?: string | null
  /** The record has since changed more than the rule allows: it counts no more. */
  void?: true
}

export type RequestTransition = {
  from: RequestState | null
  to: RequestState
  at: WireTime
  actor?: PersonRef | string | null
  basis?: string | null
  /** What the upstream or the check said, where it went no further. */
  why?: string
  /** What its requester said when they cancelled it. */
  note?: string | null
}

/** An action in force before others have agreed to it. */
export type Emergency = {
  approval: 'pending' | 'agreed' | 'rejected' | 'lapsed' | 'taken_back' | 'no_effect'
  until?: WireTime
  renewals?: number
  max_age_s?: number
  /** An ordinary request for the same by the same human, which others rejected within the day before. */
  rejected_before?: { id: string; at: WireTime; by: PersonRef }
  /** When others agreed to it or rejected it, or its time was over; and who it was. */
  ended_at?: WireTime
  ended_by?: PersonRef
  lifted_by?: string
  lifted_at?: WireTime
}

export type ActionRequest = {
  id: string
  type: string
  title: string
  state: RequestState
  /** On what it was authorised. */
  basis?: 'quorum' | 'emergency' | 'break_glass' | null
  emergency?: Emergency
  /** The emergency that this request takes back. */
  lifts?: string
  break_glass?: { reviewed_by: string | null }
  /** Over many records: how many, and how many of them are in which state. */
  bulk?: BulkProgress
  /** The request over many records that this is a row of. */
  part_of?: { id: string; position: number }
  /** The request that this one takes back; and the one that takes this one back, or has. */
  undoes?: string
  undone_by?: string
  /** Whether that has been carried out. */
  undone?: 'asked' | 'done'
  /** Who stopped it before its time, and what they said. */
  withdrawal?: { by: PersonRef; note?: string | null }
  /** Its effect is not due before. */
  scheduled_for?: WireTime
  schedule?: 'waiting' | 'suspended' | 'withdrawn' | 'over'
  /** How recently who approves must have signed in, in s. */
  approval_max_age_s?: number
  /** Nothing is sent before its authorisation is in a checkpoint that the witness has taken. */
  evidence_first?: true
  risk?: Risk
  revision: number
  /** `title`: what it is called, where that is known. */
  target: EntityRef & { title?: string }
  /** The record that it opened. */
  made?: EntityRef
  /** What a signature covers; null where it was denied, as are its input and reason: there is nothing to sign. */
  digest: string | null
  input?: Record<string, unknown> | null
  /** What it was asked with, or takes from its record, that is personal data: hidden. */
  personal?: { path: string; title: string; shown: string }[]
  /** What of that this person has to open before they may agree. */
  to_open?: string[]
  reason?: { code: string; title?: string; note?: string | null } | null
  approvals: { required: number; given: GivenApproval[]; eligible_roles?: string[] }
  requested_by: PersonRef
  created_at: WireTime
  expires_at?: WireTime | null
  /** `held_by`: what keeps it from being sent although it is authorised. */
  effect?: {
    held_by?: 'audit_halted' | 'upstream_paused' | 'evidence'
    connector?: string
    [name: string]: unknown
  } | null
  transitions?: RequestTransition[]
  evidence?: { preview?: PreviewBody } | null
  links?: Record<string, string>
}

export type RequestList = { requests: ActionRequest[]; next_cursor: string | null }

export type Undone = { id: string; input: Record<string, unknown> }

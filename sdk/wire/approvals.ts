import type { PreviewBody, RequestBeside } from './actions.ts'
import type { Affordance } from './entities.ts'
import type { ActionRequest } from './requests.ts'
import type { PersonRef, RecordMark, WireTime } from './values.ts'

/** What one line of a preview said when it was asked for, and says now. */
export type Drift = { label: string; was: string | null; now: string | null }

/** A pending request as an approver reads it: reckoned anew, with what has changed since it was asked for. */
export type PendingRequest = ActionRequest & {
  current_preview?: PreviewBody | null
  /** Of what is shown with this; an approval that carries it is for exactly that. */
  preview_digest?: string
  drift?: Drift[]
  target_changed?: boolean
  /** Whether the rule allows what has moved; what it does not allow voids the signatures. */
  drift_allowed?: boolean
  /** What each of them was shown when they asked or decided. */
  seen?: SeenEvidence[]
  /** Why it can no longer be done, as the action's own rules say now. */
  refused?: { code: string; message: string; emergency?: { id: string } }
  /** Why the target cannot be read now. */
  unreadable?: string
  /** What else has been asked for on the record and is not done yet. */
  beside?: RequestBeside[]
  /** Who may agree, as far as they are known here. */
  eligible_people?: PersonRef[]
  /** What would take back what was done. */
  undo?: { action: string; title: string; input: Record<string, unknown> }
  /** What can be done about the request itself. */
  affordances?: Affordance[]
}

/** K-40: what one person was shown, as it was sealed with the action. */
export type SeenEvidence = {
  by: PersonRef
  as: 'requester' | 'approver'
  decision: 'approve' | 'reject' | null
  revision: number
  at: WireTime
  evidence: {
    preview?: PreviewBody | null
    target_version?: string | null
    /** When the record was read of which this says something. */
    read_at?: WireTime | null
    policy_version?: string
    /** Read when it was asked for, not for this decision. */
    stale?: boolean
    /** Why it could not have been done any more. */
    refused?: { code: string; message: string }
    sources?: { name: string; status: string; read_at: WireTime | null }[]
    drift?: Drift[]
  }
  hash: string
  intact: boolean
}

export type Approval = ActionRequest & {
  can_approve: boolean
  cannot_reason?: string | null
  expiring?: boolean
  unreadable?: string
  /** Of the target. */
  marks?: RecordMark[]
}

export type SourceStatus = {
  name: string
  /** `unreadable`: what it has is shown as it was; `missing`: what waits there is not on the list at all. */
  status: 'ok' | 'unreadable' | 'missing'
  read_at: WireTime | null
  why?: string
}

export type ApprovalInbox = {
  items: Approval[]
  next_cursor?: string | null
  sources: SourceStatus[]
}

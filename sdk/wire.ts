/**
 * What the server sends and takes on `/v1`: JSON, `snake_case`, times RFC 3339 in UTC, ids opaque strings.
 * The names are fixed by the HTTP contract (C-01 to C-14).
 */

/** A decimal string with the currency's own number of minor digits, and an ISO 4217 code. */
export type WireMoney = { amount: string; currency: string }

/** RFC 3339, UTC. */
export type WireTime = string

export type EntityRef = { kind: string; id: string }

export type PersonRef = { id: string; name: string }

export type Me = {
  person: PersonRef
  /** `console/ROLE`. */
  roles: string[]
  consoles: { name: string; title: string }[]
  permissions: string[]
  session: { expires_at: WireTime; kind: 'session' | 'token' }
  language: string
}

/** `next`: an address of the identity provider, or a path of the console. */
export type SignedOut = { signed_out: true; next: string }

export type Risk = 'low' | 'medium' | 'high' | 'critical'

export type ReasonCode = { code: string; title: string; note_required?: boolean }

/** The part of JSON Schema (draft 2020-12) that an action's input uses. */
export type JsonSchema = {
  type?: string | string[]
  title?: string
  description?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  enum?: (string | number | boolean | null)[]
  const?: string | number | boolean | null
  default?: unknown
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  items?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
}

export type ActionDeclaration = {
  type: string
  title: string
  console: string
  risk: Risk
  moves_money: boolean
  tone?: string
  input_schema: JsonSchema
  target_kind: string
  reasons: ReasonCode[]
  doors: { method: string; path: string }[]
  inverse?: string
  /** One request may be made over many of its records. */
  bulk?: boolean
}

export type ApprovalRequirement = {
  required: number
  eligible_roles: string[]
  expires_in_s?: number
  eligible_people?: PersonRef[]
}

/** A value in a preview: a sentence, a number, or money. */
export type PreviewValue = string | number | boolean | WireMoney | null

export type PreviewChange = {
  label: string
  before?: PreviewValue
  after?: PreviewValue
  /** The approval rules that the texts are about; null: there is none. */
  rules?: { before: PolicyRule | null; after: PolicyRule | null }
}

/** What an action does, in words. */
export type PreviewBody = { summary: string; changes: PreviewChange[]; effects: string[] }

export type Preview = PreviewBody & {
  preview_digest: string
  approvals: ApprovalRequirement
  /** The codes that make sense for this very target. */
  reasons?: { code: string; title: string }[]
  target_version?: number | string
  fresh_at?: WireTime
  /** The latest time for which it may be scheduled; absent: it is done at once or not at all. */
  schedule_until?: WireTime
  /** How recently who asks must have signed in, in s. */
  max_age_s?: number
  /** It may be put in force at once by this person, for so long, while its approval is asked for. */
  emergency?: { limit_s: number; max_age_s: number }
  /** This person may carry it out alone. */
  break_glass?: { max_age_s: number }
}

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
}

/** An action in force before others have agreed to it. */
export type Emergency = {
  approval: 'pending' | 'agreed' | 'rejected' | 'lapsed'
  until?: WireTime
  renewals?: number
  max_age_s?: number
  lifted_by?: string
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
  digest: string
  input?: Record<string, unknown>
  reason?: { code: string; title?: string; note?: string | null } | null
  approvals: { required: number; given: GivenApproval[]; eligible_roles?: string[] }
  requested_by: PersonRef
  created_at: WireTime
  expires_at?: WireTime | null
  effect?: Record<string, unknown> | null
  transitions?: RequestTransition[]
  evidence?: { preview?: PreviewBody } | null
  links?: Record<string, string>
}

/** A row is `waiting` until it is a request of its own, `left_out` where it came to be none. */
export type RowState = RequestState | 'waiting' | 'left_out'
export type BulkProgress = { count: number; counts: Partial<Record<RowState, number>> }

export type BulkRow = {
  position: number
  target: EntityRef & { title?: string }
  state: RowState
  summary: string
  /** Why it is so, in words or as a code. */
  why?: string
  /** The request that this row is. */
  request?: string
}
export type BulkRowPage = BulkProgress & { rows: BulkRow[]; next_cursor: string | null }

export type BulkPreviewRow = {
  target: EntityRef & { title?: string }
  accepted: boolean
  message?: string
  summary?: string
}
export type BulkPreview = PreviewBody & {
  /** Of the accepted rows; null where there are none. */
  preview_digest: string | null
  count: { accepted: number; refused: number }
  rows: BulkPreviewRow[]
  approvals: ApprovalRequirement
  fresh_at: WireTime
}

export type RequestList = { requests: ActionRequest[]; next_cursor: string | null }

/** What one line of a preview said when it was asked for, and says now. */
export type Drift = { label: string; was: string | null; now: string | null }

/** A pending request as an approver reads it: reckoned anew, with what has changed since it was asked for. */
export type PendingRequest = ActionRequest & {
  current_preview?: PreviewBody | null
  drift?: Drift[]
  target_changed?: boolean
  /** Whether the rule allows what has moved; what it does not allow voids the signatures. */
  drift_allowed?: boolean
  /** What each of them was shown when they asked or decided. */
  seen?: SeenEvidence[]
  /** Why it can no longer be done, as the action's own rules say now. */
  refused?: { code: string; message: string }
  /** Why the target cannot be read now. */
  unreadable?: string
  /** Who may agree, as far as they are known here. */
  eligible_people?: PersonRef[]
  /** What would take back what was done. */
  undo?: { action: string; title: string; input: Record<string, unknown> }
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

export type ColumnType = 'text' | 'money' | 'time' | 'code' | 'person'

export type QueueColumn = {
  key: string
  title: string
  type: ColumnType
  filter?: 'eq' | 'in'
  options?: (string | { value: string; title: string })[]
}

export type Count = { value: number; exact: boolean }

export type Queue = {
  name: string
  console: string
  title: string
  /** `calendar`: when the hours count, in words; absent: day and night. */
  sla?: { hours: number; calendar?: string; time_zone?: string } | null
  columns: QueueColumn[]
  /** What may be done to an item from the queue. */
  actions?: string[]
  /** The column whose value is the skill that an item asks for. */
  skill?: string
  count: Count
  oldest_at: WireTime | null
  breached?: number | null
  /** Of what was done within the last `days`, or is late: how much in time, 0 to 1; null where there is nothing of it. */
  within_sla?: { share: number; of: number; days: number } | null
}

export type WorkItem = {
  id: string
  subject: EntityRef
  title: string
  state: string
  opened_at: WireTime
  due_at: WireTime | null
  assignee: PersonRef | null
  /** Who works on it beside the assignee. */
  helpers?: PersonRef[]
  snoozed_until?: WireTime | null
  version?: number | string
  /** Of its record, as last heard of. */
  subject_version?: string
  /** A request that is open on the subject, where this person may see it. */
  open_request?: { id: string; type: string; state: RequestState; requested_by: PersonRef }
  fields: Record<string, unknown>
}

/** An item of a selection: its record, and the version of that as last heard of. */
export type SelectedItem = { id: string; subject: EntityRef; version?: string; title: string }

/** Somebody who works a queue. */
export type QueuePerson = PersonRef & {
  skills: string[]
  max_open: number | null
  away: boolean
  away_from: WireTime | null
  away_until: WireTime | null
  open: number
}

export type QueueSavedView = {
  id: string
  name: string
  owner: PersonRef
  shared: boolean
  /** Parameters of the list, each with its values. */
  list: Record<string, string[]>
  /** What the queue no longer knows of it. */
  problem: { field: string; message: string } | null
}

/** What a list that was filled in would do. */
export type CheckedCorrections = {
  rows: { line: number; item: string; accepted: boolean; code?: string; message?: string }[]
  /** Each to be confirmed by itself: the body of a request over many records. */
  requests: {
    type: string
    title: string
    count: number
    summary: string
    approvals: { required: number; eligible_roles: string[] }
    body: {
      rows: { target: EntityRef; expected_version: string }[]
      input: Record<string, unknown>
      reason: { code: string; note?: string }
      preview_digest: string
    }
  }[]
  untouched: number
}

export type QueuePage = {
  items: WorkItem[]
  next_cursor: string | null
  count: Count
  oldest_at: WireTime | null
  /** Open items of these filters whose SLA is broken. */
  breached?: number | null
  behind_ms: number
}

export type Undone = { id: string; input: Record<string, unknown> }

export type Affordance = {
  /** What was done last on the record that this takes back, and with which input. */
  undoes?: Undone
  action: string
  title: string
  tone?: string
  allowed: boolean
  reason?: string | null
  approvals: number
  /** The open request that stands in the way of another. */
  open_request?: string
}

export type Entity = {
  kind: string
  id: string
  version: number | string
  fresh_at: WireTime
  stale: false | { reason: string; age_ms: number }
  title: string
  /** In words; what a page decides by is in `data` and `affordances`. */
  state: string
  data: Record<string, unknown>
  banners?: { tone: string; text: string }[]
  related?: { kind: string; id: string; title: string; relation: string }[]
  /** Its personal data, field by field, in its redacted form. */
  personal?: { path: string; shown: string; erased_at?: WireTime }[]
  affordances: Affordance[]
}

/** K-30: what this person has revealed of a record, and until when it is shown. */
export type RevealedFields = { fields: { path: string; value: string; until: WireTime }[] }

export type PostingLine = {
  account: string
  account_name?: string
  side: 'debit' | 'credit'
  amount: WireMoney
}

export type TimelineEntry = {
  position: string | number
  at: WireTime
  source: string
  type: string
  actor?: PersonRef | null
  summary: string
  /** Members of what happened that are worth showing beside its sentence. */
  detail?: Record<string, string | number | boolean | null>
  postings?: PostingLine[]
  /** What somebody wrote, where the entry is a note. */
  note?: TimelineNote
  /** The file that it tells of. */
  evidence?: Pick<Evidence, 'id' | 'name' | 'type' | 'bytes' | 'sha256' | 'state'>
  links: EntityRef[]
}

export type TimelineNote = {
  id: string
  text: string
  mentions: PersonRef[]
  corrects: string | null
  corrected_by: string | null
}

/** What a note is made of; a correction names the note that it corrects. */
export type NoteToWrite = { text: string; mentions: string[]; corrects?: string }

export type Mention = {
  /** Of the note. */
  id: string
  entity: EntityRef
  author: PersonRef
  at: WireTime
  /** Null where the record may not be read any more. */
  text: string | null
  read_at: WireTime | null
}

export type MentionPage = { mentions: Mention[]; unread: number; next_cursor: string | null }

export type Evidence = {
  id: string
  entity: EntityRef
  name: string
  type: string
  bytes: number
  /** Hexadecimal. */
  sha256: string
  state: 'available' | 'quarantined' | 'removed'
  scan: { verdict: 'clean' | 'infected' | 'unavailable' | 'not_scanned'; detail: string | null }
  retention: { class: string; keep_until: WireTime; legal_hold: boolean }
  attached_by: PersonRef
  at: WireTime
  removed_at: WireTime | null
}

export type EvidencePage = {
  evidence: Evidence[]
  next_cursor: string | null
  /** What may be attached. */
  accepts: {
    types: { type: string; title: string }[]
    max_bytes: number
    retention: { name: string; title: string }[]
  }
}

export type TimelinePage = { entries: TimelineEntry[]; next_cursor: string | null }

export type SearchHit = {
  kind: string
  id: string
  title: string
  why: string
  /** Addresses; of what stands beside it too. */
  links: { self: string; timeline: string; related: string[] }
}

export type SearchResult = { groups: { kind: string; hits: SearchHit[] }[] }

export type AuditEntry = {
  id: string
  at: WireTime
  kind: string
  event_sub_type?: string | null
  severity?: string | null
  actor: { id: string; name?: string; roles?: string[] } | null
  action: string | null
  target: EntityRef | null
  reason: { code: string; note?: string | null } | string | null
  outcome: string
  ip_address?: string | null
  user_agent?: string | null
  request_id?: string | null
  /** The request (C-05) that the entry belongs to, and the move it records. */
  action_request_id?: string
  transition?: { from: string | null; to: string; revision: number }
  detail?: Record<string, unknown>
  leaf_index?: number | null
}

export type AuditPage = { entries: AuditEntry[]; next_cursor: string | null }

export type InclusionProof = {
  leaf_index: number
  tree_size: number
  /** Base64, from the leaf's sibling up to the root's child (RFC 6962 §2.1.1). */
  inclusion_path: string[]
  /** C2SP signed note. */
  checkpoint: string
}

/** One message of the live stream (C-11). */
export type Change = { topic: string; kind: string; id: string; position: string | number }

/** K-23: what a source sent and nobody understood, of one error. */
export type DeadLetterKind = {
  id: string
  source: string
  error: string
  letters: number
  /** Of these, being read once more now. */
  replaying: number
  /** How often they were sent. */
  times: number
  first_at: WireTime
  last_at: WireTime
}

export type DeadLetterKinds = { kinds: DeadLetterKind[]; truncated: boolean }

/** K-47: what calls for a person. */
export type AlertSummary = {
  id: string
  kind: string
  severity: 'low' | 'medium' | 'high' | 'critical'
  title: string
  /** A console, `kernel` for everybody, `audit` for those who read the audit log. */
  audience: string
  facts: Record<string, unknown>
  /** The heading about it in docs/guide/alerts.md. */
  runbook: string
  state: 'open' | 'acknowledged' | 'silenced' | 'over'
  raised_at: WireTime
  resolved_at: WireTime | null
  acknowledged_by: string | null
  silenced_until: WireTime | null
  /** Who has got a message: people's ids, `webhook`. */
  told: string[]
  /** Messages that could not be delivered. */
  undelivered: number
}

/** `waiting`: how many nobody sees to. */
export type AlertPage = { alerts: AlertSummary[]; waiting: number; next_cursor: string | null }

/** One process's view of an upstream: its circuit and its calls of the last minutes. */
export type UpstreamProcess = {
  process: string
  circuit: 'closed' | 'open' | 'half_open'
  next_probe_at: WireTime | null
  last_failure: string | null
  calls: number
  failures: number
}

/** K-36, O-15: a system of record as this installation finds it. */
export type UpstreamSummary = {
  name: string
  state: 'paused' | 'failing' | 'degraded' | 'ok'
  /** The consoles whose effects go to it; none: it is only read. */
  consoles: string[]
  /** By its own word. */
  health: string | null
  paused: { at: WireTime; by: string; reason: string; request: string } | null
  waiting: { effects: number; since: WireTime | null }
  calls: number
  failures: number
  answered_at: WireTime | null
  failed_at: WireTime | null
  processes: UpstreamProcess[]
}

/** `window_s`: over how long calls and failures are counted. */
export type UpstreamList = { window_s: number; connectors: UpstreamSummary[] }

/** K-24: a table that is made of events, and whether it comes on. */
export type ProjectionSummary = {
  name: string
  /** `incomplete`: it leaves events out. */
  state: 'well' | 'incomplete' | 'stopped'
  behind_ms: number
  position: number
  head: number
  failing: string | null
  stopped_at: { position: number; type: string; refs: string[] } | null
  failures: number
  retry_at: WireTime | null
  left_out: number
}

export type ProjectionList = { projections: ProjectionSummary[] }

export type OnCallEntry = {
  person: string
  order: number
  zone: string
  hours: { days: string[]; from: string; to: string }[]
}

/** `people`: who may be on it. */
export type RosterSummary = {
  console: string
  title: string
  entries: OnCallEntry[]
  on_call: string[]
  people: string[]
}

/** K-46: one role that somebody holds. */
export type RoleHolder = {
  person: PersonRef & { kind: 'person' | 'machine'; disabled: boolean }
  role: string
  console: string
  source: 'identity_provider' | 'grant'
  since: WireTime | null
  granted_by: string | null
  expires_at: WireTime | null
  request_id: string | null
  last_used_at: WireTime | null
  dormant: boolean
  conflict: boolean
}
export type RoleHolders = { holders: RoleHolder[]; next_cursor: string | null }
export type RoleChange = {
  change: 'joined' | 'left'
  person: PersonRef
  role: string
  at: WireTime
  source: 'identity_provider' | 'grant'
  by_whom: string | null
  request_id: string | null
}

/** K-14: one rule of a console's approval policy. Lengths of time in s. */
export type PolicyRule = {
  action: string
  when?: {
    amount_over?: WireMoney
    /** What is asked for within a rolling window, all together, is over the limit. */
    sum_over?: PolicySum
    count_over?: number
    scope?: string
    requester_role?: string
  }
  /** Refused outright, whoever agrees. */
  forbid?: boolean
  required: number
  eligible_roles: string[]
  expires_in_s: number
  step_up?: { request_max_age_s?: number; approval_max_age_s?: number }
  emergency_limit_s?: number
  /** Nothing is sent before its authorisation is in a checkpoint that the witness has taken. */
  evidence_first?: boolean
  /** How far the record may move before a signature: figures by a percentage, named lines in any way. */
  drift?: { percent?: number; fields?: string[] }
}

export type PolicySum = { limit: WireMoney; within_s: number; per: 'requester' | 'target' | 'everybody' }

/** An action as the rules speak of it: who may ever decide on it, and what holds while no rule names it. */
export type RuledAction = {
  type: string
  title: string
  deciders: string[]
  requesters: string[]
  /** No rule may forbid it: it is how rules are changed back. */
  alwaysPossible: boolean
  /** Whether a rule may demand `evidence_first` of it. */
  awaitable: boolean
  declared: PolicyRule
}

export type PolicyVersion = {
  revision: number
  at: WireTime
  by: PersonRef | null
  agreed: PersonRef[]
  request_id: string | null
  rules: PolicyRule[]
  break_glass: string[]
  changes: PreviewChange[]
}

export type PolicyVersions = { versions: PolicyVersion[]; next_cursor: string | null }

/** What a draft would have decided otherwise. */
export type PolicySimulation = {
  days: number
  replayed: number
  /** Of so many the figures that conditions ask about were not kept: every condition was taken to hold. */
  figures_unknown: number
  decided_otherwise: number
  /** Null: all of them were replayed. */
  up_to: WireTime | null
  requests: {
    id: string
    title: string
    target: EntityRef
    requested_by: string
    created_at: WireTime
    state: RequestState
    asked_under: { required: number; eligible_roles: string[] } | null
    draft: { required: number; eligible_roles: string[] } | null
    otherwise: 'forbidden' | 'allowed' | 'more_people' | 'fewer_people' | 'other_people'
  }[]
}

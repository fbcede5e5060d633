import type { RequestState } from './requests.ts'
import type { EntityRef, PersonRef, WireTime } from './values.ts'

export type ColumnType = 'text' | 'money' | 'time' | 'deadline' | 'code' | 'person'

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
  /** As much of it as the queue still knows: what it opens with. */
  fits: Record<string, string[]>
  /** The first that the queue no longer knows of it. */
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

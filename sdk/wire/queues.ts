import type { RequestState } from './requests.ts'
import type { EntityRef, PersonRef, RecordMark, WireTime } from './values.ts'

export type ColumnType = 'text' | 'money' | 'time' | 'deadline' | 'code' | 'person' | 'score'

export type QueueColumn = {
  key: string
  title: string
  type: ColumnType
  /** A narrow list goes without names before it goes without this. */
  stays?: boolean
  filter?: 'eq' | 'in'
  options?: (string | { value: string; title: string })[]
}

export type Count = { value: number; exact: boolean }

export type Queue = {
  name: string
  console: string
  title: string
  /** `calendar`: when the hours count, in words; absent: day and night. `own_deadlines`: some items are due by a day of their own instead. */
  sla?: { hours: number; calendar?: string; time_zone?: string; own_deadlines?: boolean } | null
  columns: QueueColumn[]
  /** The orders in which it can be listed. */
  sorts?: string[]
  /** The roles of its console, `console/ROLE`. */
  roles?: string[]
  /** Those of them that may share a list of it. */
  sharers?: string[]
  /** What may be done to an item from the queue. */
  actions?: string[]
  /** The guide that says how it is worked, by the name of its file. */
  guide?: string
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
  /** Of the subject. */
  marks?: RecordMark[]
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
  /** Of the queue's console, `console/ROLE`. */
  roles: string[]
  /** Whether they may ask for anything that is done in the queue. */
  acts: boolean
}

export type QueueSavedView = {
  id: string
  name: string
  owner: PersonRef
  shared: boolean
  /** Where it is shared: with those who hold one of these; none: with everybody of the queue. */
  roles: string[]
  /** Parameters of the list, each with its values. */
  list: Record<string, string[]>
  /** As much of it as the queue still knows: what it opens with. */
  fits: Record<string, string[]>
  /** The first that the queue no longer knows of it. */
  problem: { field: string; message: string } | null
  /** All that the queue no longer knows of it. */
  problems: { field: string; message: string }[]
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

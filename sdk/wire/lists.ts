import type { QueueColumn } from './queues.ts'
import type { EntityRef } from './values.ts'

/** How the records of a kind are laid out where people look through them. */
export type RecordList = {
  kind: string
  console: string
  title: string
  /** What whoever looks through them should know first. */
  note: string | null
  columns: QueueColumn[]
  filters: ListFilter[]
  /** The records whose actions stand above the list. */
  actions_of: ListActionsOf[]
}

export type ListActionsOf = EntityRef & {
  /** This action alone. */
  only?: string
  /** What it is called there. */
  title?: string
}

/** One without options takes what is typed. */
export type ListFilter = {
  key: string
  title: string
  type?: 'instant'
  hint?: string
  /** The kind of record whose id it is: found by its name. */
  record?: string
  options?: string[]
}

export type ListedRecord = {
  kind: string
  id: string
  version: string
  title: string
  state: string
  fields: Record<string, unknown>
}

export type RecordPage = { entities: ListedRecord[]; next_cursor: string | null }

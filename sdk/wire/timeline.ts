import type { PostingLine } from './entities.ts'
import type { Evidence } from './evidence.ts'
import type { EntityRef, PersonRef, WireTime } from './values.ts'

export type TimelineEntry = {
  position: string | number
  at: WireTime
  source: string
  type: string
  actor?: PersonRef | null
  summary: string
  /** Another record of the same kind that this happened to. */
  about?: EntityRef
  /** Members of what happened that are worth showing beside its sentence. */
  detail?: Record<string, string | number | boolean | null>
  postings?: PostingLine[]
  /** What somebody wrote, where the entry is a note. */
  note?: TimelineNote
  /** The file that it tells of. */
  evidence?: Pick<Evidence, 'id' | 'name' | 'type' | 'bytes' | 'sha256' | 'state'>
  /** With what each is called, where that is known. */
  links: (EntityRef & { title?: string })[]
}

export type TimelineNote = {
  id: string
  text: string
  mentions: PersonRef[]
  corrects: string | null
  corrected_by: string | null
}

export type TimelinePage = {
  entries: TimelineEntry[]
  /** Whether whoever reads may write beside the record. */
  may_annotate: boolean
  next_cursor: string | null
}

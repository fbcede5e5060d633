import type { EntityRef, PersonRef, WireTime } from './values.ts'

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

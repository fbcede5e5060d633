import type { PersonRef } from '@countersign/sdk/wire/values.ts'

export type NoteDraft = { text: string; people: PersonRef[] }

/** Records whose note was begun and left; older ones are forgotten. */
const NOTE_DRAFTS_MAX = 20
const NOTHING: NoteDraft = { text: '', people: [] }

/**
 * What was typed and not sent, by record, for as long as the page lives. Never stored, as notes may name people; but where the page is
 * loaded anew (`reload-keeping.ts`), this tab keeps it until it is back.
 */
const drafts = new Map<string, NoteDraft>()

export function noteDraftOf(record: string): NoteDraft {
  return drafts.get(record) ?? NOTHING
}

export function keepNoteDraft(record: string, draft: NoteDraft): void {
  drafts.delete(record)
  if (draft.text === '' && draft.people.length === 0) return
  drafts.set(record, draft)
  const oldest = drafts.keys().next().value
  if (drafts.size > NOTE_DRAFTS_MAX && oldest !== undefined) drafts.delete(oldest)
}

/** What a page that is loaded anew is left with. */
export function allNoteDrafts(): [string, NoteDraft][] {
  return [...drafts]
}

/** What a page that was loaded anew was left with. */
export function putNoteDrafts(kept: readonly (readonly [string, NoteDraft])[]): void {
  for (const [record, draft] of kept) drafts.set(record, draft)
}

import type { SheetForm } from './sheet-state.ts'

/** Sheets that were closed with something in them; older ones are forgotten. */
const DRAFTS_MAX = 20

/**
 * What was typed into sheets and not sent, by action and record, for as long as the page lives: closing one is no
 * decision to throw it away. Never stored: notes may name people.
 */
const drafts = new Map<string, SheetForm>()

export function draftOf(key: string): SheetForm | undefined {
  return drafts.get(key)
}

export function keepDraft(key: string, form: SheetForm): void {
  drafts.delete(key)
  drafts.set(key, form)
  const oldest = drafts.keys().next().value
  if (drafts.size > DRAFTS_MAX && oldest !== undefined) drafts.delete(oldest)
}

export function dropDraft(key: string): void {
  drafts.delete(key)
}

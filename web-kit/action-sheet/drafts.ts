import type { SheetForm } from './sheet-state.ts'

/** Sheets that were closed with something in them; older ones are forgotten. */
const DRAFTS_MAX = 20
/** For as long as signing in again may take. */
const AWAY_MAX_MS = 10 * 60_000
const AWAY_KEY = 'countersign.away'

/**
 * What was typed into sheets and not sent, by action and record, for as long as the page lives: closing one is no
 * decision to throw it away. Never stored, as notes may name people; but for the one sheet that is left to sign in
 * again, which this tab keeps until it is back.
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

/** Before this page is left for the identity provider. */
export function takeDraftAlong(key: string, personId: string, form: SheetForm): void {
  const away: Away = { key, personId, form, until: Date.now() + AWAY_MAX_MS }
  sessionStorage.setItem(AWAY_KEY, JSON.stringify(away))
}

/** Back again: the sheet that was left, for the person who left it and for nobody else. Read once. */
export function bringDraftBack(personId: string): void {
  const stored = sessionStorage.getItem(AWAY_KEY)
  if (stored === null) return
  sessionStorage.removeItem(AWAY_KEY)
  const away = JSON.parse(stored) as Away
  if (away.personId === personId && away.until > Date.now()) keepDraft(away.key, away.form)
}

type Away = { key: string; personId: string; form: SheetForm; until: number }

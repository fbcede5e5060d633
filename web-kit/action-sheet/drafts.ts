/** Sheets that were closed with something in them; older ones are forgotten. */
const DRAFTS_MAX = 20
/** For as long as signing in again may take. */
const AWAY_MAX_MS = 10 * 60_000
const AWAY_KEY = 'countersign.away'

/** Which sheet: where it is opened, `transfer:tr_8123`, and what it does there. */
export type SheetOf = { readonly place: string; readonly type: string }

/** A sheet that was left to sign in again. `records`: what it acts on, where its place does not say; its place parses them. */
export type Left<Form> = SheetOf & { readonly form: Form; readonly records?: readonly unknown[] }

/**
 * What was typed into sheets and not sent, for as long as the page lives: closing one is no decision to throw it away.
 * Never stored, as notes may name people; but for the one sheet that is left to sign in again, and for all where the page
 * is loaded anew (`reload-keeping.ts`): this tab keeps those until it is back. Each sheet reads what it wrote itself, so the form is
 * taken to be of its type.
 */
const drafts = new Map<string, unknown>()

export function draftOf<Form>(sheet: SheetOf): Form | undefined {
  return drafts.get(keyOf(sheet)) as Form | undefined
}

export function keepDraft<Form>(sheet: SheetOf, form: Form): void {
  const key = keyOf(sheet)
  drafts.delete(key)
  drafts.set(key, form)
  const oldest = drafts.keys().next().value
  if (drafts.size > DRAFTS_MAX && oldest !== undefined) drafts.delete(oldest)
}

export function dropDraft(sheet: SheetOf): void {
  drafts.delete(keyOf(sheet))
}

/** What a page that is loaded anew is left with. */
export function allDrafts(): [string, unknown][] {
  return [...drafts]
}

/** What a page that was loaded anew was left with. */
export function putDrafts(kept: readonly (readonly [string, unknown])[]): void {
  for (const [key, form] of kept) drafts.set(key, form)
}

/** Before this page is left for the identity provider. */
export function leaveSheet<Form>(personId: string, left: Left<Form>): void {
  const away: Away = { left, personId, until: Date.now() + AWAY_MAX_MS }
  sessionStorage.setItem(AWAY_KEY, JSON.stringify(away))
}

/**
 * Back again: the sheet that was left at this place, with what was typed as its draft; for the person who left it and
 * for nobody else. Read once.
 */
export function backAt(personId: string, place: string): Left<unknown> | undefined {
  const away = readAway()
  if (away === undefined) return undefined
  const theirs = away.personId === personId && away.until > Date.now()
  if (theirs && away.left.place !== place) return undefined
  sessionStorage.removeItem(AWAY_KEY)
  if (!theirs) return undefined
  keepDraft(away.left, away.left.form)
  return away.left
}

type Away = { left: Left<unknown>; personId: string; until: number }

/** What this tab keeps; anything else that somebody put there is none. */
function readAway(): Away | undefined {
  let value: unknown
  try {
    value = JSON.parse(sessionStorage.getItem(AWAY_KEY) ?? 'null')
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { left, personId, until } = value as Partial<Away>
  if (typeof personId !== 'string' || typeof until !== 'number') return undefined
  if (typeof left?.place !== 'string' || typeof left.type !== 'string') return undefined
  return left.records === undefined || Array.isArray(left.records) ? { left, personId, until } : undefined
}

function keyOf({ place, type }: SheetOf): string {
  return `${type} ${place}`
}

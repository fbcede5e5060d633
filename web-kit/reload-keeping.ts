import { allDrafts, putDrafts } from './action-sheet/drafts.ts'
import { allNoteDrafts, type NoteDraft, putNoteDrafts } from './notes/note-drafts.ts'

/** For as long as it may take until the page is there again. */
const RELOAD_MAX_MS = 10 * 60_000
const KEY = 'countersign.reload'

type Kept = {
  personId: string
  until: number
  sheets: [string, unknown][]
  notes: [string, NoteDraft][]
}

/**
 * Loads the page anew where it is. What was typed into sheets and notes and not sent is there again then, for whoever typed it. Where
 * the server does not answer, nothing happens: the browser would take away what there is.
 *
 * @param personId null: nobody is signed in
 */
export async function reloadKeeping(personId: string | null): Promise<void> {
  const answers = await fetch(window.location.href, { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  )
  if (!answers) return
  const [sheets, notes] = [allDrafts(), allNoteDrafts()]
  if (personId !== null && sheets.length + notes.length > 0) {
    const kept: Kept = { personId, until: Date.now() + RELOAD_MAX_MS, sheets, notes }
    sessionStorage.setItem(KEY, JSON.stringify(kept))
  }
  window.location.reload()
}

/** As the page begins: what it was left with, for the person who typed it and for nobody else. Read once. */
export function backFromReload(personId: string): void {
  const kept = readKept()
  sessionStorage.removeItem(KEY)
  if (kept === undefined || kept.personId !== personId || kept.until < Date.now()) return
  putDrafts(kept.sheets)
  putNoteDrafts(kept.notes)
}

/** What this tab keeps; anything else that somebody put there is none. */
function readKept(): Kept | undefined {
  let value: unknown
  try {
    value = JSON.parse(sessionStorage.getItem(KEY) ?? 'null')
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { personId, until, sheets, notes } = value as Partial<Kept>
  if (typeof personId !== 'string' || typeof until !== 'number') return undefined
  return Array.isArray(sheets) && Array.isArray(notes) ? { personId, until, sheets, notes } : undefined
}

import { canonicalJson } from '@countersign/kernel/personal-data/canonical-json.ts'
import { inTurns } from './in-turns.ts'
import type { ListEntry } from './list-entry.ts'

/** What a version of a list has that another has not, with a few names of each. */
export type ListChange = {
  readonly added: Changed
  readonly removed: Changed & { readonly uids: readonly string[] }
  readonly changed: Changed
}
type Changed = { readonly count: number; readonly names: readonly string[] }

const NAMES_SHOWN = 5
/** Entries after which the rest of the process has its turn. */
const TURN = 500

export async function listChange(
  before: readonly ListEntry[],
  after: readonly ListEntry[],
): Promise<ListChange> {
  const known = new Map(before.map((entry) => [entry.uid, entry]))
  const kept = new Set(after.map(({ uid }) => uid))
  const told = (entries: readonly ListEntry[]): Changed => ({
    count: entries.length,
    names: entries.slice(0, NAMES_SHOWN).map(({ name }) => name),
  })
  const changed: ListEntry[] = []
  await inTurns(after, TURN, (entry) => {
    const was = known.get(entry.uid)
    if (was !== undefined && canonicalJson(was) !== canonicalJson(entry)) changed.push(entry)
  })
  const gone = before.filter(({ uid }) => !kept.has(uid))
  return {
    added: told(after.filter(({ uid }) => !known.has(uid))),
    removed: { ...told(gone), uids: gone.map(({ uid }) => uid) },
    changed: told(changed),
  }
}

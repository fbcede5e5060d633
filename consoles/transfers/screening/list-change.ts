import { canonicalJson } from '@countersign/kernel/personal-data/canonical-json.ts'
import type { ListEntry } from './list-entry.ts'

/** What a version of a list has that another has not, with a few names of each. */
export type ListChange = {
  readonly added: Changed
  readonly removed: Changed
  readonly changed: Changed
}
type Changed = { readonly count: number; readonly names: readonly string[] }

const NAMES_SHOWN = 5

export function listChange(before: readonly ListEntry[], after: readonly ListEntry[]): ListChange {
  const known = new Map(before.map((entry) => [entry.uid, entry]))
  const kept = new Set(after.map(({ uid }) => uid))
  const told = (entries: readonly ListEntry[]): Changed => ({
    count: entries.length,
    names: entries.slice(0, NAMES_SHOWN).map(({ name }) => name),
  })
  return {
    added: told(after.filter(({ uid }) => !known.has(uid))),
    removed: told(before.filter(({ uid }) => !kept.has(uid))),
    changed: told(
      after.filter((entry) => {
        const was = known.get(entry.uid)
        return was !== undefined && canonicalJson(was) !== canonicalJson(entry)
      }),
    ),
  }
}

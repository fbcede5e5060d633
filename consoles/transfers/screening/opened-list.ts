import type { Kernel } from '@countersign/kernel/kernel.ts'
import { inOrder } from './list-digest.ts'
import type { ListEntry } from './list-entry.ts'
import { entriesOf, stagedList } from './staged-lists.ts'

/** What is on a version of a list, to be looked into. */
export type OpenedList = {
  readonly byUid: ReadonlyMap<string, ListEntry>
  /** By number, as text. */
  readonly inOrder: readonly ListEntry[]
}

/** As long as a version is kept in memory so is this of it. */
const opened = new WeakMap<readonly ListEntry[], OpenedList>()

/** @returns undefined of a version that is not here, or not as it was announced */
export async function openedList(pool: Kernel['pool'], version: string): Promise<OpenedList | undefined> {
  const staged = await stagedList(pool, version)
  if (staged === undefined || !staged.whole) return undefined
  const entries = await entriesOf(pool, staged)
  if (entries === undefined) return undefined
  const known = opened.get(entries)
  if (known !== undefined) return known
  const made = { byUid: new Map(entries.map((entry) => [entry.uid, entry])), inOrder: inOrder(entries) }
  opened.set(entries, made)
  return made
}

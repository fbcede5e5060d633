import { createHash } from 'node:crypto'
import { canonicalJson } from '@countersign/kernel/personal-data/canonical-json.ts'
import { inTurns } from './in-turns.ts'
import type { ListEntry } from './list-entry.ts'
import type { ListId } from './list-names.ts'

/** Entries after which the rest of the process has its turn. */
const TURN = 500

/** A version of a list is known by what is on it, whatever the order of its entries and the bytes of its files. */
export async function listDigest(list: ListId, entries: readonly ListEntry[]): Promise<string> {
  const hash = createHash('sha256').update(`${list}\n`)
  await inTurns(inOrder(entries), TURN, (entry) => {
    hash.update(`${canonicalJson(entry)}\n`)
  })
  return hash.digest('hex')
}

/** By the numbers that the publisher gives, as text. */
export const inOrder = (entries: readonly ListEntry[]): readonly ListEntry[] =>
  [...entries].sort((a, b) => (a.uid < b.uid ? -1 : 1))

/** Parts of at most this many characters of JSON: well within what the server takes at once. */
const PART_CHARACTERS_MAX = 500_000

/** A list in the parts in which it is staged. */
export function partsOf(entries: readonly ListEntry[]): ListEntry[][] {
  const parts: ListEntry[][] = []
  let characters = Number.POSITIVE_INFINITY
  for (const entry of inOrder(entries)) {
    const length = JSON.stringify(entry).length
    if (characters + length > PART_CHARACTERS_MAX) {
      parts.push([])
      characters = 0
    }
    parts.at(-1)?.push(entry)
    characters += length
  }
  return parts
}

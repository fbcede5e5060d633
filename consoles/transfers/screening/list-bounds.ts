import { type ListEntry, namesOf } from './list-entry.ts'

/*
 * Several times what the longest list has (OFAC's: some 20,000 entries, 45,000 names of 1.2 million characters, 100 names of one
 * entry, names of 350 characters). An index of a list takes its memory and its time by these.
 */
export const NAME_CHARACTERS_MAX = 500
export const ALIASES_MAX = 300
export const ENTRIES_MAX = 100_000
export const NAMES_MAX = 150_000
export const LETTERS_MAX = 4_000_000
/** Parts in which it is brought, of up to a mebibyte each. */
export const PARTS_MAX = 64

export type Figures = { readonly entries: number; readonly names: number; readonly letters: number }

/** How long a list is, by what makes it dear to screen against. */
export function figuresOf(entries: readonly ListEntry[]): Figures {
  let names = 0
  let letters = 0
  for (const entry of entries) {
    for (const { name } of namesOf(entry)) {
      names += 1
      letters += name.length
    }
  }
  return { entries: entries.length, names, letters }
}

export const isTooLong = ({ entries, names, letters }: Figures): boolean =>
  entries > ENTRIES_MAX || names > NAMES_MAX || letters > LETTERS_MAX

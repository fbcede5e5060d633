import {
  type ComparedIdentifier,
  compareIdentifiers,
  type PartyIdentifiers,
  withIdentifiers,
} from './compare-identifiers.ts'
import { type ListEntry, namesOf } from './list-entry.ts'
import type { ListId } from './list-names.ts'
import { makeNameIndex, type NameIndex } from './name-index.ts'

/** A version of a list as parties are screened against it. */
export type ScreeningList = {
  readonly list: ListId
  readonly version: string
  readonly index: NameIndex
  readonly entries: ReadonlyMap<string, ListEntry>
}

export type ScreenedParty = {
  readonly kind: 'person' | 'company'
  readonly name: string
  readonly identifiers: PartyIdentifiers
}

/** An entry that a party may be. */
export type Finding = {
  readonly list: ListId
  readonly version: string
  readonly uid: string
  /** With what the identifiers say. */
  readonly score: number
  readonly nameScore: number
  /** The name of the entry that came closest, and which of its names that is: 0 its own, then its aliases. */
  readonly matched: {
    readonly name: string
    readonly at: number
    readonly of: number
    readonly weak: boolean
  }
  readonly programs: readonly string[]
  readonly identifiers: readonly ComparedIdentifier[]
}

/** How far identifiers may lift the score of two names: what may come to a hit with them is looked at. */
const LIFT_MAX = 0.1

export async function screeningList(
  list: ListId,
  version: string,
  entries: readonly ListEntry[],
): Promise<ScreeningList> {
  return {
    list,
    version,
    index: await makeNameIndex(entries.flatMap(namesOf)),
    entries: new Map(entries.map((entry) => [entry.uid, entry])),
  }
}

/** The entries of these lists that a party may be, by a score of at least `least`, best first. */
export function screenParty(
  { kind, name, identifiers }: ScreenedParty,
  lists: readonly ScreeningList[],
  least: number,
): Finding[] {
  const asked = { kind: kind === 'person' ? 'person' : 'other', least: least - LIFT_MAX } as const
  return lists
    .flatMap(({ list, version, index, entries }) =>
      index.screen(name, asked).flatMap((found): Finding[] => {
        const entry = entries.get(found.name.entry)
        if (!entry) return []
        const compared = compareIdentifiers(identifiers, entry.identifiers)
        const score = withIdentifiers(found.score, compared)
        if (score < least) return []
        const names = namesOf(entry)
        return [
          {
            ...{ list, version, uid: entry.uid, score, nameScore: found.score },
            matched: {
              name: found.name.name,
              at: names.findIndex((one) => one.name === found.name.name),
              of: names.length,
              weak: found.name.weak,
            },
            programs: entry.programs,
            identifiers: compared,
          },
        ]
      }),
    )
    .sort((a, b) => b.score - a.score)
}

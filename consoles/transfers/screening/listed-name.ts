import type { Kernel } from '@countersign/kernel/kernel.ts'
import { inTurns } from './in-turns.ts'
import { LIST_NAMES } from './list-names.ts'
import { indexOf, keepIndexesOf, listsToScreen } from './lists-to-screen.ts'
import { nameReadings } from './name-readings.ts'
import { type ScreeningList, screenParty } from './screen-party.ts'

/** Others have their turn after each comparison: one takes milliseconds, and a name that is written for it needs hundreds. */
const TURN = 1

/** What a name is like on the lists in force, compared as parties are. */
export type ListedName = {
  /** Lists that it was compared with. */
  readonly lists: readonly string[]
  /** Those that could not be read. */
  readonly unread: readonly string[]
  /** It may be read in more ways than were compared: of the others nothing is known. */
  readonly more: boolean
  readonly found: readonly { readonly list: string; readonly name: string; readonly score: number }[]
}

/**
 * Compares a name that money is to go out in and that no party has yet, before it goes. Whether it is a person's or a company's nobody
 * knows of a name that is given anew, so it is held against the lists as either, and as whatever else it may be read as: money goes to whom
 * it names, however it is written.
 */
export async function listedName({ pool }: Pick<Kernel, 'pool'>, name: string): Promise<ListedName> {
  const all = await listsToScreen(pool)
  keepIndexesOf(all)
  const lists = all.filter(({ inForce }) => inForce)
  const { readings, more } = nameReadings(name)
  const indexes = await Promise.all(lists.map((list) => indexOf(pool, list)))
  const named = lists.map(({ list, threshold }, at) => ({
    name: LIST_NAMES[list],
    index: indexes[at],
    threshold,
  }))
  return {
    lists: named.map(({ name }) => name),
    unread: named.flatMap(({ name, index }) => (index === undefined ? [name] : [])),
    more: more && lists.length > 0,
    found: await foundOf(
      readings,
      named.flatMap(({ index, ...one }) => (index === undefined ? [] : [{ ...one, index }])),
    ),
  }
}

/** What these readings of a name are like, best first. */
export async function foundOf(
  readings: readonly string[],
  lists: readonly {
    readonly name: string
    readonly index: ScreeningList
    readonly threshold: number
  }[],
): Promise<ListedName['found']> {
  const comparisons = lists.flatMap((list) =>
    (['person', 'company'] as const).flatMap((kind) => readings.map((reading) => ({ list, kind, reading }))),
  )
  const found: ListedName['found'][number][] = []
  await inTurns(comparisons, TURN, ({ list, kind, reading }) => {
    const party = { kind, name: reading, identifiers: {} }
    for (const { matched, score } of screenParty(party, [list.index], list.threshold)) {
      found.push({ list: list.name, name: matched.name, score })
    }
  })
  return found.sort((one, other) => other.score - one.score)
}

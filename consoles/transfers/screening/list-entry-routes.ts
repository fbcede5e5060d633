import { fail, invalid, ok } from '@countersign/kernel/actions/failure.ts'
import { cursorParameter, encodeCursor, limitParameter } from '@countersign/kernel/http/cursor.ts'
import { fieldErrors } from '@countersign/kernel/http/field-errors.ts'
import { type Route, route } from '@countersign/kernel/http/route.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { type ListEntry, namesOf } from './list-entry.ts'
import { listEntryId } from './list-entry-entity.ts'
import { LIST_IDS, type ListId } from './list-names.ts'
import { indexOf, keepIndexesOf, listsToScreen } from './lists-to-screen.ts'
import { openedList } from './opened-list.ts'
import type { ScreeningList } from './screen-party.ts'

const NAME_CHARACTERS_MAX = 200
const PAGE_DEFAULT = 50
/** Somebody who looks a name up wants to see what is hardly like it, too. */
const LIKE_FROM = 0.6
const KINDS = ['person', 'other'] as const

const uid = z.string().max(64)
/** What comes behind an entry, or before one. */
const place = z.union([z.strictObject({ uid }), z.strictObject({ before: uid })])

const lookUp = z.strictObject({
  list: z.enum(LIST_IDS),
  name: z
    .string()
    .min(1, written(say`must hold what is looked for`))
    .max(NAME_CHARACTERS_MAX, written(say`at most ${NAME_CHARACTERS_MAX} characters`)),
})

/** A list that is in force can be looked into: by a name, as parties are compared with it, or from one entry to the next. */
export function listEntryRoutes(kernel: Kernel): Route[] {
  const inForce = async (list: ListId) => {
    const lists = await listsToScreen(kernel.pool)
    keepIndexesOf(lists)
    return lists.find((one) => one.inForce && one.list === list)
  }

  const page = route({
    method: 'GET',
    url: '/v1/sanctions-list-entries',
    summary: 'All entries of the version of a sanctions list that is in force, in the order of their numbers',
    access: { permission: 'transfers:read' },
    query: z.strictObject({
      list: z.enum(LIST_IDS),
      cursor: cursorParameter(place).optional(),
      limit: limitParameter(PAGE_DEFAULT),
    }),
    async handle({ query: { list, cursor, limit } }) {
      const found = await inForce(list)
      const entries =
        found === undefined ? [] : ((await openedList(kernel.pool, found.version))?.inOrder ?? [])
      const [from, until] = boundsOf(entries, cursor, limit)
      const shownEntries = entries.slice(from, until)
      const [first, last] = [shownEntries[0], shownEntries.at(-1)]
      return ok({
        body: {
          entries: shownEntries.map((entry) => shown(list, entry)),
          previous_cursor: first === undefined || from === 0 ? null : encodeCursor({ before: first.uid }),
          next_cursor: last === undefined || until >= entries.length ? null : encodeCursor({ uid: last.uid }),
        },
      })
    },
  })

  const find = route({
    method: 'POST',
    url: '/v1/sanctions-list-entries/look-up',
    summary: 'Entries of the version of a sanctions list that is in force which are like a name, best first',
    access: { permission: 'transfers:read' },
    body: lookUp,
    // Whose name is looked up is most often a customer's.
    readsOnly: true,
    async handle({ body }) {
      const parsed = lookUp.safeParse(body)
      if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
      const found = await inForce(parsed.data.list)
      const index = found === undefined ? undefined : await indexOf(kernel.pool, found)
      return ok({ body: { entries: index === undefined ? [] : alike(parsed.data.name, index) } })
    },
  })

  return [page, find]
}

function alike(name: string, { list, index, entries }: ScreeningList) {
  const best = new Map<string, { matched: string; score: number }>()
  for (const kind of KINDS) {
    for (const { name: found, score } of index.screen(name, { kind, least: LIKE_FROM })) {
      if (score > (best.get(found.entry)?.score ?? 0)) best.set(found.entry, { matched: found.name, score })
    }
  }
  return [...best]
    .sort(([, one], [, other]) => other.score - one.score)
    .flatMap(([uid, { matched, score }]) => {
      const entry = entries.get(uid)
      return entry === undefined ? [] : [{ ...shown(list, entry), matched, score }]
    })
}

const shown = (list: ListId, entry: ListEntry) => ({
  id: listEntryId(list, entry.uid) ?? null,
  ...{ uid: entry.uid, name: entry.name, kind: entry.kind, programs: entry.programs },
  names: namesOf(entry).length,
})

/** From where up to where a page goes, of what is sorted by number. */
function boundsOf(
  entries: readonly ListEntry[],
  cursor: z.output<typeof place> | undefined,
  limit: number,
): [number, number] {
  if (cursor !== undefined && 'before' in cursor) {
    const until = countOf(entries, (uid) => uid < cursor.before)
    return [Math.max(0, until - limit), until]
  }
  const from = cursor === undefined ? 0 : countOf(entries, (uid) => uid <= cursor.uid)
  return [from, from + limit]
}

/** How many at the beginning are so, of what is so up to a place and then no more. */
function countOf(entries: readonly ListEntry[], isSo: (uid: string) => boolean): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isSo(entries[middle]?.uid ?? '')) low = middle + 1
    else high = middle
  }
  return low
}

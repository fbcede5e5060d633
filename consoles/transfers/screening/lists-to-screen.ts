import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { ListEntry } from './list-entry.ts'
import { LIST_IDS, type ListId } from './list-names.ts'
import { LIST_TAKEN, listStream } from './list-taken.ts'
import { listThresholds } from './list-thresholds.ts'
import { type ScreeningList, screeningList } from './screen-party.ts'
import { entriesOf, stagedList, stagedLists } from './staged-lists.ts'

/** A version of a list that parties are compared with. */
export type ListToScreen = {
  readonly list: ListId
  readonly version: string
  readonly published: string
  /** What is found on a version that is not in force yet is told in its preview, and raises nothing. */
  readonly inForce: boolean
  /** From this score on a name is a hit. */
  readonly threshold: number
}

/** Of each list the version in force, and that which is asked for or else the newest that could come into force: those in force first. */
export async function listsToScreen(pool: Kernel['pool']): Promise<ListToScreen[]> {
  const { rows } = await pool.query<{ list: ListId; version: string; published: string }>({
    name: 'lists-in-force',
    text: `SELECT l.list, e.payload ->> 'version' AS version, e.payload ->> 'published' AS published
             FROM unnest($1::text[], $2::text[]) AS l (list, stream)
            CROSS JOIN LATERAL (SELECT payload FROM kernel.event WHERE stream = l.stream AND type = $3
                                 ORDER BY version DESC LIMIT 1) e`,
    values: [LIST_IDS, LIST_IDS.map(listStream), LIST_TAKEN],
  })
  const thresholds = await listThresholds(pool)
  const inForce = rows.map((row) => ({ ...row, inForce: true, threshold: thresholds[row.list] }))
  const offered = await Promise.all(
    LIST_IDS.map(async (list) => {
      const asked = await versionAskedFor(pool, list)
      const newest = asked?.whole ? asked : (await stagedLists(pool, list)).find(({ whole }) => whole)
      if (newest === undefined || rows.some(({ version }) => version === newest.version)) return []
      const { version, published } = newest
      return [{ list, version, published, inForce: false, threshold: thresholds[list] }]
    }),
  )
  return [...inForce, ...offered.flat()]
}

/** What others have brought since keeps nobody who agrees from knowing whom it hits. */
async function versionAskedFor(pool: Kernel['pool'], list: ListId) {
  const { rows } = await pool.query<{ version: string | null }>({
    name: 'version-asked-for',
    text: 'SELECT transfers.version_asked_for($1) AS version',
    values: [list],
  })
  const version = rows[0]?.version
  return version == null ? undefined : stagedList(pool, version)
}

const indexed = new Map<string, ScreeningList>()

/** The index of a version, made once and kept while the version is screened against. */
export async function indexOf(
  pool: Kernel['pool'],
  { list, version }: Pick<ListToScreen, 'list' | 'version'>,
): Promise<ScreeningList | undefined> {
  const known = indexed.get(version)
  if (known !== undefined) return known
  const staged = await stagedList(pool, version)
  const entries: readonly ListEntry[] | undefined = staged && (await entriesOf(pool, staged))
  if (entries === undefined) return undefined
  const made = await screeningList(list, version, entries)
  indexed.set(version, made)
  return made
}

/** Versions that nobody screens against any more are forgotten. */
export function keepIndexesOf(lists: readonly ListToScreen[]): void {
  const wanted = new Set(lists.map(({ version }) => version))
  for (const version of indexed.keys()) if (!wanted.has(version)) indexed.delete(version)
}

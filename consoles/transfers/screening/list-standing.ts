import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { ListId } from './list-names.ts'
import { LIST_TAKEN, listStream } from './list-taken.ts'
import { type StagedList, stagedLists } from './staged-lists.ts'

/** How a list stands: what is in force, since when, and whether somebody has to do something about it. */
export type ListStanding = {
  readonly list: ListId
  readonly version: string | null
  readonly published: string | null
  readonly entries: number | null
  /** RFC 3339: when it was taken into force. */
  readonly taken_at: string | null
  /** Its publisher said it so long ago that there should be a newer one. */
  readonly old: boolean
  /** Parties that were compared with it, and those still to be; counted up to a bound. */
  readonly screened: number | null
  readonly unscreened: number | null
  /** When everybody who was there had been compared. */
  readonly reached_at: string | null
  /** The newest that was brought since, whole, and is not in force. */
  readonly waiting: Pick<StagedList, 'version' | 'published' | 'entries' | 'stagedAt'> | null
}

/** Publishers revise their lists more often than that. */
export const OLD_AFTER_DAYS = 30
const DAY_MS = 24 * 3_600_000
/** What is counted up to here stands for more. */
const COUNTED_MAX = 10_000

type InForce = Omit<ListStanding, 'old' | 'waiting'>

export async function listStandings(
  { pool, now }: Pick<Kernel, 'pool' | 'now'>,
  lists: readonly ListId[],
): Promise<ListStanding[]> {
  const { rows } = await pool.query<InForce>({
    name: 'list-standings',
    text: `SELECT l.list, e.payload ->> 'version' AS version, e.payload ->> 'published' AS published,
                  (e.payload ->> 'entries')::int AS entries, kernel.rfc3339(e.recorded_at) AS taken_at,
                  kernel.rfc3339(s.reached_at) AS reached_at,
                  CASE WHEN s.version IS NOT NULL THEN
                    (SELECT count(*)::int FROM (SELECT FROM transfers.party_to_screen p WHERE p.position <= s.position
                                                 LIMIT ${COUNTED_MAX}) r) END AS screened,
                  CASE WHEN s.version IS NOT NULL THEN
                    (SELECT count(*)::int FROM (SELECT FROM transfers.party_to_screen p WHERE p.position > s.position
                                                 LIMIT ${COUNTED_MAX}) r) END AS unscreened
             FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS l (list, stream, at)
             LEFT JOIN LATERAL (SELECT payload, recorded_at FROM kernel.event WHERE stream = l.stream AND type = $3
                                 ORDER BY version DESC LIMIT 1) e ON true
             LEFT JOIN transfers.list_screening s ON s.version = e.payload ->> 'version'
            ORDER BY l.at`,
    values: [lists, lists.map(listStream), LIST_TAKEN],
  })
  return Promise.all(
    rows.map(async (row) => {
      const brought = await stagedLists(pool, row.list)
      const waiting = brought.find(
        ({ version, whole, stagedAt }) =>
          whole &&
          version !== row.version &&
          (row.taken_at === null || new Date(stagedAt) > new Date(row.taken_at)),
      )
      return {
        ...row,
        old:
          row.published !== null &&
          now().getTime() - new Date(row.published).getTime() > OLD_AFTER_DAYS * DAY_MS,
        waiting:
          waiting === undefined
            ? null
            : {
                ...{ version: waiting.version, published: waiting.published },
                ...{ entries: waiting.entries, stagedAt: waiting.stagedAt },
              },
      }
    }),
  )
}

/** A word for the whole: what is most in need of somebody. */
export function standingOf({
  version,
  old,
  waiting,
}: Pick<ListStanding, 'version' | 'old' | 'waiting'>): 'empty' | 'waiting' | 'old' | 'in_force' {
  if (waiting !== null) return 'waiting'
  if (version === null) return 'empty'
  return old ? 'old' : 'in_force'
}

/** As a page shows it. */
export const shownStanding = ({ waiting, ...standing }: ListStanding) => ({
  ...standing,
  standing: standingOf({ ...standing, waiting }),
  waiting: waiting && {
    ...{ version: waiting.version, published: waiting.published },
    ...{ entries: waiting.entries, staged_at: waiting.stagedAt },
  },
})

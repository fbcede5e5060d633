import type { Kernel } from '@countersign/kernel/kernel.ts'
import { counted, say, type Text } from '@countersign/kernel/languages/say.ts'
import { LIST_NAMES, type ListId } from './list-names.ts'

/** Parties with a hit on certain entries of a list that is to be decided, and those who were found to be one of them. */
export type HitsOnEntries = { readonly open: number; readonly matched: number }

export async function hitsOnEntries(
  pool: Kernel['pool'],
  list: ListId,
  uids: readonly string[],
): Promise<HitsOnEntries> {
  if (uids.length === 0) return { open: 0, matched: 0 }
  const { rows } = await pool.query<HitsOnEntries>({
    name: 'hits-on-entries',
    text: `SELECT (count(DISTINCT party_id) FILTER (WHERE state = 'open'))::int AS open,
                  (count(DISTINCT party_id) FILTER (WHERE state = 'true_match'))::int AS matched
             FROM transfers.screening_hit
            WHERE list = $1 AND uid = ANY ($2) AND state IN ('open', 'true_match')`,
    values: [LIST_NAMES[list], uids],
  })
  return rows[0] ?? { open: 0, matched: 0 }
}

/** Of the entries that go: whom that concerns, as it stands now. Nothing of it changes by their going. */
export const saidOfGone = ({ open, matched }: HitsOnEntries): Text[] => [
  ...(open === 0
    ? []
    : [
        say`${counted(open, 'one {# party has} other {# parties have}')} an open hit on an entry that goes; it stays in the queue.`,
      ]),
  ...(matched === 0
    ? []
    : [
        say`${counted(matched, 'one {# party was} other {# parties were}')} found to be who is on an entry that goes; who is frozen stays so until people end that.`,
      ]),
]

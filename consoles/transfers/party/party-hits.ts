import type { Kernel } from '@countersign/kernel/kernel.ts'

/** A hit of a party's that a freeze may be for, or its end; who raised it does not matter. */
export type PartyHit = {
  readonly id: string
  readonly list: string
  readonly score: number
  readonly state: 'open' | 'true_match'
  /** Null of what Compliance told without it. */
  readonly listed_name: string | null
  /** RFC 3339. */
  readonly raised_at: string
}

/** More open hits of one party than anybody chooses among. */
const HITS_MAX = 50

/** The hits of a party that are open, or were true matches: those that are named, then the newest. */
export async function partyHits(
  pool: Kernel['pool'],
  party: string,
  named: readonly string[] = [],
): Promise<PartyHit[]> {
  const { rows } = await pool.query<PartyHit>({
    name: 'hits-of-party',
    text: `SELECT h.hit_id AS id, h.list, h.score::float8 AS score, h.state, kernel.rfc3339(h.raised_at) AS raised_at,
                  (SELECT e.payload #>> '{record,listed_name}' FROM kernel.event e
                    WHERE e.stream = 'transfers.hit/' || h.hit_id ORDER BY e.version DESC LIMIT 1) AS listed_name
             FROM (SELECT * FROM transfers.screening_hit
                    WHERE party_id = $1 AND state IN ('open', 'true_match')
                    ORDER BY hit_id = ANY ($2) DESC, raised_at DESC, hit_id LIMIT ${HITS_MAX}) h
            ORDER BY h.hit_id = ANY ($2) DESC, h.raised_at DESC, h.hit_id`,
    values: [party, named],
  })
  return rows
}

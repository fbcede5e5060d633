import type { Kernel } from '@countersign/kernel/kernel.ts'

/** A hit of a party's that a freeze may be for, or its end; who raised it does not matter. */
export type PartyHit = {
  readonly id: string
  readonly list: string
  readonly score: number
  readonly state: 'open' | 'true_match'
}

/** More open hits of one party than anybody chooses among. */
const HITS_MAX = 50

/** The hits of a party that are open, or were true matches: newest first. */
export async function partyHits(pool: Kernel['pool'], party: string): Promise<PartyHit[]> {
  const { rows } = await pool.query<PartyHit>({
    name: 'hits-of-party',
    text: `SELECT hit_id AS id, list, score::float8 AS score, state FROM transfers.screening_hit
            WHERE party_id = $1 AND state IN ('open', 'true_match')
            ORDER BY raised_at DESC, hit_id LIMIT ${HITS_MAX}`,
    values: [party],
  })
  return rows
}

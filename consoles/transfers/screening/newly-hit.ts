import type { Kernel } from '@countersign/kernel/kernel.ts'

/** How far the parties have been compared with a version, and who it hits that the version in force does not. */
export type NewlyHit = {
  /** Counted up to {@link COUNTED_MAX}, which then stands for more; so is what is not compared yet. */
  readonly screened: number
  readonly remaining: number
  /** Everybody who was there had been compared once; who comes later is compared within seconds. */
  readonly reached: boolean
  readonly parties: number
  /** As they are shown, some of them. */
  readonly first: readonly string[]
}

const COUNTED_MAX = 10_000
const NAMES_SHOWN = 5

/** @returns undefined where screening has not begun with it */
export async function newlyHit(
  pool: Kernel['pool'],
  version: string,
  inForce: string | null,
  threshold: number,
): Promise<NewlyHit | undefined> {
  const { rows } = await pool.query<NewlyHit>({
    name: 'newly-hit',
    text: `WITH hit AS MATERIALIZED (
             SELECT DISTINCT f.party_id FROM transfers.screening_finding f
              WHERE f.version = $1 AND f.score >= $3
                AND NOT EXISTS (SELECT FROM transfers.screening_finding b
                                 WHERE b.version = $2 AND b.party_id = f.party_id AND b.uid = f.uid AND b.score >= $3))
           SELECT (SELECT count(*)::int FROM (SELECT FROM transfers.party_to_screen p WHERE p.position <= s.position
                                               LIMIT ${COUNTED_MAX}) r) AS screened, s.reached_at IS NOT NULL AS reached,
                  (SELECT count(*)::int FROM (SELECT FROM transfers.party_to_screen p WHERE p.position > s.position
                                               LIMIT ${COUNTED_MAX}) r) AS remaining,
                  (SELECT count(*)::int FROM hit) AS parties,
                  ARRAY(SELECT coalesce(p.record ->> 'name', h.party_id) FROM hit h LEFT JOIN transfers.party p ON p.id = h.party_id
                         ORDER BY h.party_id LIMIT ${NAMES_SHOWN}) AS first
             FROM transfers.list_screening s WHERE s.version = $1`,
    values: [version, inForce, threshold],
  })
  return rows[0]
}

import type { Kernel } from '../kernel.ts'

/** Something that is in force on a record before others have agreed. */
export type EmergencyOn = {
  /** Of the record. */
  readonly id: string
  readonly requestId: string
  /** RFC 3339: when it lifts by itself unless it is agreed to. */
  readonly until: string
}

/** Of a few records, at most so many of each. */
const FOUND_MAX = 20

/** The emergencies that are in force on these records and that nobody has decided on. */
export async function emergenciesOn(
  kernel: Pick<Kernel, 'pool'>,
  kind: string,
  ids: readonly string[],
): Promise<readonly EmergencyOn[]> {
  if (ids.length === 0) return []
  const { rows } = await kernel.pool.query<{ id: string; request_id: string; until: string }>({
    name: 'emergencies-on',
    text: `SELECT q.target_id AS id, q.request_id::text AS request_id,
                  kernel.rfc3339(kernel.emergency_until(q.request_id)) AS until
             FROM kernel.action_request q JOIN kernel.emergency e USING (request_id)
            WHERE q.target_kind = $1 AND q.target_id = ANY ($2)
              AND NOT EXISTS (SELECT FROM kernel.emergency_end x WHERE x.request_id = e.request_id)
              AND NOT kernel.emergency_is_spent(e.request_id)
            ORDER BY q.request_id DESC LIMIT $3`,
    values: [kind, ids, FOUND_MAX],
  })
  return rows.map(({ id, request_id, until }) => ({ id, requestId: request_id, until }))
}

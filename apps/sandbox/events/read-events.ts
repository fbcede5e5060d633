import type { Database } from '../database/database.ts'
import type { Upstream } from '../upstreams.ts'

export type PublishedEvent = { readonly sequence: number; readonly json: string }

/** The events of an upstream with sequences above `after`, in order, as JSON text. */
export async function readEvents(
  database: Database,
  upstream: Upstream,
  after: number,
  limit: number,
): Promise<PublishedEvent[]> {
  const { rows } = await database.query<PublishedEvent>(
    `SELECT (b.first + e.n - 1)::float8 AS sequence,
            platform.event_json(e.event, b.first + e.n - 1)::text AS json
     FROM (SELECT * FROM platform.event_batch
           WHERE upstream = $1 AND last > $2 ORDER BY last LIMIT $3) b
     CROSS JOIN LATERAL (
       SELECT x.n, x AS event FROM platform.event x
       WHERE x.batch = b.id AND x.n > $2 - b.first + 1 ORDER BY x.n LIMIT $3) e
     ORDER BY b.first, e.n LIMIT $3`,
    [upstream, after, limit],
  )
  return rows
}

import type { Queryable } from '../audit/database-tiles.ts'
import { rosterStream } from './roster-entity.ts'

export type NextOnCall = {
  readonly person: string
  /** RFC 3339, in UTC. */
  readonly at: string
}

/** Hours come around each week: what begins next does so within one. */
const DAYS_AHEAD = 8

/**
 * Whose hours begin next after this instant by the roster that stands, the smallest order first; undefined where nobody is on it.
 * Days and times of day are those of a clock on the wall there, so a shift that summer time skips begins when the clock goes on.
 */
export async function nextOnCall(
  database: Queryable,
  console: string,
  after: Date,
): Promise<NextOnCall | undefined> {
  const { rows } = await database.query<NextOnCall>({
    name: 'next-on-call',
    text: `SELECT e ->> 'person' AS person, kernel.rfc3339(start.at) AS at
             FROM (SELECT payload -> 'entries' AS entries FROM kernel.event
                    WHERE stream = $1 ORDER BY version DESC LIMIT 1) roster,
                  jsonb_array_elements(roster.entries) e,
                  jsonb_array_elements(e -> 'hours') h,
                  generate_series(0, $3::integer) ahead,
                  LATERAL (SELECT ($2::timestamptz AT TIME ZONE (e ->> 'zone'))::date + ahead AS day) local,
                  LATERAL (SELECT (local.day + (h ->> 'from')::time) AT TIME ZONE (e ->> 'zone') AS at) start
            WHERE h -> 'days' ? lower(to_char(local.day, 'Dy')) AND start.at > $2
            ORDER BY start.at, (e ->> 'order')::integer LIMIT 1`,
    values: [rosterStream(console), after, DAYS_AHEAD],
  })
  return rows[0]
}

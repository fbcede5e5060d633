import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Id, Instant } from '../http/fields.ts'
import { isRefusal, refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { timeWindow, WindowQuery } from '../http/time-window.ts'
import type { EdgeKind } from './edge-record.ts'
import { NewRateLimit } from './rate-limit.ts'

const DAY_MS = 86_400_000
const LISTED_MAX = 200

const Count = z.number().int().min(0)
export const RefusalsReply = z.strictObject({
  id: Id,
  from: Instant,
  to: Instant,
  refused: Count,
  minutes: z
    .array(z.strictObject({ at: Instant, refused: Count }))
    .meta({ description: 'Those in which something was refused, oldest first.' }),
})

export const TrafficQuery = WindowQuery.extend({
  merchant_id: Id.optional(),
  refused: z.enum(['true']).optional(),
})
export const TrafficReply = z.strictObject({
  from: Instant,
  to: Instant,
  requests: Count,
  refused: Count,
  routes: z
    .array(z.strictObject({ merchant_id: Id.optional(), route: z.string(), requests: Count, refused: Count }))
    .meta({
      description: `Most requests first, at most ${LISTED_MAX}. With refused=true those of which some were refused, most refused first. Without a merchant: of operators.`,
    }),
})

export const PreviewRequest = NewRateLimit
export const PreviewReply = z.strictObject({
  from: Instant,
  to: Instant,
  requests: Count,
  refused: Count,
  merchants: Count,
})

/** How many requests a limit or a list has refused, by the minute. */
export async function refusalsOf(
  database: Database,
  { subjectKind, title }: EdgeKind,
  id: string,
  now: Date,
  query: z.output<typeof WindowQuery>,
): Promise<Outcome> {
  const asked = timeWindow(query, now)
  if (isRefusal(asked)) return asked
  const known = await database.query(`SELECT FROM edge.${subjectKind} WHERE id = $1`, [id])
  if (known.rowCount === 0) return refuse('not_found', `There is no ${title} ${id}.`)
  const { rows } = await database.query<{ at: string; refused: number }>(
    `SELECT platform.instant(minute) AS at, sum(requests)::float8 AS refused FROM edge.traffic
     WHERE refused_by = $1 AND minute >= date_trunc('minute', $2::timestamptz, 'UTC') AND minute < $3
     GROUP BY minute ORDER BY minute`,
    [id, asked.from, asked.to],
  )
  const refused = rows.reduce((sum, row) => sum + row.refused, 0)
  const body = { id, from: asked.from.toISOString(), to: asked.to.toISOString(), refused, minutes: rows }
  return { status: 200, body }
}

/** What came to the edge, and how much of it was refused, by merchant and route. */
export async function trafficOf(
  database: Database,
  now: Date,
  { merchant_id, refused, ...query }: z.output<typeof TrafficQuery>,
): Promise<Outcome> {
  const asked = timeWindow(query, now)
  if (isRefusal(asked)) return asked
  const { rows } = await database.query<{ all: Record<string, unknown>; routes: unknown }>(
    `WITH seen AS (
       SELECT merchant_id, route, sum(requests)::float8 AS requests,
              coalesce(sum(requests) FILTER (WHERE refused_by <> ''), 0)::float8 AS refused
       FROM edge.traffic
       WHERE minute >= date_trunc('minute', $1::timestamptz, 'UTC') AND minute < $2
         AND ($3::text IS NULL OR merchant_id = $3)
       GROUP BY merchant_id, route)
     SELECT (SELECT jsonb_build_object('requests', coalesce(sum(requests), 0), 'refused', coalesce(sum(refused), 0))
             FROM seen) AS all,
            (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('merchant_id', nullif(merchant_id, ''),
                      'route', route, 'requests', requests, 'refused', refused))), '[]'::jsonb)
             FROM (SELECT * FROM seen WHERE $5::text IS NULL OR refused > 0
                    ORDER BY CASE WHEN $5 IS NULL THEN requests ELSE refused END DESC, merchant_id, route LIMIT $4) most) AS routes`,
    [asked.from, asked.to, merchant_id ?? null, LISTED_MAX, refused ?? null],
  )
  const found = rows[0]
  const body = {
    from: asked.from.toISOString(),
    to: asked.to.toISOString(),
    ...found?.all,
    routes: found?.routes ?? [],
  }
  return { status: 200, body }
}

/**
 * What a limit would have refused of the traffic of the last 24 hours. Traffic is known by the minute: a shorter window is
 * taken for so many of them as a minute has.
 */
export async function previewRateLimit(
  database: Database,
  now: Date,
  { scope, merchant_id, route, limit, window_s, burst }: z.infer<typeof PreviewRequest>,
): Promise<Outcome> {
  const from = new Date(now.getTime() - DAY_MS)
  const { rows } = await database.query(
    `WITH seen AS (
       SELECT minute, merchant_id, sum(requests) AS requests FROM edge.traffic
       WHERE minute >= $1 AND minute < $2 AND (merchant_id = '') = $8 AND (route = $3 OR starts_with(route, rtrim($3, '/') || '/'))
         AND ($4::text IS NULL OR merchant_id = $4)
       GROUP BY minute, merchant_id),
     binned AS (
       SELECT floor(extract(epoch FROM minute) / greatest(60, $6::integer)) AS bin, sum(requests) AS requests
       FROM seen GROUP BY 1),
     over AS (
       SELECT bin, greatest(0, requests - floor($5::numeric * greatest(60, $6) / $6) - $7::numeric) AS refused FROM binned)
     SELECT (SELECT coalesce(sum(requests), 0)::float8 FROM seen) AS requests,
            (SELECT coalesce(sum(refused), 0)::float8 FROM over) AS refused,
            (SELECT count(DISTINCT nullif(s.merchant_id, ''))::integer FROM seen s
             JOIN over o ON o.bin = floor(extract(epoch FROM s.minute) / greatest(60, $6)) AND o.refused > 0) AS merchants`,
    [from, now, route, merchant_id ?? null, limit, window_s, burst, scope === 'console'],
  )
  return { status: 200, body: { from: from.toISOString(), to: now.toISOString(), ...rows[0] } }
}

import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Id, Instant } from '../http/fields.ts'
import { isRefusal, refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { timeWindow, type WindowQuery } from '../http/time-window.ts'

const Count = z.number().int().min(0)
const Figures = {
  volume: Count.meta({ description: 'Payments.' }),
  captured: Count,
  declined: Count.meta({ description: 'By the payer’s bank.' }),
  failed: Count.meta({ description: 'By the gateway.' }),
  success_rate: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({ description: 'Captured of all; of none there is no rate.' }),
  p50_ms: Count.optional(),
  p95_ms: Count.optional(),
  p99_ms: Count.optional(),
}
export const MetricsReply = z.strictObject({
  gateway_id: Id,
  from: Instant,
  to: Instant,
  ...Figures,
  errors: z
    .array(z.strictObject({ code: z.string(), count: Count }))
    .meta({ description: 'Most frequent first.' }),
  minutes: z
    .array(z.strictObject({ at: Instant, ...Figures }))
    .meta({ description: 'Those in which there was a payment, oldest first.' }),
})

/** What payments say of a gateway: counts and latencies (ms) by the minute, of at most a day; `to` is not included. */
export async function gatewayMetrics(
  database: Database,
  id: string,
  now: Date,
  query: z.output<typeof WindowQuery>,
): Promise<Outcome> {
  const asked = timeWindow(query, now)
  if (isRefusal(asked)) return asked
  const { from, to } = asked
  const known = await database.query('SELECT FROM gateways.gateway WHERE id = $1', [id])
  if (known.rowCount === 0) return refuse('not_found', `There is no gateway ${id}.`)
  const { rows } = await database.query<{ at: string | null; figures: Record<string, unknown> }>(
    `SELECT platform.instant(date_trunc('minute', created_at, 'UTC')) AS at,
       jsonb_strip_nulls(jsonb_build_object(
         'volume', count(*), 'captured', count(*) FILTER (WHERE status = 'captured'),
         'declined', count(*) FILTER (WHERE status = 'declined'), 'failed', count(*) FILTER (WHERE status = 'failed'),
         'success_rate', round(count(*) FILTER (WHERE status = 'captured')::numeric / nullif(count(*), 0), 4),
         'p50_ms', percentile_disc(0.5) WITHIN GROUP (ORDER BY latency_ms),
         'p95_ms', percentile_disc(0.95) WITHIN GROUP (ORDER BY latency_ms),
         'p99_ms', percentile_disc(0.99) WITHIN GROUP (ORDER BY latency_ms))) AS figures
     FROM merchants.transaction WHERE gateway = $1 AND created_at >= $2 AND created_at < $3
     GROUP BY GROUPING SETS ((date_trunc('minute', created_at, 'UTC')), ())
     ORDER BY date_trunc('minute', created_at, 'UTC') NULLS FIRST`,
    [id, from, to],
  )
  const errors = await database.query(
    `SELECT failure_code AS code, count(*)::integer AS count FROM merchants.transaction
     WHERE gateway = $1 AND created_at >= $2 AND created_at < $3 AND failure_code IS NOT NULL
     GROUP BY failure_code ORDER BY count(*) DESC, failure_code`,
    [id, from, to],
  )
  const [all, ...minutes] = rows
  return {
    status: 200,
    body: {
      gateway_id: id,
      from: from.toISOString(),
      to: to.toISOString(),
      ...all?.figures,
      errors: errors.rows,
      minutes: minutes.map(({ at, figures }) => ({ at, ...figures })),
    },
  }
}

import type pg from 'pg'
import { withClient } from '../db/with-client.ts'
import type { SeriesKind } from './series-kinds.ts'

/** One step of one series. Of a step in which nothing was measured there is no point; `n: 0` is a measured nothing. */
export type SeriesPoint = {
  /** When the step begins, RFC 3339. */
  readonly at: string
  readonly n: number
  readonly total: number
  readonly low: number | null
  readonly high: number | null
  /** Of how long each took, in seconds, at most 2.5 % off; null where it is no duration or there was none. */
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
}

export type SeriesAsked = {
  readonly kind: SeriesKind
  readonly labels: readonly string[] | null
  /** From the step in which this instant is; to the one before the step of `to`. RFC 3339. */
  readonly from: string
  readonly to: string
  /** A multiple of the series' finest. A day is a day of `timeZone`. */
  readonly stepS: number
  readonly timeZone: string
}

export const DAY_S = 86_400
const QUARTER_S = 900
const HOUR_S = 3_600
const LABELS_MAX = 32
/** What takes longer is given up: a chart that nobody waits for any more. */
const READ_MAX_MS = 10_000
const QUERY_CANCELED = '57014'
const INVALID_PARAMETER = '22023'

/** What kept it from being read. */
export type SeriesUnread = 'unknown_time_zone' | 'took_too_long'

/** @returns by label, the points in order of time; or what kept them from being read */
export async function readSeries(
  pool: pg.Pool,
  asked: SeriesAsked,
): Promise<{ readonly label: string; readonly points: readonly SeriesPoint[] }[] | SeriesUnread> {
  let rows: ({ label: string } & SeriesPoint)[]
  try {
    rows = await withClient(pool, (client) => rowsOf(client, asked))
  } catch (error) {
    const { code } = error as { code?: unknown }
    // Of what is asked, the zone alone may be one that the database does not know.
    if (code === INVALID_PARAMETER) return 'unknown_time_zone'
    if (code === QUERY_CANCELED) return 'took_too_long'
    throw error
  }
  const series = new Map<string, SeriesPoint[]>()
  for (const { label, ...point } of rows) {
    const points = series.get(label) ?? []
    series.set(label, points)
    points.push(point)
  }
  return [...series].map(([label, points]) => ({ label, points }))
}

async function rowsOf(
  client: pg.ClientBase,
  { kind, labels, from, to, stepS, timeZone }: SeriesAsked,
): Promise<({ label: string } & SeriesPoint)[]> {
  // Days are days of a place; shorter steps are counted from midnight there too, so that none lies in two days.
  const stepOf = (at: string) =>
    stepS === DAY_S
      ? `date_trunc('day', ${at}, $6)`
      : `date_bin(make_interval(secs => $5), ${at}, date_trunc('day', ${at}, $6))`
  // Whose are asked for is found by the key; only where nobody is named have all to be looked through for the first of them.
  const wanted =
    labels === null
      ? `$7::text[] IS NULL
           AND p.label IN (SELECT DISTINCT label FROM kernel.series_point
                            WHERE series = $1 AND step_s = $2 AND at >= $3::timestamptz - interval '1 day' AND at < $4
                            ORDER BY label LIMIT ${LABELS_MAX})`
      : 'p.label = ANY ($7)'
  const kept = (step: string, begins: string, ends: string) => `
        SELECT p.label, ${stepOf('p.at')} AS bucket, p.n, p.total, p.low, p.high, p.slots, p.counts
          FROM kernel.series_point p, bounds b
         WHERE p.series = $1 AND p.step_s = ${step} AND p.at >= ${begins} AND p.at < ${ends} AND ${wanted}`
  await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${READ_MAX_MS}`)
  const { rows } = await client.query<{ label: string } & SeriesPoint>({
    text: `
      WITH bounds AS MATERIALIZED (
        SELECT ${stepOf('$3::timestamptz')} AS begins,
               -- Hours make up steps where no clock of the zone is half an hour off them.
               CASE WHEN $5::integer % ${HOUR_S} = 0
                     AND (SELECT bool_and(extract(minute FROM h AT TIME ZONE $6) = 0)
                            FROM generate_series(date_trunc('hour', $3::timestamptz), $4::timestamptz + interval '7 days',
                                                 interval '7 days') AS h)
                    THEN (SELECT max(at) FROM kernel.series_point
                           WHERE series = 'series_sampled' AND label = 'hour' AND step_s = ${HOUR_S})
                    END AS hours_until),
      raw AS MATERIALIZED (${kept(String(HOUR_S), 'b.begins', 'least($4, b.hours_until) AND b.hours_until IS NOT NULL')}
        UNION ALL ${kept('$2', 'greatest(b.begins, b.hours_until)', '$4')}),
      -- Of many slots: numbers are compared and added up many times faster than texts and numerics.
      step AS MATERIALIZED (
        SELECT row_number() OVER (ORDER BY label, bucket)::integer AS id, label, bucket, sum(n)::float8 AS n, sum(total) AS total,
               min(low) AS low, max(high) AS high
          FROM raw GROUP BY label, bucket),
      slot AS (
        SELECT step.id, t.slot, sum(t.count::float8) AS count
          FROM raw JOIN step USING (label, bucket), unnest(raw.slots, raw.counts) AS t (slot, count)
         GROUP BY step.id, t.slot),
      ranked AS (
        SELECT id, slot, sum(count) OVER (PARTITION BY id ORDER BY slot ROWS UNBOUNDED PRECEDING) AS up_to,
               sum(count) OVER (PARTITION BY id) AS of
          FROM slot),
      quantile AS (
        SELECT id, min(slot) FILTER (WHERE up_to >= 0.50 * of) AS p50, min(slot) FILTER (WHERE up_to >= 0.90 * of) AS p90,
               min(slot) FILTER (WHERE up_to >= 0.99 * of) AS p99
          FROM ranked GROUP BY id)
      SELECT label, kernel.rfc3339(bucket) AS at, n, total, low, high,
             -- What is no duration has no slots, and least() would take the highest of it for one.
             CASE WHEN p50 IS NOT NULL THEN least(kernel.series_slot_seconds(p50), high) END AS p50,
             CASE WHEN p90 IS NOT NULL THEN least(kernel.series_slot_seconds(p90), high) END AS p90,
             CASE WHEN p99 IS NOT NULL THEN least(kernel.series_slot_seconds(p99), high) END AS p99
        FROM step LEFT JOIN quantile USING (id)
       ORDER BY id`,
    values: [kind.name, keptStep(kind, stepS), from, to, stepS, timeZone, labels],
  })
  await client.query('COMMIT')
  return rows
}

/** By which of the narrow steps that are kept it is read: the widest that makes it up. */
function keptStep({ finestS }: SeriesKind, stepS: number): number {
  return stepS % QUARTER_S === 0 ? QUARTER_S : finestS
}

import type pg from 'pg'
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
const LABELS_MAX = 32

/** @returns by label, the points in order of time */
export async function readSeries(
  pool: pg.Pool,
  { kind, labels, from, to, stepS, timeZone }: SeriesAsked,
): Promise<{ readonly label: string; readonly points: readonly SeriesPoint[] }[]> {
  // Days are days of a place; shorter steps are counted from midnight there too, so that none lies in two days.
  const bucket =
    stepS === DAY_S
      ? `date_trunc('day', p.at, $6)`
      : `date_bin(make_interval(secs => $5), p.at, date_trunc('day', p.at, $6))`
  // Whose are asked for is found by the key; only where nobody is named have all to be looked through for the first of them.
  const wanted =
    labels === null
      ? `$7::text[] IS NULL
           AND p.label IN (SELECT DISTINCT label FROM kernel.series_point
                            WHERE series = $1 AND step_s = $2 AND at >= $3 AND at < $4
                            ORDER BY label LIMIT ${LABELS_MAX})`
      : 'p.label = ANY ($7)'
  const { rows } = await pool.query<{ label: string } & SeriesPoint>({
    text: `
      WITH raw AS (
        SELECT p.label, ${bucket} AS bucket, p.n, p.total, p.low, p.high, p.slots, p.counts
          FROM kernel.series_point p
         WHERE p.series = $1 AND p.step_s = $2 AND p.at >= $3 AND p.at < $4 AND $5::integer > 0
           AND ${wanted}),
      step AS (
        SELECT label, bucket, sum(n) AS n, sum(total) AS total, min(low) AS low, max(high) AS high
          FROM raw GROUP BY label, bucket),
      ranked AS (
        SELECT s.label, s.bucket, s.slot, sum(s.count) OVER (PARTITION BY s.label, s.bucket ORDER BY s.slot) AS up_to,
               sum(s.count) OVER (PARTITION BY s.label, s.bucket) AS of
          FROM (SELECT label, bucket, t.slot, sum(t.count) AS count
                  FROM raw, unnest(slots, counts) AS t (slot, count) GROUP BY label, bucket, t.slot) AS s),
      quantile AS (
        SELECT label, bucket,
               kernel.series_slot_seconds(min(slot) FILTER (WHERE up_to >= 0.50 * of)) AS p50,
               kernel.series_slot_seconds(min(slot) FILTER (WHERE up_to >= 0.90 * of)) AS p90,
               kernel.series_slot_seconds(min(slot) FILTER (WHERE up_to >= 0.99 * of)) AS p99
          FROM ranked GROUP BY label, bucket)
      SELECT label, kernel.rfc3339(bucket) AS at, n::float8 AS n, total, low, high,
             least(p50, high) AS p50, least(p90, high) AS p90, least(p99, high) AS p99
        FROM step LEFT JOIN quantile USING (label, bucket)
       ORDER BY label, bucket`,
    values: [kind.name, keptStep(kind, stepS), from, to, stepS, timeZone, labels],
  })
  const series = new Map<string, SeriesPoint[]>()
  for (const { label, ...point } of rows) {
    const points = series.get(label) ?? []
    series.set(label, points)
    points.push(point)
  }
  return [...series].map(([label, points]) => ({ label, points }))
}

/** By which of the steps that are kept it is read: the widest that makes it up. */
function keptStep({ finestS }: SeriesKind, stepS: number): number {
  return stepS % QUARTER_S === 0 ? QUARTER_S : finestS
}

import type { SeriesAnswer, SeriesPoint } from '@countersign/sdk/wire/series.ts'
import type { ChartLine, ChartTone } from './chart-data.ts'

/** All labels of a series as one: added up where they count, the highest where they say how things stand. */
export const ALL = '*'

/** A line to be: of which series and of which of its labels, and what of each of its points is drawn. */
export type LineOf = {
  readonly key: string
  readonly label: string
  readonly tone: ChartTone
  /** The name of the series. */
  readonly series: string
  /** Of the series' labels; or {@link ALL}. */
  readonly of: string
  readonly value: PointValue
  /** A series of whose count it is the share; of none there is none. */
  readonly shareOf?: string
}

/** @param hadS for how long the step has been measured: shorter than a step while it is not over */
export type PointValue = (point: SeriesPoint, hadS: number) => number | null

/** What of a point a line shows. */
export const pointValues = {
  high: ({ high }: SeriesPoint) => high,
  n: ({ n }: SeriesPoint) => n,
  perMinute: ({ n }: SeriesPoint, hadS: number) => (n * MINUTE_S) / hadS,
  p50: ({ p50 }: SeriesPoint) => p50,
  p90: ({ p90 }: SeriesPoint) => p90,
  p99: ({ p99 }: SeriesPoint) => p99,
} as const satisfies Record<string, PointValue>

const MINUTE_S = 60
/** A gap is more than a step and a little: a day may have 25 hours. */
const GAP_STEPS = 1.5
/** What has been measured for less, in a step that is not over, says nothing yet of how much or how fast. */
const SAYS_NOTHING_YET_S = 900

/**
 * Lines over the same steps. Where nothing was measured of any of them for longer than a step, there is a step without
 * values, so that no line is drawn across the gap.
 *
 * @param readAt when it was read: what is counted in the step that is then under way is not all of it
 */
export function chartLines(
  stepS: number,
  readAt: number,
  found: Readonly<Record<string, SeriesAnswer>>,
  wanted: readonly LineOf[],
): { times: readonly number[]; lines: readonly ChartLine[] } {
  const values = wanted.map((line) => valuesOf(line, stepS, readAt, found))
  const measured = [...new Set(values.flatMap((each) => [...each.keys()]))].sort((a, b) => a - b)
  const stepMs = stepS * 1000
  const times = measured.flatMap((at, index) => {
    const before = measured[index - 1]
    return before !== undefined && at - before > stepMs * GAP_STEPS ? [before + stepMs, at] : [at]
  })
  return {
    times,
    lines: wanted.map(({ key, label, tone }, index) => ({
      ...{ key, label, tone },
      values: times.map((at) => values[index]?.get(at) ?? null),
    })),
  }
}

/** By when each step begins. */
function valuesOf(
  { series, of, value, shareOf }: LineOf,
  stepS: number,
  readAt: number,
  found: Readonly<Record<string, SeriesAnswer>>,
): ReadonlyMap<number, number | null> {
  const answer = found[series]
  if (answer === undefined) return new Map()
  const whole =
    shareOf === undefined ? undefined : new Map(pointsOf(found[shareOf], of).map(({ at, n }) => [at, n]))
  return new Map(
    pointsOf(answer, of).flatMap((point) => {
      const at = Date.parse(point.at)
      const hadS = Math.min(stepS, (readAt - at) / 1000)
      // How things stand is as true in a step that is not over.
      if (answer.measure !== 'level' && hadS < Math.min(stepS, SAYS_NOTHING_YET_S)) return []
      if (whole === undefined) return [[at, value(point, hadS)]]
      const all = whole.get(point.at) ?? 0
      return [[at, all === 0 ? null : point.n / all]]
    }),
  )
}

function pointsOf(answer: SeriesAnswer | undefined, of: string): readonly SeriesPoint[] {
  const series = answer?.series ?? []
  if (of !== ALL) return series.find(({ label }) => label === of)?.points ?? []
  const all = new Map<string, SeriesPoint>()
  for (const point of series.flatMap(({ points }) => points)) {
    const known = all.get(point.at)
    all.set(
      point.at,
      known === undefined
        ? point
        : { ...point, n: known.n + point.n, high: Math.max(known.high ?? 0, point.high ?? 0) },
    )
  }
  return [...all.values()]
}

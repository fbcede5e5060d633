import type { SeriesAnswer, SeriesPoint } from '@countersign/sdk/wire/series.ts'
import type { ChartLine, ChartTone } from './chart-data.ts'

/** A line to be: a label of a series, and what of each of its points is drawn. */
export type LineOf = {
  readonly key: string
  readonly label: string
  readonly tone: ChartTone
  readonly series: SeriesAnswer | undefined
  /** Of the series' labels. */
  readonly of: string
  readonly value: (point: SeriesPoint) => number | null
}

/** A gap is more than a step and a little: a day may have 25 hours. */
const GAP_STEPS = 1.5

/**
 * Lines over the same steps. Where nothing was measured of any of them for longer than a step, there is a step without
 * values, so that no line is drawn across the gap.
 */
export function chartLines(
  stepS: number,
  wanted: readonly LineOf[],
): { times: readonly number[]; lines: readonly ChartLine[] } {
  const found = wanted.map(({ series, of, value }) => {
    const points = series?.series.find(({ label }) => label === of)?.points ?? []
    return new Map(points.map((point) => [Date.parse(point.at), value(point)]))
  })
  const measured = [...new Set(found.flatMap((values) => [...values.keys()]))].sort((a, b) => a - b)
  const stepMs = stepS * 1000
  const times = measured.flatMap((at, index) => {
    const before = measured[index - 1]
    return before !== undefined && at - before > stepMs * GAP_STEPS ? [before + stepMs, at] : [at]
  })
  return {
    times,
    lines: wanted.map(({ key, label, tone }, index) => ({
      ...{ key, label, tone },
      values: times.map((at) => found[index]?.get(at) ?? null),
    })),
  }
}

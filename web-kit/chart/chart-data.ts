/** Colours by what a line means, the same on every page: `--chart-…` in ui/tokens.css. */
export type ChartTone = 'first' | 'second' | 'third' | 'fourth' | 'fifth' | 'bad'

export type ChartLine = {
  readonly key: string
  readonly label: string
  readonly tone: ChartTone
  /** By step; null where nothing was measured. */
  readonly values: readonly (number | null)[]
}

/** How its values are read: how many, how long in seconds, how much of all (0 to 1). */
export type ChartUnit = 'count' | 'perMinute' | 'seconds' | 'share'

export type ChartData = {
  /** When each step begins, ms since 1970, in order; two neighbours are one step apart unless the zone's clock was set. */
  readonly times: readonly number[]
  /** What was asked for, whether anything was measured in all of it or not; ms. */
  readonly from: number
  readonly to: number
  readonly stepS: number
  readonly unit: ChartUnit
  readonly lines: readonly ChartLine[]
}

/** A time in which something held, drawn behind the lines. */
export type ChartBand = { readonly from: number; readonly to: number; readonly label: string }

/** The last value of a line, which may be some steps old. */
export function newestOf(line: ChartLine): number | null {
  return line.values.findLast((value) => value !== null) ?? null
}

/** When the newest value of any of its lines was measured, where that is some steps ago; ms. Undefined: it is of the end, or there is none. */
export function newestSome({ times, lines }: Pick<ChartData, 'times' | 'lines'>): number | undefined {
  const last = Math.max(-1, ...lines.map(({ values }) => values.findLastIndex((value) => value !== null)))
  // Of the step that goes on nothing may have been measured yet.
  return last < times.length - 2 ? times[last] : undefined
}

/**
 * From when on it is drawn; ms. Of a time that is shorter than its steps, from when the step begins in which it lies: else nothing of
 * what was measured would be on the chart.
 */
export function drawnFrom({ from, times }: Pick<ChartData, 'from' | 'times'>): number {
  const last = times.at(-1)
  return last === undefined ? from : Math.min(from, last)
}

/** Whether anything at all was measured. */
export function hasValues({ lines }: ChartData): boolean {
  return lines.some(({ values }) => values.some((value) => value !== null))
}

import type { ChartTone } from './chart-data.ts'

/** Each tone has a dash of its own: colour alone tells nothing to some. */
export const DASHES: Readonly<Record<ChartTone, readonly number[]>> = {
  first: [],
  second: [6, 3],
  third: [2, 2],
  fourth: [8, 3, 2, 3],
  fifth: [1, 3],
  bad: [4, 2],
}

/** Of the line of a limit. */
export const LIMIT_DASH: readonly number[] = [2, 4]

import type { WireTime } from './values.ts'

/** One step; there is none where nothing was measured. Of durations, seconds. */
export type SeriesPoint = {
  at: WireTime
  n: number
  total: number
  low: number | null
  high: number | null
  p50: number | null
  p90: number | null
  p99: number | null
}

/** T-08, T-10: what was measured over time, by label: a queue, an upstream, a projection … */
export type SeriesAnswer = {
  name: string
  measure: 'level' | 'count' | 'duration'
  unit: 'items' | 'seconds'
  step_s: number
  series: { label: string; points: SeriesPoint[] }[]
}

/** `from` and `to` with their offset; `step` in seconds; a day is one of `time_zone`. */
export type SeriesQuery = { from: string; to: string; step: string; label?: string; time_zone: string }

import type { WireTime } from './values.ts'

/** K-24: a table that is made of events, and whether it comes on. */
export type ProjectionSummary = {
  name: string
  /** `incomplete`: it leaves events out. */
  state: 'well' | 'incomplete' | 'stopped'
  behind_ms: number
  position: number
  head: number
  failing: string | null
  stopped_at: { position: number; type: string; refs: string[] } | null
  failures: number
  retry_at: WireTime | null
  left_out: number
}

export type ProjectionList = { projections: ProjectionSummary[] }

/** An event that a projection leaves out; `skipped_by`: the request by which people had it skipped. */
export type LeftOutEvent = {
  position: number
  type: string | null
  why: string
  at: WireTime
  skipped_by: string | null
}

/** A projection by itself, as the `data` of its record: the newest of what it leaves out, and how many those are. */
export type ProjectionData = Omit<ProjectionSummary, 'name' | 'state' | 'head' | 'left_out'> & {
  left_out_count: number
  left_out: LeftOutEvent[]
}

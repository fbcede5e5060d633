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

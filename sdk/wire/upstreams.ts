import type { WireTime } from './values.ts'

/** One process's view of an upstream: its circuit and its calls of the last minutes. */
export type UpstreamProcess = {
  process: string
  circuit: 'closed' | 'open' | 'half_open'
  next_probe_at: WireTime | null
  last_failure: string | null
  calls: number
  failures: number
}

/** K-36, O-15: a system of record as this installation finds it. */
export type UpstreamSummary = {
  name: string
  state: 'paused' | 'failing' | 'degraded' | 'ok'
  /** The consoles whose effects go to it; none: it is only read. */
  consoles: string[]
  /** The consoles that hear from it what happens there. */
  heard_by: string[]
  /** By its own word. */
  health: string | null
  paused: { at: WireTime; by: string; by_name: string | null; reason: string; request: string } | null
  waiting: { effects: number; since: WireTime | null }
  calls: number
  failures: number
  answered_at: WireTime | null
  failed_at: WireTime | null
  processes: UpstreamProcess[]
}

/** `window_s`: over how long calls and failures are counted. */
export type UpstreamList = { window_s: number; connectors: UpstreamSummary[] }

import type { WireTime } from './values.ts'

/** How the last round of something went in one worker. */
export type JobRound = {
  process: string
  /** Of several, whose: a source. */
  of: string | null
  began_at: WireTime | null
  took_ms: number | null
  /** Rounds that failed one after the other up to now. */
  failing: number
  failed_at: WireTime | null
  /** A code; the words are in the worker's log. */
  failure: string | null
  /** The round that began last has not ended. */
  under_way: boolean
  /** It is under way for longer than any of its rounds should take. */
  stuck: boolean
}

export type JobState = 'well' | 'failing' | 'stuck' | 'unattended'

export type JobList = {
  workers: string[]
  jobs: { name: string; title: string; state: JobState; rounds: JobRound[] }[]
}

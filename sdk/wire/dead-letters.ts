import type { WireTime } from './values.ts'

/** K-23: what a source sent and nobody understood, of one error. */
export type DeadLetterKind = {
  id: string
  source: string
  error: string
  letters: number
  /** Of these, being read once more now. */
  replaying: number
  /** How often they were sent. */
  times: number
  first_at: WireTime
  last_at: WireTime
}

export type DeadLetterKinds = { kinds: DeadLetterKind[]; truncated: boolean }

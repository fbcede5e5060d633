import type { ReasonCode } from './actions.ts'
import type { Undone } from './requests.ts'
import type { WireMoney, WireTime } from './values.ts'

export type Affordance = {
  /** What was done last on the record that this takes back, and with which input. */
  undoes?: Undone
  action: string
  title: string
  tone?: string
  allowed: boolean
  reason?: string | null
  approvals: number
  /** The codes that make sense for this very record, where the action narrows them. */
  reasons?: ReasonCode[]
  /** The open request that stands in the way of another. */
  open_request?: string
}

export type Entity = {
  kind: string
  id: string
  version: number | string
  fresh_at: WireTime
  stale: false | { reason: string; age_ms: number }
  title: string
  /** In words; what a page decides by is in `data` and `affordances`. */
  state: string
  data: Record<string, unknown>
  banners?: { tone: string; text: string }[]
  related?: { kind: string; id: string; title: string; relation: string }[]
  /** Its personal data, field by field, in its redacted form. */
  personal?: { path: string; title?: string; shown: string; erased_at?: WireTime }[]
  affordances: Affordance[]
}

/** K-30: what this person has revealed of a record, and until when it is shown. */
export type RevealedFields = { fields: { path: string; value: string; until: WireTime }[] }

export type PostingLine = {
  account: string
  account_name?: string
  side: 'debit' | 'credit'
  amount: WireMoney
}

import type { PreviewChange } from './actions.ts'
import type { RequestState } from './requests.ts'
import type { EntityRef, PersonRef, WireMoney, WireTime } from './values.ts'

/** K-14: one rule of a console's approval policy. Lengths of time in s. */
export type PolicyRule = {
  action: string
  when?: {
    amount_over?: WireMoney
    /** What is asked for within a rolling window, all together, is over the limit. */
    sum_over?: PolicySum
    count_over?: number
    scope?: string
    requester_role?: string
  }
  /** Refused outright, whoever agrees. */
  forbid?: boolean
  required: number
  eligible_roles: string[]
  expires_in_s: number
  step_up?: { request_max_age_s?: number; approval_max_age_s?: number }
  emergency_limit_s?: number
  /** Nothing is sent before its authorisation is in a checkpoint that the witness has taken. */
  evidence_first?: boolean
  /** How far the record may move before a signature: figures by a percentage, named lines in any way. */
  drift?: { percent?: number; fields?: string[] }
}

export type PolicySum = { limit: WireMoney; within_s: number; per: 'requester' | 'target' | 'everybody' }

/** An action as the rules speak of it: who may ever decide on it, and what holds while no rule names it. */
export type RuledAction = {
  type: string
  title: string
  deciders: string[]
  requesters: string[]
  /** No rule may forbid it: it is how rules are changed back. */
  alwaysPossible: boolean
  /** Whether a rule may demand `evidence_first` of it. */
  awaitable: boolean
  declared: PolicyRule
  /** And beside that, each for what fulfils its condition. */
  declaredWhere: PolicyRule[]
  /** What scopes are called that are no names by themselves. */
  scopes?: { scope: string; title: string }[]
}

export type PolicyVersion = {
  revision: number
  at: WireTime
  by: PersonRef | null
  agreed: PersonRef[]
  request_id: string | null
  rules: PolicyRule[]
  break_glass: string[]
  changes: PreviewChange[]
}

export type PolicyVersions = { versions: PolicyVersion[]; next_cursor: string | null }

/** What a draft would have decided otherwise. */
export type PolicySimulation = {
  days: number
  replayed: number
  /** Of so many the figures that conditions ask about were not kept: every condition was taken to hold. */
  figures_unknown: number
  decided_otherwise: number
  /** Null: all of them were replayed. */
  up_to: WireTime | null
  requests: {
    id: string
    title: string
    target: EntityRef
    requested_by: string
    created_at: WireTime
    state: RequestState
    asked_under: { required: number; eligible_roles: string[] } | null
    draft: { required: number; eligible_roles: string[] } | null
    otherwise: 'forbidden' | 'allowed' | 'more_people' | 'fewer_people' | 'other_people'
  }[]
}

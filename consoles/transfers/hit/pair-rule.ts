import type { HitRecord } from './own-hit.ts'

export const PAIR_RULE_AGREED = 'transfers.pair_rule.agreed'
export const PAIR_RULE_WITHDRAWN = 'transfers.pair_rule.withdrawn'
export const PAIR_RULE_SUPPRESSED = 'transfers.pair_rule.suppressed'

/** A party and an entry that people have agreed are not the same. */
export type PairRule = {
  /** RFC 3339. */
  readonly until: string
  /** Of the hit that it was agreed on: what scores more is raised all the same. */
  readonly score: number
  /** Which identifiers fitted then: where one more does, it is raised all the same. */
  readonly fits: readonly string[]
  readonly withdrawn: boolean
  /** Hits that it has kept back. */
  readonly suppressed: number
}

/** As the events of its stream say them. */
export type PairRulePayload = {
  readonly party_id: string
  readonly list: string
  readonly uid: string
  readonly until: string
  readonly score: number
  readonly fits?: readonly string[]
}

export const pairOf = ({ party_id, list_id, uid }: Pick<HitRecord, 'party_id' | 'list_id' | 'uid'>): string =>
  `${list_id}:${uid}:${party_id}`

export const pairStream = (pair: string): string => `transfers.pair_rule/${pair}`

/** What its events come to; undefined where nobody has agreed to one. */
export function pairRuleOf(
  events: readonly { readonly type: string; readonly payload: PairRulePayload }[],
): PairRule | undefined {
  const agreed = events.findLast(({ type }) => type === PAIR_RULE_AGREED)
  const last = events.findLast(({ type }) => type !== PAIR_RULE_SUPPRESSED)
  if (agreed === undefined || last === undefined) return undefined
  return {
    ...{ until: last.payload.until, score: agreed.payload.score, fits: agreed.payload.fits ?? [] },
    withdrawn: last.type === PAIR_RULE_WITHDRAWN,
    suppressed: events.filter(({ type }) => type === PAIR_RULE_SUPPRESSED).length,
  }
}

export const inForce = (rule: PairRule | undefined, now: Date): rule is PairRule =>
  rule !== undefined && new Date(rule.until) > now

import { say, type Text } from '@countersign/kernel/languages/say.ts'
import { LIST_IDS, LIST_TITLES, type ListId } from './list-names.ts'
import { MATCH_FROM } from './match-from.ts'

/** A rule that raises hits: ours by its list; others are Compliance's. */
export const ruleOfList = (list: ListId): string => `names_${list}`

/** The list that a rule of ours compares names with; undefined of a rule of Compliance's. */
export const listOfRule = (rule: string): ListId | undefined =>
  LIST_IDS.find((list) => ruleOfList(list) === rule)

export function ruleTitle(rule: string): Text {
  const list = listOfRule(rule)
  return list === undefined ? rule.replaceAll('_', ' ') : say`Names on ${LIST_TITLES[list]}`
}

export const RULE_TUNED = 'transfers.screening_rule.tuned'
export const RULE_KEPT = 'transfers.screening_rule.kept'
export const TUNING_DUE = 'transfers.screening_rule.tuning_due'

export type RulePayload = {
  /** Of {@link RULE_TUNED}. */
  readonly threshold?: number
  readonly rule_id: string
  /** RFC 3339: since when it was to be looked at; absent where nobody had called for that. */
  readonly since?: string
  readonly decided?: number
  readonly cleared?: number
}
export type RuleEvent = { readonly type: string; readonly payload: RulePayload }

export const ruleStream = (rule: string): string => `transfers.screening_rule/${rule}`

/** From which score on a name is a hit, as it was last agreed; a rule that nobody has tuned begins with {@link MATCH_FROM}. */
export const thresholdOf = (events: readonly RuleEvent[]): number =>
  events.findLast(({ type }) => type === RULE_TUNED)?.payload.threshold ?? MATCH_FROM

/** Since when somebody is to look at it; undefined where nobody is. */
export function dueSince(events: readonly RuleEvent[]): string | undefined {
  const last = events.at(-1)
  return last?.type === TUNING_DUE ? last.payload.since : undefined
}

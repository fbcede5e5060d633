import type { PolicyRule, PolicySum, RuledAction } from '@countersign/sdk/wire/policy.ts'
import { formatList } from '../format-list.ts'
import type { Translate } from '../messages.ts'
import { formatMoney } from '../money.tsx'
import { numberFormat } from '../number-format.ts'

/** The units in which a rule's lengths of time are given, largest first. */
export const LENGTH_UNITS = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const

export type LengthUnit = (typeof LENGTH_UNITS)[number]['unit']

/** The largest unit of which it is a whole number; a day is said as 24 hours. */
export function lengthIn(seconds: number): { unit: LengthUnit; count: number } {
  const fits = LENGTH_UNITS.find(
    ({ unit, seconds: size }) => seconds % size === 0 && (unit !== 'day' || seconds >= 2 * size),
  )
  const { unit, seconds: size } = fits ?? LENGTH_UNITS[3]
  return { unit, count: seconds / size }
}

function lengthText(seconds: number, language: string): string {
  const { unit, count } = lengthIn(seconds)
  return numberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
}

/** What a rolling sum is added up over. */
export const SUM_PER: Record<PolicySum['per'], string> = {
  requester: 'policy.per.requester',
  target: 'policy.per.target',
  everybody: 'policy.per.everybody',
}

/** What an action is called where its rules are set; its name where it is called nothing. */
export function titleOf(action: string, actions: readonly Pick<RuledAction, 'type' | 'title'>[]): string {
  return actions.find(({ type }) => type === action)?.title ?? action
}

/** A rule as a person would say it. */
export function ruleText(
  rule: PolicyRule,
  actions: readonly Pick<RuledAction, 'type' | 'title' | 'scopes'>[],
  t: Translate,
  language: string,
): string {
  const scopes = actions.find(({ type }) => type === rule.action)?.scopes ?? []
  const { conditions, said } = ruleParts(rule, t, language, scopes)
  const about = [titleOf(rule.action, actions), ...conditions].join(t('sign.comma'))
  return `${about}${t('sign.colon')}${said}.`
}

/** The same where what it is about stands beside it. */
export function ruleTextAlone(rule: PolicyRule, t: Translate, language: string): string {
  const { conditions, said } = ruleParts(rule, t, language)
  return conditions.length === 0 ? said : `${conditions.join(t('sign.comma'))}${t('sign.colon')}${said}`
}

function ruleParts(
  rule: PolicyRule,
  t: Translate,
  language: string,
  scopes: NonNullable<RuledAction['scopes']> = [],
): { conditions: string[]; said: string } {
  const { when = {} } = rule
  const over = when.amount_over && formatMoney(when.amount_over, language)
  const sum = when.sum_over
  const together = sum && formatMoney(sum.limit, language)
  const conditions = [
    over && t('policy.said.amountOver', { amount: `${over.amount} ${over.currency}` }),
    together === undefined || sum === undefined
      ? ''
      : t('policy.said.sumOver', {
          amount: `${together.amount} ${together.currency}`,
          per: t(SUM_PER[sum.per]),
          length: lengthText(sum.within_s, language),
        }),
    when.count_over === undefined ? '' : t('policy.said.countOver', { count: when.count_over }),
    // An amount says its currency.
    when.scope === undefined || [over?.currency, together?.currency].includes(when.scope)
      ? ''
      : t('policy.said.scope', {
          scope: scopes.find(({ scope }) => scope === when.scope)?.title ?? when.scope,
        }),
    when.requester_role === undefined ? '' : t('policy.said.requesterRole', { role: when.requester_role }),
  ].flatMap((one) => (one ? [one] : []))
  const who = rule.forbid
    ? t('policy.said.forbidden')
    : rule.required === 0
      ? t('policy.said.nobody')
      : t('policy.said.needs', {
          count: rule.required,
          roles: formatList(rule.eligible_roles, language, 'disjunction'),
          length: lengthText(rule.expires_in_s, language),
        })
  const stepUp = rule.step_up ?? {}
  const more = [
    stepUp.request_max_age_s === undefined
      ? ''
      : t('policy.said.requestFresh', { length: lengthText(stepUp.request_max_age_s, language) }),
    stepUp.approval_max_age_s === undefined
      ? ''
      : t('policy.said.approvalFresh', { length: lengthText(stepUp.approval_max_age_s, language) }),
    rule.drift?.percent === undefined ? '' : t('policy.said.driftPercent', { percent: rule.drift.percent }),
    rule.drift?.fields === undefined
      ? ''
      : t('policy.said.driftFields', { fields: formatList(rule.drift.fields, language) }),
    rule.evidence_first ? t('policy.said.evidenceFirst') : '',
    rule.emergency_limit_s === undefined
      ? ''
      : t('policy.said.emergency', { length: lengthText(rule.emergency_limit_s, language) }),
  ].filter(Boolean)
  return { conditions, said: [who, ...more].join(t('sign.semicolon')) }
}

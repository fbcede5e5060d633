import type { PreviewBody } from '../actions/define-action.ts'
import type { BoundAction } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import type { ApprovalPolicyRule, SumOver } from './approval-policy.ts'
import type { DriftAllowed } from './drift.ts'
import { type RuledAction, titleApart } from './ruled-actions.ts'

type Titled = readonly Pick<RuledAction, 'type' | 'title'>[]

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const

/** A rule as a person would say it. */
export function ruleSentence(rule: ApprovalPolicyRule, actions: Titled): string {
  const conditions = [
    rule.when?.amount_over && `over ${rule.when.amount_over.amount} ${rule.when.amount_over.currency}`,
    rule.when?.sum_over && sumSentence(rule.when.sum_over),
    rule.when?.count_over !== undefined && `over ${rule.when.count_over} targets`,
    rule.when?.scope !== undefined && `for ${rule.when.scope}`,
    rule.when?.requester_role && `asked by ${rule.when.requester_role}`,
  ].filter(Boolean)
  const who = rule.forbid
    ? 'not allowed, whoever agrees'
    : rule.required === 0
      ? 'nobody else has to agree'
      : `${rule.required} of ${rule.eligible_roles.join(', ')} must agree within ${length(rule.expires_in_s)}`
  const more = [
    rule.step_up?.request_max_age_s !== undefined &&
      `asked for within ${length(rule.step_up.request_max_age_s)} of signing in`,
    rule.step_up?.approval_max_age_s !== undefined &&
      `signed within ${length(rule.step_up.approval_max_age_s)} of signing in`,
    rule.drift && driftSentence(rule.drift),
    rule.evidence_first && 'nothing is sent before the witness has its authorisation',
    rule.emergency_limit_s !== undefined && `an emergency lapses after ${length(rule.emergency_limit_s)}`,
  ].filter(Boolean)
  const of = [titleOf(rule.action, actions), ...conditions].join(', ')
  return `${of}: ${[who, ...more].join('; ')}.`
}

const PER = { requester: 'one person', target: 'one record', everybody: 'everybody' }

function sumSentence({ limit, within_s, per }: SumOver): string {
  return `over ${limit.amount} ${limit.currency} together of ${PER[per]} within ${length(within_s)}`
}

function driftSentence({ percent, fields = [] }: DriftAllowed): string {
  const allowed = [
    ...(percent === undefined ? [] : [`figures by ${percent} %`]),
    ...(fields.length === 0 ? [] : [`${fields.join(', ')} in any way`]),
  ]
  return allowed.length === 0
    ? 'nothing may move before it is signed'
    : `before it is signed may move ${allowed.join(' and ')}`
}

/** Why nobody may do this, where a rule forbids it. */
export function prohibition(
  kernel: Pick<Kernel, 'actions'>,
  rule: ApprovalPolicyRule,
  action: BoundAction,
): string {
  const title = titleApart(action, kernel.actions.values())
  const said = ruleSentence(rule, [{ type: action.name, title }])
  return `The approval policy forbids this. ${said}`
}

/**
 * What a change of rules changes, a line for each rule that is new, gone or different; a rule that is moved is none.
 * What is said of an action that loses its last rule is what it declares.
 */
export function ruleChanges(
  before: readonly ApprovalPolicyRule[],
  after: readonly ApprovalPolicyRule[],
  actions: readonly RuledAction[],
): PreviewBody['changes'][number][] {
  const was = before.map((rule) => ruleSentence(rule, actions))
  const now = after.map((rule) => ruleSentence(rule, actions))
  const gone = before.filter((_, at) => !now.includes(was[at] ?? ''))
  const come = after.filter((_, at) => !was.includes(now[at] ?? ''))
  const named = [...new Set([...gone, ...come].map(({ action }) => action))]
  return named.flatMap((action) => {
    const label = titleOf(action, actions)
    const declared = actions.find(({ type }) => type === action)?.declared
    const left = of(gone, action).concat(of(before, action).length === 0 && declared ? [declared] : [])
    const right = of(come, action).concat(of(after, action).length === 0 && declared ? [declared] : [])
    return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => ({
      // A preview's lines are told apart by what they are called.
      label: at === 0 ? label : `${label} (${at + 1})`,
      before: said(left[at], actions) ?? 'no such rule',
      after: said(right[at], actions) ?? 'no such rule',
      rules: { before: left[at] ?? null, after: right[at] ?? null },
    }))
  })
}

function of(rules: readonly ApprovalPolicyRule[], action: string): ApprovalPolicyRule[] {
  return rules.filter((rule) => rule.action === action)
}

function said(rule: ApprovalPolicyRule | undefined, actions: Titled): string | undefined {
  return rule && ruleSentence(rule, actions)
}

function titleOf(action: string, actions: Titled): string {
  return actions.find(({ type }) => type === action)?.title ?? action
}

/** `24 h`, `90 s`: in the largest unit that it is a whole number of; two days or more in days. */
function length(seconds: number): string {
  const unit = UNITS.find(([name, size]) => seconds % size === 0 && (name !== 'd' || seconds >= 2 * size))
  return unit ? `${seconds / unit[1]} ${unit[0]}` : `${seconds} s`
}

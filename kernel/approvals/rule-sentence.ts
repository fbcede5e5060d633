import type { PreviewBody } from '../actions/define-action.ts'
import type { BoundAction } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { type Said, say, type Text, together } from '../languages/say.ts'
import type { ApprovalPolicyRule, SumOver } from './approval-policy.ts'
import type { DriftAllowed } from './drift.ts'
import { allDeclared, type RuledAction, scopesOf, titleApart } from './ruled-actions.ts'

type Titled = readonly Pick<RuledAction, 'type' | 'title' | 'scopes'>[]

const UNITS: readonly (readonly [size: number, least: number, said: (count: number) => Said])[] = [
  [86_400, 2 * 86_400, (count) => say`${count} d`],
  [3_600, 3_600, (count) => say`${count} h`],
  [60, 60, (count) => say`${count} min`],
]

function isText(said: Said | false | '' | undefined): said is Said {
  return said !== undefined && said !== false && said !== ''
}

/** Where a rule holds, each condition by itself; none: always. */
export function conditionsOf(rule: ApprovalPolicyRule, actions: Titled): Said[] {
  return [
    rule.when?.amount_over && say`over ${rule.when.amount_over.amount} ${rule.when.amount_over.currency}`,
    rule.when?.sum_over && sumSentence(rule.when.sum_over),
    rule.when?.count_over !== undefined && say`over ${rule.when.count_over} targets`,
    // An amount says its currency.
    rule.when?.scope !== undefined &&
      !currenciesOf(rule).includes(rule.when.scope) &&
      say`for ${scopeTitle(rule.action, rule.when.scope, actions)}`,
    rule.when?.requester_role && say`asked by ${rule.when.requester_role}`,
  ].filter(isText)
}

/** A rule as a person would say it. */
export function ruleSentence(rule: ApprovalPolicyRule, actions: Titled): Said {
  const conditions = conditionsOf(rule, actions)
  const who = rule.forbid
    ? say`not allowed, whoever agrees`
    : rule.required === 0
      ? say`nobody else has to agree`
      : say`${rule.required} of ${rule.eligible_roles.join(', ')} must agree within ${length(rule.expires_in_s)}`
  const more = [
    rule.step_up?.request_max_age_s !== undefined &&
      say`asked for within ${length(rule.step_up.request_max_age_s)} of signing in`,
    rule.step_up?.approval_max_age_s !== undefined &&
      say`signed within ${length(rule.step_up.approval_max_age_s)} of signing in`,
    rule.drift && driftSentence(rule.drift),
    rule.evidence_first && say`nothing is sent before the witness has its authorisation`,
    rule.emergency_limit_s !== undefined && say`an emergency lapses after ${length(rule.emergency_limit_s)}`,
  ].filter(isText)
  const of = together([titleOf(rule.action, actions), ...conditions], ', ')
  return say`${of}: ${together([who, ...more], '; ')}.`
}

function currenciesOf({ when }: ApprovalPolicyRule): (string | undefined)[] {
  return [when?.amount_over?.currency, when?.sum_over?.limit.currency]
}

function scopeTitle(action: string, scope: string, actions: Titled): Text {
  const named = actions.find(({ type }) => type === action)?.scopes
  return named?.find((one) => one.scope === scope)?.title ?? scope
}

const PER = { requester: say`one person`, target: say`one record`, everybody: say`everybody` }

function sumSentence({ limit, within_s, per }: SumOver): Said {
  return say`over ${limit.amount} ${limit.currency} together of ${PER[per]} within ${length(within_s)}`
}

function driftSentence({ percent, fields = [] }: DriftAllowed): Said {
  const allowed = [
    ...(percent === undefined ? [] : [say`figures by ${percent} %`]),
    ...(fields.length === 0 ? [] : [say`${fields.join(', ')} in any way`]),
  ]
  return allowed.length === 0
    ? say`nothing may move before it is signed`
    : say`before it is signed may move ${allowed}`
}

/** Why nobody may do this, where a rule forbids it. */
export function prohibition(
  kernel: Pick<Kernel, 'actions'>,
  rule: ApprovalPolicyRule,
  action: BoundAction,
): Said {
  const title = titleApart(action, kernel.actions.values())
  const said = ruleSentence(rule, [{ type: action.name, title, scopes: scopesOf(action) }])
  return say`The approval policy forbids this. ${said}`
}

/**
 * What a change of rules changes, a line for each rule that is new, gone or different; a rule that is moved is none.
 * What an action declares is one of them as long as it holds: where no rule names it, and beside rules with conditions.
 */
export function ruleChanges(
  before: readonly ApprovalPolicyRule[],
  after: readonly ApprovalPolicyRule[],
  actions: readonly RuledAction[],
): PreviewBody['changes'][number][] {
  const named = [...new Set([...before, ...after].map(({ action }) => action))]
  return named.flatMap((action) => {
    const label = titleOf(action, actions)
    const ruled = actions.find(({ type }) => type === action)
    const declared = ruled ? allDeclared([ruled]) : []
    const [was, is] = [before, after].map((rules) => standing(rules, action, ruled)) as [Rules, Rules]
    const isIn = (rules: Rules, rule: ApprovalPolicyRule) =>
      rules.some(
        (one) =>
          declared.includes(one) === declared.includes(rule) &&
          english(ruleSentence(one, actions)) === english(ruleSentence(rule, actions)),
      )
    const left = was.filter((rule) => !isIn(is, rule))
    const right = is.filter((rule) => !isIn(was, rule))
    return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => ({
      // A preview's lines are told apart by what they are called.
      label: at === 0 ? label : say`${label} (${at + 1})`,
      before: said(left[at], actions) ?? say`no such rule`,
      after: said(right[at], actions) ?? say`no such rule`,
      rules: { before: left[at] ?? null, after: right[at] ?? null },
    }))
  })
}

type Rules = readonly ApprovalPolicyRule[]

/** The rules that an action stands under: `requirementOf` falls back to what it declares wherever no rule's condition holds. */
function standing(rules: Rules, action: string, ruled: RuledAction | undefined): Rules {
  const own = rules.filter((rule) => rule.action === action)
  if (ruled === undefined) return own
  if (own.length === 0) return allDeclared([ruled])
  const always = own.some(({ when }) => when === undefined || Object.keys(when).length === 0)
  return always ? own : [...own, ruled.declared]
}

function said(rule: ApprovalPolicyRule | undefined, actions: Titled): Said | undefined {
  return rule && ruleSentence(rule, actions)
}

function titleOf(action: string, actions: Titled): Text {
  return actions.find(({ type }) => type === action)?.title ?? action
}

/** `24 h`, `90 s`: in the largest unit that it is a whole number of; two days or more in days. */
function length(seconds: number): Said {
  const [size, , said] = UNITS.find(([unit, least]) => seconds % unit === 0 && seconds >= least) ?? []
  return size === undefined || said === undefined ? say`${seconds} s` : said(seconds / size)
}

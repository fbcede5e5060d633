import { z } from 'zod'
import type { ApprovalRule } from '../actions/define-action.ts'
import type { BoundAction } from '../console.ts'
import { moneyFromWire, wireMoney } from '../money/money.ts'
import { canonicalBytes, type Json, sha256 } from '../personal-data/canonical-json.ts'
import { driftEvidence, narrowestDrift } from './drift.ts'
import { sumName } from './rolling-sums.ts'

/** No policy may ask for more people than a company can find. */
const MAX_REQUIRED = 10
const MAX_EXPIRY_S = 30 * 24 * 3600
const MAX_STEP_UP_S = 24 * 3600
/** An emergency is no way to do without approval: kernel.emergency says the same. */
const MAX_EMERGENCY_S = 24 * 3600

/** As long as a rolling limit may look back. */
const MAX_WINDOW_S = 31 * 24 * 3600

const sumOver = z.strictObject({
  /** What may be asked for within the window, all together. */
  limit: wireMoney,
  within_s: z.int().min(60).max(MAX_WINDOW_S),
  per: z.enum(['requester', 'target', 'everybody']),
})
export type SumOver = z.output<typeof sumOver>

/** A condition on the attributes that an action gives (`amount`, `count`, `scope`); every member must hold. */
const condition = z.strictObject({
  /** The action's attribute `amount` is over this, in the same currency. */
  amount_over: wireMoney.optional(),
  /** What is asked for in a rolling window adds up to more than this: many small amounts are no way under a limit. */
  sum_over: sumOver.optional(),
  count_over: z.int().min(0).optional(),
  scope: z.string().max(128).optional(),
  requester_role: z.string().max(128).optional(),
})

export const approvalPolicyRule = z.strictObject({
  action: z.string().regex(/^[a-z]+\.[a-z_]+$/),
  when: condition.optional(),
  /** `forbid` refuses outright; otherwise so many distinct people must agree. */
  forbid: z.boolean().optional(),
  required: z.int().min(0).max(MAX_REQUIRED),
  eligible_roles: z.array(z.string()).max(32),
  expires_in_s: z.int().min(60).max(MAX_EXPIRY_S),
  /** How long ago at most requester and approver may have signed in. */
  step_up: z
    .strictObject({
      request_max_age_s: z.int().min(30).max(MAX_STEP_UP_S).optional(),
      approval_max_age_s: z.int().min(30).max(MAX_STEP_UP_S).optional(),
    })
    .optional(),
  emergency_limit_s: z.int().min(60).max(MAX_EMERGENCY_S).optional(),
  /** No effect before its authorisation stands in a checkpoint that the witness has taken. */
  evidence_first: z.boolean().optional(),
  /** How far the record may move before a signature; left out: not at all. */
  drift: z
    .strictObject({
      percent: z.int().min(0).max(100).optional(),
      fields: z.array(z.string().min(1).max(64)).max(20).optional(),
    })
    .optional(),
})

export type ApprovalPolicyRule = z.output<typeof approvalPolicyRule>

export type ApprovalPolicy = {
  /** Short hash of the rules: stands in digests, so that a signature binds to the rules it was given under. */
  readonly version: string
  readonly rules: readonly ApprovalPolicyRule[]
}

export type ApprovalPolicies = {
  /** The policy in force for a console, at this moment. */
  readonly current: (console: string) => Promise<ApprovalPolicy>
  /** The same, where the rules that people have set are known already; null: nobody has set any. */
  readonly withRules: (console: string, rules: readonly ApprovalPolicyRule[] | null) => ApprovalPolicy
}

export type Requirement =
  | { readonly forbidden: false; readonly rule: ApprovalRule }
  | { readonly forbidden: true; readonly by: ApprovalPolicyRule }

/** The rules that hold where nobody has changed anything: what the actions themselves declare. */
export function declaredPolicy(actions: readonly BoundAction[]): ApprovalPolicy {
  return policyOf(actions.flatMap((action) => [ruleDeclared(action), ...rulesDeclaredWhere(action)]))
}

type Declared = Pick<BoundAction, 'name' | 'approvals' | 'approvalsWhere'>

/** What an action declares for whatever is asked. */
export function ruleDeclared({ name, approvals }: Pick<Declared, 'name' | 'approvals'>): ApprovalPolicyRule {
  return {
    action: name,
    required: approvals.required,
    eligible_roles: [...approvals.eligibleRoles],
    expires_in_s: approvals.expiresInS,
    ...(approvals.stepUp
      ? {
          step_up: {
            request_max_age_s: approvals.stepUp.requestMaxAgeS,
            approval_max_age_s: approvals.stepUp.approvalMaxAgeS,
          },
        }
      : {}),
    ...(approvals.evidenceFirst ? { evidence_first: true } : {}),
    ...driftEvidence(approvals.drift),
  }
}

/** What it declares beside that, each for what fulfils a condition. */
export function rulesDeclaredWhere(action: Declared): ApprovalPolicyRule[] {
  return action.approvalsWhere.map(({ when, required, eligibleRoles }) => ({
    ...ruleDeclared(action),
    when,
    required,
    eligible_roles: [...eligibleRoles],
  }))
}

/** The rules that hold: those that people have set, and what the actions that they leave out declare. */
export function withDeclared(
  set: readonly ApprovalPolicyRule[],
  declared: readonly ApprovalPolicyRule[],
): ApprovalPolicy {
  return policyOf([...set, ...declared.filter(({ action }) => !set.some((rule) => rule.action === action))])
}

export function policyOf(rules: readonly ApprovalPolicyRule[]): ApprovalPolicy {
  return {
    version: sha256(canonicalBytes(rules)).toString('hex').slice(0, 16),
    rules,
  }
}

/**
 * What the policy asks for: of the rules for this action whose condition holds, the one that asks for most people, with
 * the freshest sign-in, the shortest emergency and the evidence that any of them asks for. An action that no rule names keeps what it
 * declares.
 */
export function requirementOf(
  policy: ApprovalPolicy,
  action: Pick<BoundAction, 'name' | 'approvals'>,
  attributes: Readonly<Record<string, Json>>,
  requesterRoles: readonly string[],
): Requirement {
  const holding = policy.rules.filter(
    (rule) => rule.action === action.name && conditionHolds(rule.when, attributes, requesterRoles),
  )
  const forbidding = holding.find((rule) => rule.forbid)
  if (forbidding) return { forbidden: true, by: forbidding }
  const strictest = holding.reduce<ApprovalPolicyRule | undefined>(
    (best, rule) => (best === undefined || rule.required > best.required ? rule : best),
    undefined,
  )
  if (!strictest) return { forbidden: false, rule: action.approvals }
  const requestMaxAgeS = least(holding.map((rule) => rule.step_up?.request_max_age_s))
  const approvalMaxAgeS = least(holding.map((rule) => rule.step_up?.approval_max_age_s))
  const drift = narrowestDrift(holding.map((rule) => rule.drift))
  const emergencyLimitS = least(holding.map((rule) => rule.emergency_limit_s))
  return {
    forbidden: false,
    rule: {
      required: strictest.required,
      eligibleRoles: strictest.eligible_roles,
      expiresInS: strictest.expires_in_s,
      ...(requestMaxAgeS === undefined && approvalMaxAgeS === undefined
        ? {}
        : { stepUp: { requestMaxAgeS, approvalMaxAgeS } }),
      ...(emergencyLimitS === undefined ? {} : { emergencyLimitS }),
      ...(holding.some((rule) => rule.evidence_first) ? { evidenceFirst: true } : {}),
      ...(drift === undefined ? {} : { drift }),
    },
  }
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined)
  return given.length === 0 ? undefined : Math.min(...given)
}

/** Whether a condition holds whatever is still to be filled in: all the figures that it asks about are known. */
export function isSettled(
  when: ApprovalPolicyRule['when'],
  attributes: Readonly<Record<string, Json>>,
): boolean {
  return (
    (when?.amount_over === undefined || attributes.amount !== undefined) &&
    (when?.sum_over === undefined || attributes.rolling !== undefined) &&
    (when?.count_over === undefined || attributes.count !== undefined) &&
    (when?.scope === undefined || attributes.scope !== undefined || attributes.scopes !== undefined)
  )
}

/** What it is about: of many records at once, what any of them is about. */
function scopesOf({ scope, scopes }: Readonly<Record<string, Json>>): readonly Json[] {
  return Array.isArray(scopes) ? scopes : scope === undefined ? [] : [scope]
}

/** Of people with these roles each, how many hold an eligible one. */
export function holdersOf(people: readonly (readonly string[])[], eligible: readonly string[]): number {
  return people.filter((roles) => roles.some((role) => eligible.includes(role))).length
}

function conditionHolds(
  when: ApprovalPolicyRule['when'],
  attributes: Readonly<Record<string, Json>>,
  requesterRoles: readonly string[],
): boolean {
  if (!when) return true
  if (when.amount_over !== undefined) {
    const amount = wireMoney.safeParse(attributes.amount)
    // An amount in another currency, or none, cannot be shown to be under the limit: the rule holds.
    if (amount.success && amount.data.currency === when.amount_over.currency) {
      if (moneyFromWire(amount.data).minor <= moneyFromWire(when.amount_over).minor) return false
    }
  }
  if (when.sum_over !== undefined) {
    const { limit } = when.sum_over
    const sum = (attributes.rolling as Record<string, Json> | undefined)?.[sumName(when.sum_over)]
    // A sum that is not known cannot be shown to be under the limit either.
    if (typeof sum === 'string' && sum !== '0') {
      if (moneyFromWire({ amount: sum, currency: limit.currency }).minor <= moneyFromWire(limit).minor)
        return false
    }
  }
  if (when.count_over !== undefined) {
    const count = attributes.count
    if (typeof count === 'number' && count <= when.count_over) return false
  }
  if (when.scope !== undefined && !scopesOf(attributes).includes(when.scope)) return false
  if (when.requester_role !== undefined && !requesterRoles.includes(when.requester_role)) return false
  return true
}

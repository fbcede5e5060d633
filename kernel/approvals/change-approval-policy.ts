import { z } from 'zod'
import { accept, defineAction, refuse, refuseField, refuseFields } from '../actions/define-action.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { type ApprovalPolicyRule, approvalPolicyRule } from './approval-policy.ts'
import { approvalPolicy, POLICY_CHANGED, policyStream, type StoredPolicy } from './approval-policy-entity.ts'
import { checkRules } from './check-rules.ts'

const RULES_MAX = 200
const BREAK_GLASS_MAX = 20
const PERSON_ID = /^[A-Za-z0-9._:-]{1,128}$/
const input = z.object({
  rules: z
    .array(approvalPolicyRule)
    .min(1, 'at least one rule')
    .max(RULES_MAX)
    .optional()
    .meta({ title: 'Rules', description: 'All rules of the console; the strictest that holds decides.' }),
  break_glass: z
    .array(z.string().regex(PERSON_ID, 'must be the id of a person'))
    .max(BREAK_GLASS_MAX)
    .refine((people) => new Set(people).size === people.length, 'names somebody twice')
    .optional()
    .meta({
      title: 'Break-glass',
      description: 'Who may carry out a critical action alone. Left out: as before. An empty list: nobody.',
    }),
})

/** Two people other than the requester agree before the rules of a console change. */
export const changeApprovalPolicy = defineAction<
  StoredPolicy,
  typeof input,
  { console: string; rules: readonly ApprovalPolicyRule[]; break_glass: readonly string[] },
  unknown
>({
  name: 'kernel.change_approval_policy',
  risk: 'critical',
  movesMoney: false,
  target: approvalPolicy,
  input,
  reasons: [
    { code: 'limit_review', title: 'Review of limits' },
    { code: 'incident', title: 'After an incident', noteRequired: true },
    { code: 'audit_finding', title: 'Finding of an audit', noteRequired: true },
  ],
  approvals: {
    required: 2,
    // Whoever policy lets decide (kernel/access/with-deciders.ts).
    eligibleRoles: [],
    expiresInS: 72 * 3600,
  },
  // Proposals may stand side by side; what is agreed to first makes the others stale.
  concurrent: true,
  present: { title: 'Change approval policy', tone: 'danger' },
  decide(policy, { rules, break_glass = policy.breakGlass }, { actor }) {
    if (!actor.roles.some((role) => role.startsWith(`${policy.console}/`))) {
      return refuse(
        'not_your_console',
        `The rules of ${policy.console} are changed by its own administrators.`,
      )
    }
    if (!rules) return refuseField('input.rules', 'the rules are missing')
    const wrong = checkRules(rules, policy.deciders, 'input.rules')
    if (wrong.length > 0) return refuseFields(wrong)
    return accept({ console: policy.console, rules, break_glass })
  },
  preview: (policy, { rules = [], break_glass = policy.breakGlass }) => ({
    summary: `The approval rules of ${policy.console} are replaced.`,
    changes: [
      {
        label: 'Rules',
        before: policy.rules.map(sentence).join(' ') || 'as declared',
        after: rules.map(sentence).join(' '),
      },
      { label: 'Break-glass', before: named(policy.breakGlass), after: named(break_glass) },
    ],
    effects: [
      'Requests that are pending keep what they were asked under, unless the new rules ask for more.',
    ],
  }),
  events: ({ console, rules, break_glass }) => [
    {
      type: POLICY_CHANGED,
      stream: policyStream(console),
      refs: [{ kind: 'approval_policy', id: console }],
      payload: { console, rules: rules as unknown as Json, break_glass: [...break_glass] },
    },
  ],
})

function named(people: readonly string[]): string {
  return people.length === 0 ? 'nobody' : people.join(', ')
}

/** A rule as a person would say it. */
export function sentence(rule: ApprovalPolicyRule): string {
  const conditions = [
    rule.when?.amount_over && `over ${rule.when.amount_over.amount} ${rule.when.amount_over.currency}`,
    rule.when?.count_over !== undefined && `over ${rule.when.count_over} targets`,
    rule.when?.scope && `for ${rule.when.scope}`,
    rule.when?.requester_role && `asked by ${rule.when.requester_role}`,
  ].filter(Boolean)
  const who = rule.forbid
    ? 'is forbidden'
    : rule.required === 0
      ? 'needs nobody else'
      : `needs ${rule.required} of ${rule.eligible_roles.join(', ')}`
  const more = [
    rule.step_up?.request_max_age_s !== undefined &&
      `asked for within ${rule.step_up.request_max_age_s} s of signing in`,
    rule.step_up?.approval_max_age_s !== undefined &&
      `signed within ${rule.step_up.approval_max_age_s} s of signing in`,
    rule.emergency_limit_s !== undefined && `an emergency lapses after ${rule.emergency_limit_s} s`,
  ].filter(Boolean)
  return `${rule.action}${conditions.length > 0 ? ` ${conditions.join(', ')}` : ''} ${[who, ...more].join('; ')}.`
}

import { z } from 'zod'
import { accept, defineAction, refuse, refuseField, refuseFields } from '../actions/define-action.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { type ApprovalPolicyRule, approvalPolicyRule } from './approval-policy.ts'
import { approvalPolicy, POLICY_CHANGED, policyStream, type StoredPolicy } from './approval-policy-entity.ts'
import { checkRules } from './check-rules.ts'

const RULES_MAX = 200
const input = z.object({
  rules: z
    .array(approvalPolicyRule)
    .min(1, 'at least one rule')
    .max(RULES_MAX)
    .optional()
    .meta({ title: 'Rules', description: 'All rules of the console; the strictest that holds decides.' }),
})

/** Two people other than the requester agree before the rules of a console change. */
export const changeApprovalPolicy = defineAction<
  StoredPolicy,
  typeof input,
  { console: string; rules: readonly ApprovalPolicyRule[] },
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
  decide(policy, { rules }, { actor }) {
    if (!actor.roles.some((role) => role.startsWith(`${policy.console}/`))) {
      return refuse(
        'not_your_console',
        `The rules of ${policy.console} are changed by its own administrators.`,
      )
    }
    if (!rules) return refuseField('input.rules', 'the rules are missing')
    const wrong = checkRules(rules, policy.deciders, 'input.rules')
    if (wrong.length > 0) return refuseFields(wrong)
    return accept({ console: policy.console, rules })
  },
  preview: (policy, { rules = [] }) => ({
    summary: `The approval rules of ${policy.console} are replaced.`,
    changes: [
      {
        label: 'Rules',
        before: policy.rules.map(sentence).join(' ') || 'as declared',
        after: rules.map(sentence).join(' '),
      },
    ],
    effects: [
      'Requests that are pending keep what they were asked under, unless the new rules ask for more.',
    ],
  }),
  events: ({ console, rules }) => [
    {
      type: POLICY_CHANGED,
      stream: policyStream(console),
      refs: [{ kind: 'approval_policy', id: console }],
      payload: { console, rules: rules as unknown as Json },
    },
  ],
})

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
  return `${rule.action}${conditions.length > 0 ? ` ${conditions.join(', ')}` : ''} ${who}.`
}

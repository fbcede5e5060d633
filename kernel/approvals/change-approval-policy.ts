import { z } from 'zod'
import { accept, defineAction, refuse, refuseField, refuseFields } from '../actions/define-action.ts'
import { type Said, say, written } from '../languages/say.ts'
import { canonicalBytes } from '../personal-data/canonical-json.ts'
import { type ApprovalPolicyRule, approvalPolicyRule } from './approval-policy.ts'
import {
  approvalPolicy,
  POLICY_CHANGED,
  policyStream,
  type StoredPolicy,
  withoutSuperRole,
} from './approval-policy-entity.ts'
import { breakGlassChange } from './break-glass-change.ts'
import { checkRules } from './check-rules.ts'
import { ruleChanges } from './rule-sentence.ts'

const RULES_MAX = 200
const BREAK_GLASS_MAX = 20
const PERSON_ID = /^[A-Za-z0-9._:-]{1,128}$/
const input = z.object({
  rules: z.array(approvalPolicyRule).max(RULES_MAX).optional().meta({
    title: 'Rules',
    description:
      'All rules of the console; the strictest that holds decides. None at all: every action keeps what it declares.',
  }),
  break_glass: z
    .array(z.string().regex(PERSON_ID, written(say`must be the id of a person`)))
    .max(BREAK_GLASS_MAX)
    .refine((people) => new Set(people).size === people.length, written(say`names somebody twice`))
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
    { code: 'limit_review', title: say`Review of limits` },
    { code: 'incident', title: say`After an incident`, noteRequired: true },
    { code: 'audit_finding', title: say`Finding of an audit`, noteRequired: true },
  ],
  approvals: {
    required: 2,
    leastRequired: 2,
    alwaysPossible: true,
    // Whoever policy lets decide (kernel/access/with-deciders.ts).
    eligibleRoles: [],
    expiresInS: 72 * 3600,
  },
  // Proposals may stand side by side; what is agreed to first makes the others stale.
  concurrent: true,
  present: { title: say`Change approval rules`, tone: 'danger' },
  decide(policy, { rules, break_glass = policy.breakGlass }, { actor }) {
    // The kernel's own actions are there in every console, so whoever changes the rules of one may ask; and two others agree.
    const own =
      policy.console === 'kernel' || actor.roles.some((role) => role.startsWith(`${policy.console}/`))
    if (!own) {
      return refuse(
        'not_your_console',
        say`The rules of ${policy.called} are changed by its own administrators.`,
      )
    }
    if (!rules) return refuseField('input.rules', say`the rules are missing`)
    if (policy.console === 'kernel' && break_glass.length > 0) {
      return refuseField('input.break_glass', say`nobody breaks the glass for an action of the kernel`, [
        '[]',
      ])
    }
    if (isInForce(policy, rules, break_glass)) {
      return refuse('nothing_changed', say`Nothing is changed: rules and break_glass are those in force.`)
    }
    const others = policy.holders.filter(({ accounts }) => !accounts.includes(actor.id))
    const wrong = checkRules(rules, policy.actions, 'input.rules', others)
    if (wrong.length > 0) return refuseFields(wrong)
    return accept({ console: policy.console, rules, break_glass })
  },
  preview: (policy, { rules = [], break_glass = policy.breakGlass }) => ({
    subject: say`Approval rules of ${policy.called}`,
    summary: say`The approval rules of ${policy.called} are replaced.`,
    changes: [
      ...ruleChanges(policy.rules, rules, policy.actions),
      ...breakGlassChange(policy.breakGlass, break_glass, policy.names),
    ],
    ...namedInVain(policy, break_glass),
    effects: [
      say`Requests that are pending keep what they were asked under, unless the new rules ask for more.`,
    ],
  }),
  eventTypes: [POLICY_CHANGED],
  events: ({ console, rules, break_glass }) => [
    {
      type: POLICY_CHANGED,
      stream: policyStream(console),
      refs: [{ kind: 'approval_policy', id: console }],
      payload: { console, rules, break_glass: [...break_glass] },
    },
  ],
})

/** Roles come and go, so whoever lacks one may be named; those who agree know that it gives them nothing yet. */
function namedInVain(policy: StoredPolicy, listed: readonly string[]): { warnings?: Said[] } {
  const people = withoutSuperRole(policy, listed)
  if (people.length === 0) return {}
  return {
    warnings: [
      policy.superRoles.length === 0
        ? say`Nobody breaks the glass in ${policy.called}: no role of it may. ${people} would be named in vain.`
        : say`Without the role ${policy.superRoles.join(' or ')}, ${people} cannot break the glass, on the list or not.`,
    ],
  }
}

/** In whatever order: the strictest rule that holds decides, and a list of people has none. */
function isInForce(
  policy: StoredPolicy,
  rules: readonly ApprovalPolicyRule[],
  breakGlass: readonly string[],
): boolean {
  const said = (of: readonly ApprovalPolicyRule[], people: readonly string[]) =>
    JSON.stringify([of.map((rule) => canonicalBytes({ ...rule }).toString()).toSorted(), people.toSorted()])
  return said(policy.rules, policy.breakGlass) === said(rules, breakGlass)
}

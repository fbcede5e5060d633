import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { dueSince, RULE_KEPT, type RulePayload, ruleStream, ruleTitle } from './screening-rule.ts'
import { type ScreeningRule, screeningRule } from './screening-rule-entity.ts'

/** Somebody has looked at a rule that was to be tuned, and it stays as it is. */
export const keepRule = defineAction<ScreeningRule, z.ZodObject, RulePayload, unknown>({
  name: 'transfers.keep_rule',
  risk: 'low',
  movesMoney: false,
  target: screeningRule,
  input: z.object({}),
  reasons: [
    { code: 'no_better_threshold', title: say`No threshold would spare enough without missing somebody` },
    { code: 'tuned_elsewhere', title: say`It was tuned in Compliance` },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  excludes: ['transfers.tune_rule'],
  present: {
    title: say`Keep as it is`,
    tone: 'neutral',
    help: say`Closes the task; it comes again when most of what is decided from now on is cleared too.`,
  },
  offeredOn: ({ events }) => dueSince(events) !== undefined,
  decide({ id, events }) {
    const since = dueSince(events)
    if (since === undefined) return refuse('not_due', say`Nobody has called for it to be tuned.`)
    return accept({ rule_id: id, since })
  },
  preview: ({ id }) => ({
    subject: ruleTitle(id),
    summary: say`The rule stays as it is, and its task is closed.`,
    changes: [],
    effects: [say`Its alert ends. What was decided until now counts no more towards the next one.`],
  }),
  eventTypes: [RULE_KEPT],
  events: ({ rule_id, since }) => [
    {
      type: RULE_KEPT,
      stream: ruleStream(rule_id),
      refs: [{ kind: 'screening_rule', id: rule_id }],
      payload: { rule_id, ...(since === undefined ? {} : { since }) },
    },
  ],
})

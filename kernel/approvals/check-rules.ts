import type { RoleHolder } from '../actions/define-action.ts'
import type { FieldError } from '../actions/failure.ts'
import { say } from '../languages/say.ts'
import type { ApprovalPolicyRule } from './approval-policy.ts'
import type { RuledAction } from './ruled-actions.ts'

type CheckedAction = Pick<
  RuledAction,
  'type' | 'deciders' | 'requesters' | 'leastRequired' | 'alwaysPossible' | 'awaitable'
>

/**
 * What is wrong with rules for a console, by member: an action that it does not have, or people who could never sign.
 * Such a rule would say nothing, or keep a request waiting for ever.
 *
 * @param path of the list of rules, for the refusals: `input.rules`
 * @param others who could decide beside who asks for these rules; left out, it is not asked whether they are enough
 */
export function checkRules(
  rules: readonly ApprovalPolicyRule[],
  actions: readonly CheckedAction[],
  path: string,
  others?: readonly RoleHolder[],
): readonly FieldError[] {
  return rules.flatMap((rule, index): FieldError[] => {
    const at = `${path}.${index}`
    const action = actions.find(({ type }) => type === rule.action)
    if (!action) {
      return [
        {
          field: `${at}.action`,
          message: say`is no action of this console`,
          allowed: actions.map(({ type }) => type),
        },
      ]
    }
    const { deciders: mayDecide, requesters } = action
    const asking = rule.when?.requester_role
    if (asking !== undefined && !requesters.includes(asking)) {
      const message = say`may not ask for ${rule.action}`
      return [{ field: `${at}.when.requester_role`, message, allowed: requesters }]
    }
    if (rule.forbid && action.alwaysPossible) {
      const message = say`would leave nobody a way to change the rules back`
      return [{ field: `${at}.forbid`, message, allowed: ['false'] }]
    }
    if (!rule.forbid && rule.required < action.leastRequired) {
      const message = say`${rule.action} needs the agreement of ${action.leastRequired} other at least`
      return [{ field: `${at}.required`, message }]
    }
    if (rule.evidence_first && !action.awaitable) {
      const message = say`cannot wait for a witness: what stops harm never does, and what is done here is done at once`
      return [{ field: `${at}.evidence_first`, message, allowed: ['false'] }]
    }
    if (!rule.forbid && rule.required > 0 && rule.eligible_roles.length === 0) {
      const message = say`asks for ${rule.required} people but names no role`
      return [{ field: `${at}.eligible_roles`, message, allowed: mayDecide }]
    }
    if (action.alwaysPossible && others) {
      const able = new Set(
        others
          .filter(({ roles }) => roles.some((role) => rule.eligible_roles.includes(role)))
          .map(({ human }) => human),
      ).size
      if (able < rule.required) {
        const message = say`is more than the ${able} other people known here who hold such a role: nobody could change the rules any more`
        return [{ field: `${at}.required`, message }]
      }
    }
    return rule.eligible_roles.flatMap((role, nth) =>
      mayDecide.includes(role)
        ? []
        : [
            {
              field: `${at}.eligible_roles.${nth}`,
              message: say`may not decide on ${rule.action}`,
              allowed: mayDecide,
            },
          ],
    )
  })
}

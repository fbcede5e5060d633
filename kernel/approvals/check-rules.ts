import type { FieldError } from '../actions/failure.ts'
import type { ApprovalPolicyRule } from './approval-policy.ts'

/** By action of one console, the roles that may ever decide on it. */
export type Deciders = Readonly<Record<string, readonly string[]>>

/**
 * What is wrong with rules for a console, by member: an action that it does not have, or people who could never sign.
 * Such a rule would say nothing, or keep a request waiting for ever.
 *
 * @param path of the list of rules, for the refusals: `input.rules`
 */
export function checkRules(
  rules: readonly ApprovalPolicyRule[],
  deciders: Deciders,
  path: string,
): readonly FieldError[] {
  return rules.flatMap((rule, index): FieldError[] => {
    const at = `${path}.${index}`
    const mayDecide = deciders[rule.action]
    if (!mayDecide) {
      return [
        { field: `${at}.action`, message: 'is no action of this console', allowed: Object.keys(deciders) },
      ]
    }
    if (rule.required > 0 && rule.eligible_roles.length === 0) {
      const message = `asks for ${rule.required} people but names no role`
      return [{ field: `${at}.eligible_roles`, message, allowed: mayDecide }]
    }
    return rule.eligible_roles.flatMap((role, nth) =>
      mayDecide.includes(role)
        ? []
        : [
            {
              field: `${at}.eligible_roles.${nth}`,
              message: `may not decide on ${rule.action}`,
              allowed: mayDecide,
            },
          ],
    )
  })
}

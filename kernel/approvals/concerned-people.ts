import { consoleOfRole } from '../access/role-name.ts'
import { ownerOf } from '../access/roles-that-may.ts'
import type { ApprovalRule } from '../actions/define-action.ts'
import { fail, ok, type Result } from '../actions/failure.ts'
import type { BoundAction } from '../console.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'

/**
 * The rule under which an action is agreed to, narrowed for the kernel's own actions to people of the consoles that it
 * concerns: those of one console have no say in roles, rules or effects of another. What is everybody's (the audit log)
 * concerns no console.
 *
 * @returns 409 `nobody_may_agree` where no role of those consoles may
 */
export function byConcernedPeople(
  kernel: Pick<Kernel, 'access' | 'consoles' | 'entities'>,
  action: Pick<BoundAction, 'name' | 'console' | 'concerns'>,
  on: { readonly target: EntityRef; readonly state: unknown; readonly accepted: Json },
  rule: ApprovalRule,
): Result<ApprovalRule> {
  if (action.console !== 'kernel' || rule.required === 0) return ok(rule)
  const named = action.concerns(on.state, on.accepted) ?? [ownerOf(kernel, on.target)]
  const consoles = named.filter(
    (name) => name !== 'kernel' && kernel.consoles.some((one) => one.name === name),
  )
  if (consoles.length === 0) return ok(rule)
  const ofThem = (roles: readonly string[]) => roles.filter((role) => consoles.includes(consoleOfRole(role)))
  const byRule = ofThem(rule.eligibleRoles)
  // A rule of the kernel may name roles of one console only; another's are then those whom policy lets decide.
  const eligibleRoles = byRule.length > 0 ? byRule : ofThem(kernel.access.rolesFor(`${action.name}:decide`))
  if (eligibleRoles.length > 0) return ok({ ...rule, eligibleRoles })
  return fail({
    kind: 'conflict',
    code: 'nobody_may_agree',
    message: say`It needs somebody of ${consoles.join(' or ')} who agrees, and none of their roles may.`,
  })
}

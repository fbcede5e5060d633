import type { BoundAction } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { say, type Text } from '../languages/say.ts'
import { type ApprovalPolicyRule, ruleDeclared, rulesDeclaredWhere } from './approval-policy.ts'

/** An action as the approval policy of its console speaks of it. */
export type RuledAction = {
  readonly type: string
  readonly title: Text
  /** Roles that may ever decide on it; a rule can name no others. */
  readonly deciders: readonly string[]
  /** Roles that may ever ask for it. */
  readonly requesters: readonly string[]
  /** So many people at least, whatever a rule says. */
  readonly leastRequired: number
  /** No rule forbids it, or asks for more people than there are. */
  readonly alwaysPossible: boolean
  /** Whether its effect can wait until its authorisation is witnessed: it is sent to an upstream, and contains no harm. */
  readonly awaitable: boolean
  /** What holds while no rule names it. */
  readonly declared: ApprovalPolicyRule
  /** And beside that, each for what fulfils its condition. */
  readonly declaredWhere: readonly ApprovalPolicyRule[]
  /** What scopes are called that are no names by themselves. */
  readonly scopes: readonly { readonly scope: string; readonly title: Text }[]
}

/** The actions of a console; none for a console that there is not. */
export function ruledActions(kernel: Pick<Kernel, 'actions' | 'access'>, console: string): RuledAction[] {
  return ruled(
    [...kernel.actions.values()].filter((action) => action.console === console),
    kernel.access,
  )
}

/** The same of a console's actions that no kernel was made of. */
export function ruled(
  actions: readonly BoundAction[],
  access: Pick<Kernel['access'], 'rolesFor'>,
): RuledAction[] {
  return actions.map((action) => ({
    type: action.name,
    title: titleApart(action, actions),
    deciders: access.rolesFor(`${action.name}:decide`),
    requesters: access.rolesFor(action.name),
    leastRequired: action.approvals.leastRequired ?? 0,
    alwaysPossible: action.approvals.alwaysPossible ?? false,
    awaitable: action.connectors.length > 0 && action.containment !== true,
    declared: ruleDeclared(action),
    declaredWhere: rulesDeclaredWhere(action),
    scopes: scopesOf(action),
  }))
}

/** What an action calls the scopes that rules about it name. */
export function scopesOf({ approvalsWhere }: Pick<BoundAction, 'approvalsWhere'>): RuledAction['scopes'] {
  return approvalsWhere.flatMap(({ when: { scope }, scopeTitle: title }) =>
    scope === undefined || title === undefined ? [] : [{ scope, title }],
  )
}

/** Everything that actions declare, as the policy has it where no rule names them. */
export function allDeclared(
  actions: readonly Pick<RuledAction, 'declared' | 'declaredWhere'>[],
): ApprovalPolicyRule[] {
  return actions.flatMap(({ declared, declaredWhere }) => [declared, ...declaredWhere])
}

/** What an action is called, and of what where several kinds of record of its console have one so called: `Reveal (party)`. */
export function titleApart(
  action: Titled,
  among: Iterable<Pick<BoundAction, 'name' | 'console' | 'present'>>,
): Text {
  const { name, console, present, targetKind } = action
  const title = english(present.title)
  const twice = [...among].some(
    (other) => other.console === console && other.name !== name && english(other.present.title) === title,
  )
  return twice ? say`${present.title} (${targetKind})` : present.title
}

type Titled = Pick<BoundAction, 'name' | 'console' | 'present' | 'targetKind'>

import type { RoleHolder } from '../actions/define-action.ts'
import { namedPeople, namesOf, roleHolders, rolesOfConsole } from '../alerts/people-on-call.ts'
import { consoleTitle } from '../console-title.ts'
import { defineEntity, type EntityType, localEntity } from '../entities/define-entity.ts'
import { say, type Text } from '../languages/say.ts'
import { type ApprovalPolicyRule, withDeclared } from './approval-policy.ts'
import { allDeclared, type RuledAction, ruledActions } from './ruled-actions.ts'

/** The rules of one console that have been set by people; empty while the declarations alone hold. */
export type StoredPolicy = {
  readonly console: string
  /** What the console is called. */
  readonly called: Text
  readonly rules: readonly ApprovalPolicyRule[]
  /** Ids of the people who may carry out a critical action alone. */
  readonly breakGlass: readonly string[]
  /** Who holds one of the roles without which nobody does, listed or not; none where the console has no such role. */
  readonly superRoles: readonly string[]
  readonly superPeople: readonly { readonly id: string; readonly name: string }[]
  readonly revision: number
  /** What the people of the console, and those who may break the glass, are called, by id. */
  readonly names: Readonly<Record<string, string>>
  /** Every action that the rules can be about, with what it declares. */
  readonly actions: readonly RuledAction[]
  /** Who could decide on the actions that must always remain possible. */
  readonly holders: readonly RoleHolder[]
}

export const POLICY_CHANGED = 'kernel.approval_policy.changed'

export function policyStream(console: string): string {
  return `kernel.approval_policy/${console}`
}

type PolicyChanged = {
  readonly rules: readonly ApprovalPolicyRule[]
  /** Absent in a change made before there was such a list. */
  readonly break_glass?: readonly string[]
}

const stored = localEntity<StoredPolicy, PolicyChanged>({
  kind: 'approval_policy',
  console: 'kernel',
  consoleOf: (id) => id,
  stream: policyStream,
  initial: (console) => ({
    ...{ console, called: console },
    rules: [],
    breakGlass: [],
    superRoles: [],
    superPeople: [],
    revision: 0,
    names: {},
    actions: [],
    holders: [],
  }),
  evolve: (policy, { payload }) => ({
    ...policy,
    rules: payload.rules,
    breakGlass: payload.break_glass ?? [],
    revision: policy.revision + 1,
  }),
  present: (policy) => ({
    title: say`Approval rules of ${policy.called}`,
    state: policy.revision === 0 ? 'as declared' : `revision ${policy.revision}`,
    data: {
      break_glass: [...policy.breakGlass],
      break_glass_names: policy.breakGlass.map((id) => policy.names[id] ?? id),
      break_glass_roles: [...policy.superRoles],
      break_glass_people: policy.superPeople.map(({ id, name }) => ({ id, name })),
      rules: policy.rules,
      version: withDeclared(policy.rules, allDeclared(policy.actions)).version,
      actions: policy.actions,
    },
  }),
})

/** Known by the name of its console. */
export const approvalPolicy: EntityType<StoredPolicy, unknown> = {
  ...stored,
  async read(console, upstreams, context) {
    const actions = context.ask((kernel) => ruledActions(kernel, console))
    if (actions.length === 0) return { status: 'missing' }
    const reading = await stored.read(console, upstreams, context)
    if (reading.status !== 'found') return reading
    const roles = new Set(actions.flatMap(({ alwaysPossible, deciders }) => (alwaysPossible ? deciders : [])))
    const holders = roles.size === 0 ? [] : await context.ask(({ pool }) => roleHolders(pool, [...roles]))
    const names = await context.ask(async (kernel) => ({
      ...Object.fromEntries(
        (await namedPeople(kernel.pool, rolesOfConsole(kernel, console))).map(({ id, name }) => [id, name]),
      ),
      ...(await namesOf(kernel.pool, reading.state.breakGlass)),
    }))
    const called = context.ask((kernel) => consoleTitle(kernel, console))
    const superRoles = context.ask(({ access }) => access.breakGlassRoles(console))
    const superPeople =
      superRoles.length === 0 ? [] : await context.ask(({ pool }) => namedPeople(pool, superRoles))
    const more = { called, names, superRoles, superPeople, actions, holders }
    return { ...reading, state: { ...reading.state, ...more } }
  },
}

/** Whom a list names in vain, by name: on it or not, nobody breaks the glass without one of the roles. */
export function withoutSuperRole(policy: StoredPolicy, listed: readonly string[]): string[] {
  return listed
    .filter((id) => !policy.superPeople.some((person) => person.id === id))
    .map((id) => policy.names[id] ?? id)
}

export const approvalPolicyEntity = defineEntity(approvalPolicy)

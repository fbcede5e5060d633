import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { PolicyRule, RuledAction } from '@countersign/sdk/wire/policy.ts'
import type { PersonRef } from '@countersign/sdk/wire/values.ts'

/** Whose actions are there in every console; nobody breaks the glass for them. */
export const KERNEL = 'kernel'

/** What a policy's record holds. */
export type PolicyRecord = {
  rules: PolicyRule[]
  actions: RuledAction[]
  breakGlass: string[]
  /** The same people as they are called. */
  breakGlassNames: string[]
  /** Without one of these roles nobody breaks the glass, listed or not; and who holds one. */
  superRoles: string[]
  superPeople: PersonRef[]
}

/** The rules out of a record or a form; what is none is left out. */
export function policyRules(value: unknown): PolicyRule[] {
  return Array.isArray(value) ? (value as PolicyRule[]) : []
}

export function peopleIds(value: unknown): string[] {
  return Array.isArray(value) ? (value as string[]) : []
}

export function policyRecord({ data }: Entity): PolicyRecord {
  return {
    rules: policyRules(data.rules),
    actions: Array.isArray(data.actions) ? (data.actions as RuledAction[]) : [],
    breakGlass: peopleIds(data.break_glass),
    breakGlassNames: peopleIds(data.break_glass_names ?? data.break_glass),
    superRoles: peopleIds(data.break_glass_roles),
    superPeople: Array.isArray(data.break_glass_people) ? (data.break_glass_people as PersonRef[]) : [],
  }
}

/** What holds for the actions that no rule names. */
export function declaredRules(rules: readonly PolicyRule[], actions: readonly RuledAction[]): PolicyRule[] {
  return actions
    .filter(({ type }) => !rules.some((rule) => rule.action === type))
    .flatMap(({ declared, declaredWhere }) => [declared, ...declaredWhere])
}

/** What an action declares where it has rules, but each with a condition: it goes on to hold wherever none of those does. */
export function otherwiseRule(
  rules: readonly PolicyRule[],
  { type, declared }: RuledAction,
): PolicyRule | undefined {
  const own = rules.filter(({ action }) => action === type)
  const always = own.some(({ when }) => when === undefined || Object.keys(when).length === 0)
  return own.length === 0 || always ? undefined : declared
}

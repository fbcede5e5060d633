import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { PolicyRule, RuledAction } from '@countersign/sdk/wire/policy.ts'

/** Whose actions are there in every console; nobody breaks the glass for them. */
export const KERNEL = 'kernel'

/** What a policy's record holds. */
export type PolicyRecord = { rules: PolicyRule[]; actions: RuledAction[]; breakGlass: string[] }

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
  }
}

/** What holds for the actions that no rule names. */
export function declaredRules(rules: readonly PolicyRule[], actions: readonly RuledAction[]): PolicyRule[] {
  return actions
    .filter(({ type }) => !rules.some((rule) => rule.action === type))
    .map(({ declared }) => declared)
}

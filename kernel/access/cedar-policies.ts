import cedar from '@cedar-policy/cedar-wasm/nodejs'
import type { PermissionDeclaration } from './access.ts'

/** One policy of a Cedar file; its id explains decisions. */
export type Policy = { readonly id: string; readonly text: string; readonly json: cedar.PolicyJson }

export const isForbid = (policy: Policy) => policy.json.effect === 'forbid'
export const isConditional = (policy: Policy) => policy.json.conditions.length > 0

const NAMES_AN_INDIVIDUAL = /\b(Person|Machine|Record|ActionRequest)::"/
/** The same in the scope of a policy, as JSON has it. */
const SCOPE_OF_AN_INDIVIDUAL = /"entity":\{"type":"(Person|Machine|Record|ActionRequest)"/

/** Whether a condition speaks of one person or one record, so that a decision on another of its kind is not this one. */
export function namesAnIndividual({ text }: Policy): boolean {
  return NAMES_AN_INDIVIDUAL.test(text)
}

/**
 * Reads one Cedar file.
 *
 * @throws Error where it cannot be read, a policy has no `@id`, or its scope names a person or a record
 */
export function parsePolicies(file: string, text: string): Policy[] {
  const parts = cedar.policySetTextToParts(text)
  if (parts.type === 'failure')
    throw new Error(`${file}: ${parts.errors.map((error) => error.message).join('; ')}`)
  return parts.policies.map((policy) => {
    const answer = cedar.policyToJson(policy)
    if (answer.type === 'failure')
      throw new Error(`${file}: ${answer.errors.map((error) => error.message).join('; ')}`)
    const id = answer.json.annotations?.id
    if (!id)
      throw new Error(`${file}: every policy needs an @id, by which a decision can be explained:\n${policy}`)
    // Which policies apply is found before anybody or anything in particular is known.
    if (SCOPE_OF_AN_INDIVIDUAL.test(JSON.stringify([answer.json.principal, answer.json.resource]))) {
      throw new Error(
        `${file}: @id("${id}") names a person or a record where it says whom it is for; say so in "when { … }"`,
      )
    }
    return { id, text: policy, json: answer.json }
  })
}

/**
 * Holds policies against a schema made from the declarations: one that names an unknown permission or role does not pass.
 *
 * @throws Error listing every problem
 */
export function validatePolicies(
  policies: readonly Policy[],
  permissions: readonly PermissionDeclaration[],
): void {
  const ids = policies.map((policy) => policy.id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice) throw new Error(`two policies have the id "${twice}"`)
  const answer = cedar.validate({
    validationSettings: { mode: 'strict' },
    schema: schemaOf(permissions),
    policies: { staticPolicies: Object.fromEntries(policies.map((policy) => [policy.id, policy.text])) },
  })
  if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; '))
  if (answer.validationErrors.length > 0) {
    throw new Error(
      answer.validationErrors.map(({ policyId, error }) => `${policyId}: ${error.message}`).join('\n'),
    )
  }
}

/**
 * Gives policies to the engine, which keeps what it has parsed for the whole process, under a name.
 *
 * @param as what of a policy the engine is given
 */
export function preparse(
  name: string,
  policies: readonly Policy[],
  as: (policy: Policy) => cedar.Policy,
): void {
  const answer = cedar.preparsePolicySet(name, {
    staticPolicies: Object.fromEntries(policies.map((policy) => [policy.id, as(policy)])),
  })
  if (answer.type === 'failure')
    throw new Error(`policies: ${answer.errors.map((error) => error.message).join('; ')}`)
}

/** The groups of permissions that a policy can name, such as `Action::"change"`. */
export function permissionGroups({ kind, movesMoney }: PermissionDeclaration): string[] {
  return [
    ...(kind === 'read' ? ['read'] : ['change']),
    ...(kind === 'decide' ? ['decide'] : []),
    ...(movesMoney ? ['moves_money'] : []),
  ]
}

/** Permissions in their groups, in Cedar's schema language. */
function schemaOf(permissions: readonly PermissionDeclaration[]): string {
  const lines = permissions.map((permission) => {
    const resource = permission.kind === 'decide' ? 'ActionRequest' : 'Record'
    return `action "${permission.name}" in [${permissionGroups(permission)
      .map((group) => `"${group}"`)
      .join(', ')}] appliesTo { principal: [Person, Machine], resource: [${resource}], context: {} };`
  })
  return `
    entity Side;
    entity Console;
    entity Role in [Side, Console];
    entity Person in [Role] = { tenants: Set<String> };
    entity Machine in [Role] = { tenants: Set<String> };
    entity Record = { kind: String, tenant?: String };
    entity ActionRequest = { requested_by: Person };
    action read, change, decide, moves_money;
    ${lines.join('\n')}
  `
}

import type { Policy } from '../access/cedar-policies.ts'

/** A policy that the argument below does not cover, and why. */
export type NotMonotone = { readonly policy: string; readonly why: string }

/**
 * The policies of which it cannot be said that one more role only ever adds to what of them applies. Where there is none, a decision
 * on a set of roles is made of the decisions on its members: the permits and forbids that apply to the set are those that
 * apply to one of them, since the scope of a policy names a role, a console or a side that the principal is *in*, and its
 * conditions look at no role at all.
 *
 * Cautious: a condition that tests membership of anything but the action and the resource does not pass.
 */
export function monotoneInRoles(policies: readonly Policy[]): readonly NotMonotone[] {
  return policies.flatMap(({ id, json }) => {
    if (!['All', 'in', 'is'].includes(json.principal.op)) {
      return [{ policy: id, why: 'it names one principal, where it should name a role, a console or a side' }]
    }
    return json.conditions.some(({ body }) => looksAtRoles(body))
      ? [
          {
            policy: id,
            why: 'its conditions look at the roles of whoever asks, so that one role more could open what it closes',
          },
        ]
      : []
  })
}

const ROLE_TYPES = new Set(['Role', 'Console', 'Side'])

/** Every role, console and side that a policy names, anywhere, as `Role/transfers/OPS`. */
export function rolesNamedBy({ json }: Policy): readonly string[] {
  const named: string[] = []
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    if ('type' in part && 'id' in part && typeof part.type === 'string' && ROLE_TYPES.has(part.type)) {
      named.push(`${part.type}/${part.id}`)
    }
    for (const member of Object.values(part)) visit(member)
  }
  visit(json)
  return named
}

function looksAtRoles(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false
  if ('type' in part && typeof part.type === 'string' && ROLE_TYPES.has(part.type)) return true
  // `principal in …`, and `resource.requested_by in …`; what a group of actions holds is no role's doing.
  if ('in' in part && isMembership(part.in) && part.in.left.Var !== 'action') return true
  return Object.values(part).some(looksAtRoles)
}

function isMembership(part: unknown): part is { left: { Var?: string } } {
  return typeof part === 'object' && part !== null && 'left' in part
}

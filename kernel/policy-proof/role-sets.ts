import type { RoleDeclaration } from '../access/access.ts'

/** Roles that somebody might hold together. */
export type RoleSet = {
  readonly roles: readonly RoleDeclaration[]
  /** False: they are of both sides of the separation of duties, and nobody is let in with them. */
  readonly admitted: boolean
}

/**
 * Whom the proof asks about: nobody's roles, every role by itself, then every pair. Larger sets follow from these where no policy
 * asks for the lack of a role (`monotone-in-roles.ts`): what a set is allowed, one of its roles is allowed, and stays allowed
 * beside any one of the others.
 */
export function roleSets(roles: readonly RoleDeclaration[]): readonly RoleSet[] {
  const pairs = roles.flatMap((one, index) =>
    roles.slice(index + 1).map((other) => ({ roles: [one, other], admitted: mayMeet(one, other) })),
  )
  return [
    { roles: [], admitted: true },
    ...roles.map((role) => ({ roles: [role], admitted: true })),
    ...pairs,
  ]
}

function mayMeet(one: RoleDeclaration, other: RoleDeclaration): boolean {
  return one.side === undefined || other.side === undefined || one.side === other.side
}

import type { RoleDeclaration } from '../access/access.ts'

/**
 * Whom the proof asks about: nobody's roles, every role by itself, and every pair that one person may hold. Larger sets follow from
 * these where no policy asks for the lack of a role ({@link import('./monotone-in-roles.ts').monotoneInRoles}): what a set is
 * allowed, one of its roles is allowed, and stays allowed beside any one of the others.
 */
export function roleSets(roles: readonly RoleDeclaration[]): readonly (readonly RoleDeclaration[])[] {
  const pairs = roles.flatMap((one, index) =>
    roles.slice(index + 1).flatMap((other) => (mayMeet(one, other) ? [[one, other]] : [])),
  )
  return [[], ...roles.map((role) => [role]), ...pairs]
}

/** Separation of duties: nobody holds roles on both sides. */
function mayMeet(one: RoleDeclaration, other: RoleDeclaration): boolean {
  return one.side === undefined || other.side === undefined || one.side === other.side
}

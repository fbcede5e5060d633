import type { PersonRecord } from './person-record.ts'

/**
 * One of these roles that stands on the other side of the separation of duties than somebody with `actorRoles` does; undefined where
 * none does, or the actor stands on no side.
 */
export function ofTheOtherSide(
  { sides }: Pick<PersonRecord, 'sides'>,
  roles: readonly string[],
  actorRoles: readonly string[],
): string | undefined {
  const own = new Set(actorRoles.map((role) => sides[role]).filter((side) => side != null))
  return own.size === 0 ? undefined : roles.find((role) => sides[role] != null && !own.has(sides[role]))
}

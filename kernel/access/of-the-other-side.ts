import type { PersonRecord } from './person-record.ts'
import { consoleOfRole } from './role-name.ts'

/**
 * One of these roles that stands on the other side of the separation of duties than somebody with `actorRoles` does, or is of no console
 * (an auditor's): who watches everybody is nobody's to look after. Undefined where none is.
 */
export function ofTheOtherSide(
  { sides }: Pick<PersonRecord, 'sides'>,
  roles: readonly string[],
  actorRoles: readonly string[],
): string | undefined {
  const own = new Set(actorRoles.map((role) => sides[role]).filter((side) => side != null))
  return roles.find(
    (role) =>
      consoleOfRole(role) === 'kernel' || (own.size > 0 && sides[role] != null && !own.has(sides[role])),
  )
}

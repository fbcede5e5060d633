import type { EntityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import { type Said, say } from '../languages/say.ts'
import { consoleOfRole } from './role-name.ts'

/** The console that a record is of; `kernel` where it is nobody's own. */
export function ownerOf({ entities }: Pick<Kernel, 'entities'>, target: EntityRef): string {
  const entity = entities.get(target.kind)
  return entity?.consoleOf?.(target.id) ?? entity?.console ?? 'kernel'
}

/**
 * The roles with which this may be done to a record: of its own console alone, where it is one's. Another console's people
 * are let near the kernel's actions too, and have no say in this record.
 */
export function rolesThatMay(
  kernel: Pick<Kernel, 'access' | 'consoles' | 'entities'>,
  permission: string,
  target: EntityRef,
): readonly string[] {
  const roles = kernel.access.rolesFor(permission)
  const owner = ownerOf(kernel, target)
  const owned =
    owner !== 'kernel' &&
    kernel.consoles.some((one) => one.roles.some(({ role }) => consoleOfRole(role) === owner))
  return owned ? roles.filter((role) => consoleOfRole(role) === owner) : roles
}

/** Who could, in a sentence for somebody who may not. */
export function neededRoles(roles: readonly string[]): Said {
  return roles.length > 0
    ? say`This needs the role ${roles.join(' or ')}.`
    : say`No role that exists may do this.`
}

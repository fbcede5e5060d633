import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import type { EntityRef } from './entity-ref.ts'

/**
 * Whether this person may know of the record at all: read it, see its history, hear that it changed. Requests are no
 * records of a console: see `maySeeRequest`.
 */
export function mayHearOf(
  kernel: Pick<Kernel, 'access' | 'consoles' | 'entities'>,
  principal: Pick<Principal, 'kind' | 'roles'>,
  ref: EntityRef,
): boolean {
  const entity = kernel.entities.get(ref.kind)
  if (!entity) return false
  return mayReadConsole(kernel, principal, entity.consoleOf?.(ref.id) ?? entity.console)
}

/** A console that is not installed here is nobody's to read. */
export function mayReadConsole(
  kernel: Pick<Kernel, 'access' | 'consoles'>,
  principal: Pick<Principal, 'kind' | 'roles'>,
  console: string,
): boolean {
  if (console === 'kernel') return true
  // What tells of security events is for those who look into them, whichever part of the log they read.
  if (console === 'audit') return kernel.access.mayEver(principal, 'security:read')
  const permission = `${console}:read`
  const declared = kernel.consoles.some(({ readPermissions }) => readPermissions.includes(permission))
  return declared && kernel.access.mayEver(principal, permission)
}

/** The permission that shows a record; undefined where no console of this installation declares one. */
export function readPermissionOf(
  kernel: Pick<Kernel, 'consoles' | 'entities'>,
  ref: EntityRef,
): string | undefined {
  const entity = kernel.entities.get(ref.kind)
  const permission = entity && `${entity.consoleOf?.(ref.id) ?? entity.console}:read`
  return kernel.consoles.flatMap(({ readPermissions }) => readPermissions).find((name) => name === permission)
}

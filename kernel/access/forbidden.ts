import type { Failure } from '../actions/failure.ts'
import type { Kernel } from '../kernel.ts'
import { consoleOfRole } from './role-name.ts'
import { neededRoles } from './roles-that-may.ts'

/** 403 with what would be needed, one of the permissions; says nothing of the target. */
export function forbidden(kernel: Kernel, ...permissions: readonly string[]): Failure {
  const roles = [...new Set(permissions.flatMap((permission) => kernel.access.rolesFor(permission)))]
  // The kernel's own roles read everywhere: whose door it is, the others say.
  const ofConsoles = roles.filter((role) => consoleOfRole(role) !== 'kernel')
  const [owner, ...others] = new Set(ofConsoles.map(consoleOfRole))
  const { notLetIn } = (others.length === 0 && kernel.consoles.find(({ name }) => name === owner)) || {}
  return { ...needsOneOf(roles), ...notLetIn?.(ofConsoles) }
}

/** 403 with the roles that could. */
export function needsOneOf(roles: readonly string[]): Failure {
  return {
    kind: 'forbidden',
    code: 'forbidden',
    message: neededRoles(roles),
    extra: { required_roles: roles },
  }
}

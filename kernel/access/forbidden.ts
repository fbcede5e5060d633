import type { Failure } from '../actions/failure.ts'
import type { Kernel } from '../kernel.ts'

/** 403 with what would be needed, one of the permissions; says nothing of the target. */
export function forbidden(kernel: Kernel, ...permissions: readonly string[]): Failure {
  const roles = [...new Set(permissions.flatMap((permission) => kernel.access.rolesFor(permission)))]
  return {
    kind: 'forbidden',
    code: 'forbidden',
    message:
      roles.length > 0 ? `This needs the role ${roles.join(' or ')}.` : 'No role that exists may do this.',
    extra: { required_roles: roles },
  }
}

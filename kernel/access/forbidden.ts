import type { Failure } from '../actions/failure.ts'
import type { Kernel } from '../kernel.ts'
import { neededRoles } from './roles-that-may.ts'

/** 403 with what would be needed, one of the permissions; says nothing of the target. */
export function forbidden(kernel: Kernel, ...permissions: readonly string[]): Failure {
  return needsOneOf([...new Set(permissions.flatMap((permission) => kernel.access.rolesFor(permission)))])
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

import type { BoundAction, MountedConsole } from '../console.ts'
import type { Access } from './access.ts'

/**
 * An action that needs countersignatures and names no roles for them is countersigned by whoever policy lets decide on
 * it: so the kernel's own actions know no console's roles.
 */
export function withDeciders(consoles: readonly MountedConsole[], access: Access): MountedConsole[] {
  const decided = (action: BoundAction): BoundAction => {
    const { required, eligibleRoles } = action.approvals
    if (required === 0 || eligibleRoles.length > 0) return action
    return {
      ...action,
      approvals: { ...action.approvals, eligibleRoles: access.rolesFor(`${action.name}:decide`) },
    }
  }
  return consoles.map((console) => ({ ...console, actions: console.actions.map(decided) }))
}

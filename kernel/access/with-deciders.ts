import type { BoundAction, MountedConsole } from '../console.ts'
import type { Access } from './access.ts'

/** Who may not do this sees nothing of what a request was asked with of people. */
const OPENS = 'kernel.reveal_request'

/**
 * An action that needs countersignatures and names no roles for them is countersigned by whoever policy lets decide on
 * it: so the kernel's own actions know no console's roles.
 *
 * @throws Error at start-up where somebody would have to agree to what they may not open
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
  const blind = consoles
    .flatMap(({ actions }) => actions)
    .filter(({ openedBeforeAgreeing }) => openedBeforeAgreeing)
    .flatMap(({ name }) => access.rolesFor(`${name}:decide`).map((role) => ({ name, role })))
    .find(({ role }) => !access.rolesFor(OPENS).includes(role))
  if (blind) {
    throw new Error(`${blind.role} decides on ${blind.name}, which is opened first, and may not ${OPENS}`)
  }
  return consoles.map((console) => ({ ...console, actions: console.actions.map(decided) }))
}

import type { Failure } from '@countersign/kernel/actions/failure.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { platformRoles } from '../roles.ts'

/** Of these nobody is told to have them: they are had for a time. */
const LENT: ReadonlySet<string> = new Set(platformRoles.flatMap(({ role, lent }) => (lent ? [role] : [])))

/**
 * What is read by whoever lacks one of these roles of this console, named without it.
 *
 * CRITICAL: P-11, FINANCE_ADMIN is left out on purpose, so that nobody has both what runs the platform and what moves its money.
 */
export function notLetIn(roles: readonly string[]): Pick<Failure, 'message' | 'explanation'> {
  const [first = '', second, ...more] = roles
    .filter((role) => !LENT.has(role))
    .map((role) => role.slice(role.indexOf('/') + 1))
  return {
    message:
      second === undefined
        ? say`${first} role required`
        : say`${[first, ...more].join(', ')} or ${second} role required`,
    explanation: say`This is an operational admin console. Finance operations are managed separately.`,
  }
}

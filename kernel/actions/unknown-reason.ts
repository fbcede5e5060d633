import { say } from '../languages/say.ts'
import { type Failure, invalid } from './failure.ts'

/** Codes that a sentence names; `allowed` has all of them. */
const NAMED_MAX = 10

/** Of a reason that is none of an action's codes: what is allowed, the first of them in the sentence itself. */
export function unknownReason(codes: readonly { readonly code: string }[]): Failure {
  const allowed = codes.map(({ code }) => code)
  const more = allowed.length - NAMED_MAX
  const named = allowed.slice(0, NAMED_MAX).join(', ')
  return invalid({
    field: 'reason.code',
    message:
      more > 0
        ? say`must be one of the action's codes: ${named} and ${more} more`
        : say`must be one of the action's codes: ${named}`,
    allowed,
  })
}

import type { BoundAction } from '../console.ts'
import { say } from '../languages/say.ts'
import type { FieldError } from './failure.ts'

/** K-13: where the reason is at fault, its codes are listed with it. */
export function withReasonCodes(
  action: Pick<BoundAction, 'reasons'>,
  reasonField: string | undefined,
  errors: readonly FieldError[],
): FieldError[] {
  return errors.map((error) =>
    error.field === reasonField || error.field === 'reason' || error.field === 'reason.code'
      ? {
          ...error,
          message: say`a reason is required: a code of the action`,
          allowed: action.reasons.map(({ code }) => code),
        }
      : error,
  )
}

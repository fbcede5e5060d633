import { OTHER, type ReasonCode } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'

/** Why a limit is set, changed or withdrawn. */
export const limitReasons: readonly ReasonCode[] = [
  { code: 'agreed_with_merchant', title: say`Agreed with the merchant` },
  { code: 'load', title: say`More comes than can be answered` },
  { code: 'abuse', title: say`Abuse`, noteRequired: true },
  { code: 'outdated', title: say`No longer as things are` },
  OTHER,
]

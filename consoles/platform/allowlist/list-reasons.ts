import { OTHER, type ReasonCode } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'

/** Why a list is made, changed or withdrawn. */
export const listReasons: readonly ReasonCode[] = [
  { code: 'agreed_with_merchant', title: say`Agreed with the merchant` },
  { code: 'network_moved', title: say`A network has changed` },
  { code: 'access_narrowed', title: say`Fewer are to come in` },
  { code: 'outdated', title: say`No longer as things are` },
  OTHER,
]

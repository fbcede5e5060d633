import { OTHER, type ReasonCode } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'

/** Why a party is frozen. */
export const freezeReasons: readonly ReasonCode[] = [
  { code: 'sanctions_match', title: say`Match with a sanctions list` },
  { code: 'fraud_suspected', title: say`Fraud suspected` },
  { code: 'court_order', title: say`Court or authority order`, noteRequired: true },
  { code: 'account_takeover', title: say`Account taken over` },
  OTHER,
]

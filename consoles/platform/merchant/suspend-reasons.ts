import { OTHER, type ReasonCode } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'

/** Why a merchant's checkout is closed. */
export const suspendReasons: readonly ReasonCode[] = [
  { code: 'compliance_review', title: say`Compliance review` },
  { code: 'fraud_suspected', title: say`Fraud suspected` },
  { code: 'account_takeover', title: say`Account taken over` },
  { code: 'terms_broken', title: say`Terms of use broken`, noteRequired: true },
  { code: 'merchant_asked', title: say`The merchant asked for it` },
  OTHER,
]

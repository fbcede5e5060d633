import type { ApprovalPolicyRule } from '@countersign/kernel/approvals/approval-policy.ts'
import { moneyFromWire, type WireMoney } from '@countersign/kernel/money/money.ts'

export const WRITE_OFF = 'transfers.write_off_exception'

/** What may be written off of one exception where no approval rule says otherwise; of other currencies nothing. */
const DECLARED: readonly WireMoney[] = [
  { amount: '100.00', currency: 'CHF' },
  { amount: '100.00', currency: 'EUR' },
  { amount: '100.00', currency: 'GBP' },
  { amount: '10000', currency: 'JPY' },
  { amount: '30.000', currency: 'KWD' },
  { amount: '100.00', currency: 'USD' },
]

/**
 * The limit of one currency: the lowest that the approval rules of the console forbid more of (`forbid`, `amount_over` in that
 * currency, and `scope` that currency or none); where none does, what is declared. Undefined: nothing of it is written off.
 */
export function writeOffLimit(currency: string, rules: readonly ApprovalPolicyRule[]): WireMoney | undefined {
  const set = rules
    .filter(
      ({ action, forbid, when }) =>
        action === WRITE_OFF && forbid && (when?.scope === undefined || when.scope === currency),
    )
    .flatMap(({ when }) => (when?.amount_over?.currency === currency ? [when.amount_over] : []))
  if (set.length === 0) return DECLARED.find((limit) => limit.currency === currency)
  return set.reduce((lowest, limit) =>
    moneyFromWire(limit).minor < moneyFromWire(lowest).minor ? limit : lowest,
  )
}

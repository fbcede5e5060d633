import type { ConditionalApproval } from '@countersign/kernel/actions/define-action.ts'
import type { ApprovalPolicyRule } from '@countersign/kernel/approvals/approval-policy.ts'
import { moneyFromWire, moneyToWire, type WireMoney } from '@countersign/kernel/money/money.ts'

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

/** What one person may have written off within a day before a second administrator is asked: ten times what one exception may be. */
const SUM_OF_LIMITS = 10n
const SUM_WITHIN_S = 24 * 3600

/**
 * What is asked for together counts together, in one request or in many: a thousand small differences are no way past the limit of
 * one. By currency, as the limit is.
 */
export const SUMS_OF_WRITE_OFFS: readonly ConditionalApproval[] = DECLARED.map((limit) => {
  const { minor, currency } = moneyFromWire(limit)
  const sum_over = {
    limit: moneyToWire({ minor: minor * SUM_OF_LIMITS, currency }),
    within_s: SUM_WITHIN_S,
    per: 'requester' as const,
  }
  return { when: { scope: currency, sum_over }, required: 2, eligibleRoles: ['transfers/ADMIN'] }
})

/**
 * The limit of one currency: the lowest that the approval rules of the console forbid more of, for everybody and one exception alone
 * (`forbid`, `amount_over` in that currency, `scope` that currency or none, and no other condition); where none does, what is
 * declared. A rule with a further condition forbids what it says, and leaves the limit of everybody else as it is. Undefined: nothing
 * of it is written off.
 */
export function writeOffLimit(currency: string, rules: readonly ApprovalPolicyRule[]): WireMoney | undefined {
  const set = rules
    .filter(({ action, forbid }) => action === WRITE_OFF && forbid)
    .flatMap(({ when }) => limitOfAll(when, currency) ?? [])
  if (set.length === 0) return DECLARED.find((limit) => limit.currency === currency)
  return set.reduce((lowest, limit) =>
    moneyFromWire(limit).minor < moneyFromWire(lowest).minor ? limit : lowest,
  )
}

function limitOfAll(when: ApprovalPolicyRule['when'], currency: string): WireMoney | undefined {
  const { amount_over, scope = currency, ...further } = when ?? {}
  const narrowed = Object.values(further).some((condition) => condition !== undefined)
  return scope === currency && amount_over?.currency === currency && !narrowed ? amount_over : undefined
}

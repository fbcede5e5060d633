import { moneyFromWire, wireMoney } from '@countersign/kernel/money/money.ts'

/** Money that the upstream tells of; what does not fit an integer of JSON exactly is not as agreed. */
export const countedMoney = wireMoney.refine(
  (wire) => BigInt(Number.MAX_SAFE_INTEGER) >= BigInt(wire.amount.replace(/\D/g, '') || '0'),
  'must be at most 9007199254740991 minor units',
)

/** In the spelling of the finance doors: an integer of the currency's minor unit. */
export function inMinorUnits(wire: { readonly amount: string; readonly currency: string }): {
  amount_minor: number
  currency: string
} {
  const { minor, currency } = moneyFromWire(wire)
  return { amount_minor: Number(minor), currency }
}

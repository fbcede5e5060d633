import { type Refusal, refuseField } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { moneyFromWire, moneyToWire, type WireMoney } from '@countersign/kernel/money/money.ts'
import type { ReconException } from './exception.ts'

/** One of those that a line is assigned to, and how much of the line it gets. */
export type Share = { readonly id: string; readonly amount: WireMoney }

/** How much of the line each of them gets, or why that cannot be. */
export function sharesOf(
  record: ReconException,
  parts: readonly { readonly id: string; readonly amount?: WireMoney | undefined }[],
): Share[] | Refusal {
  const whole = moneyFromWire(record.amount)
  let left = whole.minor
  const without = parts.filter(({ amount }) => amount === undefined)
  for (const [index, { amount }] of parts.entries()) {
    if (amount === undefined) {
      if (without.length === 1) continue
      return refuseField(
        `input.parts.${index}.amount`,
        say`is missing; it may be left out of one of them only`,
      )
    }
    if (amount.currency !== record.amount.currency) {
      return refuseField(
        `input.parts.${index}.amount`,
        say`is in ${amount.currency}, and the line in ${record.amount.currency}`,
        [record.amount.currency],
      )
    }
    const { minor } = moneyFromWire(amount)
    if (minor <= 0n) return refuseField(`input.parts.${index}.amount`, say`must be more than nothing`)
    left -= minor
  }
  if (left < 0n) {
    const over = moneyToWire({ minor: -left, currency: whole.currency })
    return refuseField('input.parts', say`come to ${over} more than the line, which is ${record.amount}`)
  }
  if (left === 0n && without.length > 0) {
    const index = parts.findIndex(({ amount }) => amount === undefined)
    return refuseField(`input.parts.${index}`, say`gets nothing: the others come to the whole line`)
  }
  const rest = moneyToWire({ minor: left, currency: whole.currency })
  return parts.map(({ id, amount }) => ({ id, amount: amount ?? rest }))
}

export function sumOf(record: ReconException, shares: readonly Share[]): WireMoney {
  const minor = shares.reduce((sum, { amount }) => sum + moneyFromWire(amount).minor, 0n)
  return moneyToWire({ minor, currency: record.amount.currency })
}

/** What of the line none of them gets; undefined: nothing. */
export function leftOver(record: ReconException, shares: readonly Share[]): WireMoney | undefined {
  const left = lessBy(record.amount, sumOf(record, shares))
  return moneyFromWire(left).minor === 0n ? undefined : left
}

export function lessBy(amount: WireMoney, by: WireMoney): WireMoney {
  return moneyToWire({
    minor: moneyFromWire(amount).minor - moneyFromWire(by).minor,
    currency: amount.currency,
  })
}

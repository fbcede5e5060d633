import { moneyToWire, type WireMoney } from '@countersign/kernel/money/money.ts'

/** A sum of money: one amount, or one per currency where there are several. */
export type MoneySums = WireMoney | WireMoney[]

/** Minor units by currency as wire money. Nothing at all is an empty list. */
export function moneySums(sums: ReadonlyMap<string, bigint>): MoneySums {
  const list = [...sums].map(([currency, minor]) => moneyToWire({ minor, currency }))
  const [only] = list
  return list.length === 1 && only ? only : list
}

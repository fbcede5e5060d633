import type { Rail } from '../cts/return-deadlines.ts'

/** An account of the ledger; its number says what it is, its currency which one. */
export type Account = { readonly number: string; readonly name: string; readonly currency: string }

const SETTLEMENT: Readonly<Record<Rail, readonly [string, string]>> = {
  ach: ['1010', 'ACH settlement'],
  sepa_ct: ['1020', 'SEPA settlement'],
  wire: ['1030', 'Wire settlement'],
}

/** What the bank holds for us on a rail: an asset, mirrored by the bank's statement. */
export function settlementAccount(rail: Rail, currency: string): Account {
  const [number, name] = SETTLEMENT[rail]
  return { number: `${number}-${currency}`, name: `${name} ${currency}`, currency }
}

/** What we hold for customers: a liability. */
export function customerFunds(currency: string): Account {
  return { number: `2000-${currency}`, name: `Customer funds ${currency}`, currency }
}

/** Money that came back without a known original: a liability until someone finds out whose it is. */
export function unidentifiedReturns(currency: string): Account {
  return { number: `2900-${currency}`, name: `Unidentified returns ${currency}`, currency }
}

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

/** What card schemes owe for what merchants have sold: an asset until they pay. */
export function dueFromSchemes(currency: string): Account {
  return { number: `1200-${currency}`, name: `Due from card schemes ${currency}`, currency }
}

/** Where merchants are paid from. */
export function merchantSettlement(currency: string): Account {
  return { number: `1040-${currency}`, name: `Merchant settlement ${currency}`, currency }
}

/** Money that came back without a known original: a liability until someone finds out whose it is. */
export function unidentifiedReturns(currency: string): Account {
  return { number: `2900-${currency}`, name: `Unidentified returns ${currency}`, currency }
}

const WRITE_OFF = {
  bank_charges: ['5900', 'Bank charges'],
  rounding: ['5910', 'Rounding differences'],
  unexplained: ['5990', 'Unexplained differences'],
} as const satisfies Readonly<Record<string, readonly [string, string]>>

export const WRITE_OFF_ACCOUNTS = ['bank_charges', 'rounding', 'unexplained'] as const

/** Where a difference goes that nobody will find the partner of: an expense, or what comes in against it. */
export function writeOffAccount(name: keyof typeof WRITE_OFF, currency: string): Account {
  const [number, title] = WRITE_OFF[name]
  return { number: `${number}-${currency}`, name: `${title} ${currency}`, currency }
}

/** What a bank holds for us of which the ledger keeps no account of its own. */
export function otherBankAccounts(currency: string): Account {
  return { number: `1090-${currency}`, name: `Other bank accounts ${currency}`, currency }
}

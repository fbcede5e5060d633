import { type Said, say } from '@countersign/kernel/languages/say.ts'

export const WRITE_OFF_ACCOUNTS = ['bank_charges', 'rounding', 'unexplained'] as const

/** Where the Ledger posts a difference, as a person reads it. */
export const WRITE_OFF_ACCOUNT_TITLES: Readonly<Record<(typeof WRITE_OFF_ACCOUNTS)[number], Said>> = {
  bank_charges: say`bank charges`,
  rounding: say`rounding differences`,
  unexplained: say`unexplained differences`,
}

import { z } from 'zod'

/** ISO 4217 minor units where they are not two; `platform.currency_digits` in SQL holds the same rule. */
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
}

export type Money = { readonly amount: string; readonly currency: string }

/** Digits after the point of an amount in this currency. */
export function minorDigits(currency: string): number {
  return MINOR_DIGITS[currency] ?? 2
}

const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code of three capital letters')

function moneyOf(amount: RegExp, what: string) {
  return z
    .strictObject({ amount: z.string().regex(amount, what), currency: Currency })
    .superRefine((money, context) => {
      const digits = minorDigits(money.currency)
      const given = money.amount.split('.')[1]?.length ?? 0
      if (given !== digits) {
        context.addIssue({
          code: 'custom',
          path: ['amount'],
          message: `must have ${digits} digits after the point in ${money.currency}, not ${given}`,
        })
      }
    })
}

/** A decimal string with the currency's own number of minor digits; not negative. */
export const MoneySchema = moneyOf(
  /^(0|[1-9]\d{0,12})(\.\d{1,4})?$/,
  'must be a decimal such as "1204.50", not negative, at most 13 digits before the point',
)

/** As `MoneySchema`, but may be below zero: the balance of an account. */
export const BalanceSchema = moneyOf(
  /^-?(0|[1-9]\d{0,12})(\.\d{1,4})?$/,
  'must be a decimal such as "-1204.50", at most 13 digits before the point',
)

/** Minor units of a parsed amount: `{"amount":"1.500","currency":"KWD"}` → 1500n. */
export function minorUnits(money: Money): bigint {
  return BigInt(money.amount.replace('.', ''))
}

/** The decimal string of minor units in a currency: 1500n KWD → `1.500`. */
export function decimal(minor: bigint, currency: string): string {
  const digits = minorDigits(currency)
  const sign = minor < 0n ? '-' : ''
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

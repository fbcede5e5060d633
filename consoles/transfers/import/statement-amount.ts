import { minorDigits } from '@countersign/kernel/money/currency.ts'

/** Digits before the decimal sign that upstreams take; ISO 20022 allows no more than 18 in all. */
const WHOLE_DIGITS_MAX = 15

/** An amount in minor units, or why the text is none. */
export type ParsedAmount = { ok: true; minor: bigint } | { ok: false; why: string }

/**
 * Reads a decimal without sign (`1204.5`, `1204,50`, `300,`) as minor units of its currency. Zeros beyond the currency's own
 * digits are accepted (`JPY 1000.00`), any other digit there is not.
 * @param separator the decimal sign: a point in XML, a comma in SWIFT messages
 */
export function parseAmount(text: string, currency: string, separator: '.' | ','): ParsedAmount {
  const digits = minorDigits(currency)
  if (digits === undefined)
    return { ok: false, why: `${JSON.stringify(currency)} is no ISO 4217 currency in force` }
  const [whole = '', fraction = '', ...more] = text.split(separator)
  if (more.length > 0 || !/^\d+$/.test(whole) || !/^\d*$/.test(fraction)) {
    return { ok: false, why: `${JSON.stringify(text)} is not a decimal number without sign` }
  }
  const significant = whole.replace(/^0+(?=\d)/, '')
  if (significant.length > WHOLE_DIGITS_MAX) {
    return { ok: false, why: `${JSON.stringify(text)} has more than ${WHOLE_DIGITS_MAX} digits` }
  }
  if (/[1-9]/.test(fraction.slice(digits))) {
    return {
      ok: false,
      why: `${currency} has ${digits} digits after the point; ${JSON.stringify(text)} has more`,
    }
  }
  return { ok: true, minor: BigInt(significant + fraction.slice(0, digits).padEnd(digits, '0')) }
}

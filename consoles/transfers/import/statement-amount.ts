import { minorDigits } from '@countersign/kernel/money/currency.ts'

/**
 * Currencies that ISO 4217 has withdrawn (list three) and that bank statements of the last decades still carry. All of them had
 * two minor digits.
 */
const WITHDRAWN: ReadonlySet<string> = new Set(
  'ANG ATS AZM BGL BGN CUC CYP DEM EEK FIM FRF HRK IEP LTL LVL MTL NLG RUR SIT SKK SLL ZWL'.split(' '),
)

/** Digits before the decimal sign that upstreams take; ISO 20022 allows no more than 18 in all. */
const WHOLE_DIGITS_MAX = 15

/** Digits after the point of an amount on a statement in this currency, or undefined where ISO 4217 never knew it as money. */
export function statementMinorDigits(currency: string): number | undefined {
  return minorDigits(currency) ?? (WITHDRAWN.has(currency) ? 2 : undefined)
}

/** An amount in minor units, or why the text is none. */
export type ParsedAmount = { ok: true; minor: bigint } | { ok: false; why: string }

/**
 * Reads a decimal without sign (`1204.5`, `1204,50`, `300,`) as minor units of its currency. Zeros beyond the currency's own
 * digits are accepted (`JPY 1000.00`), any other digit there is not.
 * @param separator the decimal sign: a point in XML, a comma in SWIFT messages
 */
export function parseAmount(text: string, currency: string, separator: '.' | ','): ParsedAmount {
  const digits = statementMinorDigits(currency)
  if (digits === undefined)
    return { ok: false, why: `currency ${JSON.stringify(currency)} is not in ISO 4217` }
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

/** Minor units as a decimal string with the currency's own digits: 1500n KWD → `1.500`. */
export function decimalText(minor: bigint, currency: string): string {
  const digits = statementMinorDigits(currency) ?? 2
  const sign = minor < 0n ? '-' : ''
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

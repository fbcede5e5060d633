/**
 * ISO 4217 (list one, "current currency and funds code", and of list three what bank statements of the last decades still
 * carry), by number of minor digits. Precious metals and test codes (XAU, XTS, XXX …) have none and are not money here.
 */
const CODES: Readonly<Record<0 | 2 | 3 | 4, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF BEF BYR ESP GRD ITL LUF PTE ROL TRL',
  2:
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP ' +
    'COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD ' +
    'KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK ' +
    'NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT ' +
    'TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG ' +
    'ANG ATS AZM BGL BGN CUC CYP DEM EEK FIM FRF HRK IEP LTL LVL MTL NLG RUR SIT SKK SLL ZWL',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
}

const MINOR_DIGITS: ReadonlyMap<string, number> = new Map(
  Object.entries(CODES).flatMap(([digits, codes]) =>
    codes.split(' ').map((code) => [code, Number(digits)] as const),
  ),
)

/** Digits before the decimal sign of an amount on a statement (ISO 20022: 18 in all). */
const WHOLE_DIGITS_MAX = 18

/** Digits after the point of an amount in this currency, or undefined where ISO 4217 does not know it. */
export function minorDigits(currency: string): number | undefined {
  return MINOR_DIGITS.get(currency)
}

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
  const digits = minorDigits(currency) ?? 2
  const sign = minor < 0n ? '-' : ''
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

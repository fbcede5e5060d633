/** Known to Unicode's data, and no country: parts and unions of countries, what is reserved, what is for tests. */
const OTHERS = new Set('AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ'.split(' '))

const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** Whether a code is a country's of now: of ISO 3166-1, or `XK`, which banks write for Kosovo. */
export function isCountry(code: string): boolean {
  if (!/^[A-Z]{2}$/.test(code) || OTHERS.has(code) || names.of(code) === undefined) return false
  // What a country was called before, such as DD or YU, has another code by now.
  return Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`
}

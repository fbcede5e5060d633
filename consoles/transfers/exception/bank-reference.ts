/** ISO 20022 (Max35Text): no bank's reference is longer. In characters. */
const REFERENCE_CHARACTERS_MAX = 35
/** From so many words on it is a sentence or a name. */
const WORDS_OF_TEXT = 2

/** Lengths of IBANs by country (SWIFT's IBAN Registry, ISO 13616), in characters. */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 ' +
    'FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
    'LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 ' +
    'SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/**
 * Whether what stands in the place of a reference can be one: at most 35 characters, with a digit, without an IBAN and without
 * two words. What cannot is text that somebody wrote, and is kept as personal data: who writes there often writes a name or an
 * account. A reference that is taken for text is still read by a reveal; a name that is taken for a reference is never taken back.
 */
export function isBankReference(text: string): boolean {
  if (text.length > REFERENCE_CHARACTERS_MAX || !/\d/.test(text) || text.includes('@')) return false
  const words = text.split(/[^\p{L}\p{M}\p{N}'’-]+/u).filter((part) => /^\p{L}[\p{L}\p{M}'’-]*$/u.test(part))
  return words.length < WORDS_OF_TEXT && !holdsIban(text)
}

/** With whatever blanks and punctuation it is written. */
function holdsIban(text: string): boolean {
  const characters = text.toUpperCase().replace(/[^A-Z0-9]/g, '')
  return [...characters.matchAll(/(?=([A-Z]{2})\d{2})/g)].some(({ index, 1: country = '' }) => {
    const length = IBAN_LENGTHS.get(country)
    return (
      length !== undefined &&
      characters.length >= index + length &&
      hasCheckSum(characters.slice(index, index + length))
    )
  })
}

/** ISO 7064, MOD 97-10: the first four characters behind the others, letters as 10 to 35. */
function hasCheckSum(iban: string): boolean {
  let rest = 0
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

import { type Said, say, type Text, together } from '@countersign/kernel/languages/say.ts'
import type { Hit } from './hit.ts'

/** What identifiers are called, ours and those that Compliance is known to compare. */
export const IDENTIFIERS: Readonly<Record<string, Said>> = {
  born: say`date of birth`,
  date_of_birth: say`date of birth`,
  nationality: say`nationality`,
  country: say`country`,
  passport: say`passport`,
  document_number: say`document number`,
  registration_number: say`registration number`,
}

/** What the page of a hit calls them: of a party its country of residence is known and no nationality. */
export const COMPARED_AS: Readonly<Record<string, Said>> = {
  ...IDENTIFIERS,
  nationality: say`nationality; of ours, the country`,
}

const BIRTH_DATES = ['born', 'date_of_birth']
const COUNTRIES = ['nationality', 'country']
/** Each is given to one person or company alone. */
const NUMBERS = ['passport', 'document_number', 'registration_number']

const sameOf = (identifiers: Hit['identifiers']) =>
  identifiers.filter(({ match, ours, theirs }) => (match ?? (ours === theirs ? 'same' : '')) === 'same')

const isSameOneOf =
  (names: readonly string[]) =>
  ({ identifiers }: Pick<Hit, 'identifiers'>): boolean =>
    sameOf(identifiers).some(({ name }) => names.includes(name))

export const isSameBirthDate = isSameOneOf(BIRTH_DATES)
export const isSameCountry = isSameOneOf(COUNTRIES)
export const isSameNumber = isSameOneOf(NUMBERS)

/** To be noticed by who clears it: what of the two is the same beside their names. */
export function sameIdentifiers({ identifiers }: Pick<Hit, 'identifiers'>): Text[] {
  const same = sameOf(identifiers)
  if (same.length === 0) return []
  return [
    say`The same of both: ${together(
      same.map(({ name }) => IDENTIFIERS[name] ?? name.replaceAll('_', ' ')),
      ', ',
    )}.`,
  ]
}

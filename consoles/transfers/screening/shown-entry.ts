import { spanText } from './compare-identifiers.ts'
import { countryCode } from './country-code.ts'
import type { ListEntry } from './list-entry.ts'

/** A country as a list writes it, with its code where that is known: who reads it has names of their own for it. */
export const shownCountry = (name: string) => ({ name, code: countryCode(name) ?? null })

/** All that a list knows of an entry, for a page. */
export const shownEntry = ({
  uid,
  kind,
  name,
  aliases,
  programs,
  identifiers,
  addresses,
  remarks,
}: ListEntry) => ({
  ...{ uid, kind, remarks },
  names: [
    { name, as: null, weak: false },
    ...aliases.map(({ as, weak, ...alias }) => ({ ...alias, as, weak })),
  ],
  programs: [...programs],
  born: identifiers.born.map(spanText),
  places: [...identifiers.places],
  nationalities: identifiers.nationalities.map(shownCountry),
  passports: [...identifiers.passports],
  addresses: [...addresses],
})

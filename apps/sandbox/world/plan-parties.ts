import { addDays, type Day } from '../cts/banking-calendar.ts'
import { partyIdOfAccount } from '../cts/nacha-entry.ts'
import { accountNumber, institution } from './account-numbers.ts'
import { COMPANIES, FAMILY_NAMES, GIVEN_NAMES } from './names.ts'
import type { Random } from './random.ts'

export type PlannedParty = {
  readonly id: string
  readonly kind: 'person' | 'company'
  readonly name: string
  readonly country: string
  readonly date_of_birth?: Day
  readonly account: string
  readonly created_at: Date
}

/** How many people of each country there are, beside all its companies. */
const PEOPLE: Readonly<Record<string, number>> = { US: 22, DE: 4, NL: 2, ES: 2, GB: 3, JP: 2, KW: 2 }

/** Some sixty parties with their accounts. */
export function planParties(random: Random, today: Day): PlannedParty[] {
  const parties: PlannedParty[] = []
  const add = (kind: 'person' | 'company', name: string, country: string, born?: Day) => {
    const account = accountNumber(country, random)
    parties.push({
      id: partyIdOfAccount(institution(country, random), account),
      kind,
      name,
      country,
      ...(born ? { date_of_birth: born } : {}),
      account,
      created_at: new Date(`${addDays(today, -random.whole(80, 400))}T09:00:00Z`),
    })
  }
  for (const [country, companies] of Object.entries(COMPANIES)) {
    for (const name of companies) add('company', name, country)
  }
  for (const [country, count] of Object.entries(PEOPLE)) {
    const given = GIVEN_NAMES[country] ?? []
    const family = FAMILY_NAMES[country] ?? []
    const names = random.shuffled(given.flatMap((first) => family.map((last) => `${first} ${last}`)))
    for (const name of names.slice(0, count)) {
      add('person', name, country, addDays('1950-01-01', random.whole(0, 18_600)))
    }
  }
  return parties
}

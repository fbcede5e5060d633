import {
  type ConditionalApproval,
  OTHER,
  type ReasonCode,
} from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { compareNames } from '../screening/compare-names.ts'
import { foldName } from '../screening/fold-name.ts'
import type { Hit } from './hit.ts'
import { isSameBirthDate, isSameCountry, isSameNumber } from './same-identifiers.ts'

/** From this score on the two are one by all that was compared: who clears it says in words why they are not. */
export const NEAR_CERTAIN = 0.95

/** Why a party is not who is listed. */
export const clearReasons: readonly ReasonCode[] = [
  { code: 'other_birth_date', title: say`Born on another day` },
  { code: 'other_nationality', title: say`Of another nationality` },
  { code: 'other_country', title: say`Registered in another country` },
  { code: 'other_number', title: say`Registered under another number` },
  { code: 'other_name', title: say`The names are alike and not the same` },
  { code: 'documents_seen', title: say`Identity documents were seen`, noteRequired: true },
  OTHER,
]

const OF_PEOPLE = ['other_birth_date', 'other_nationality']
const OF_COMPANIES = ['other_country', 'other_number']

/**
 * Those that can be true of these two: a company was neither born nor has it a nationality, and what was compared and is the same tells
 * nobody apart. Whoever clears what the names and the score do not tell apart says in words what does.
 */
export function clearReasonsOf(hit: Compared): readonly ReasonCode[] {
  const company = hit.party_kind === 'company'
  const barred = new Set([
    ...(company ? OF_PEOPLE : OF_COMPANIES),
    ...(isSameBirthDate(hit) ? ['other_birth_date'] : []),
    ...(isSameCountry(hit) ? ['other_nationality', 'other_country'] : []),
    ...(isSameNumber(hit) ? ['other_number'] : []),
    ...(isSameName(hit) ? ['other_name'] : []),
  ])
  const reasons = clearReasons.filter(({ code }) => !barred.has(code))
  return hit.score < NEAR_CERTAIN && !isSameName(hit)
    ? reasons
    : reasons.map((reason) => ({ ...reason, noteRequired: true, noteInWords: true }))
}

/** So near to 1 is taken for it. */
const CERTAIN = 0.995

/**
 * Nothing that was compared tells the two apart; or they have one number that is given to one alone, or one name and one date of birth,
 * whatever the score makes of the rest.
 */
function isCertain(hit: Compared): boolean {
  return hit.score >= CERTAIN || isSameNumber(hit) || (isSameBirthDate(hit) && isSameName(hit))
}

/** The same in every word, whatever the order, case and accents. */
function isSameName(hit: Compared): boolean {
  const kind = hit.party_kind === 'company' ? 'other' : 'person'
  const names = [hit.screened_name, hit.listed_name].map((name) => foldName(name, kind))
  return compareNames(names[0] ?? [], names[1] ?? [], kind).score >= CERTAIN
}

type Compared = Pick<Hit, 'score' | 'party_kind' | 'screened_name' | 'listed_name' | 'identifiers'>

/** What approval rules may ask about: `near_certain` for a second person on these, among which are the `certain`. */
export function scopeOfClearing(hit: Compared): Readonly<Record<string, Json>> {
  if (isCertain(hit)) return { scopes: ['certain', 'near_certain'] }
  return { scope: hit.score < NEAR_CERTAIN ? 'close' : 'near_certain' }
}

/** Whom by all that is known is who is listed, nobody lets go alone: it undoes what a freeze takes two for. */
export const certainTakesTwo: readonly ConditionalApproval[] = [
  { when: { scope: 'certain' }, required: 1, eligibleRoles: ['transfers/COMPLIANCE', 'transfers/ADMIN'] },
]

import type { NewHit } from '../compliance/hit.ts'
import { addDays, type Day } from '../cts/banking-calendar.ts'
import type { PlannedParty } from './plan-parties.ts'
import { type PlannedTransfer, recently } from './plan-transfers.ts'
import type { Random } from './random.ts'

export type PlannedHit = {
  readonly hit: NewHit
  readonly decided?: { readonly state: 'true_match' | 'cleared'; readonly at: Date }
}
export type PlannedFreeze = { readonly partyId: string; readonly at: Date; readonly reason: string }

const OPEN_TRUE_HITS = 5
const OPEN_FALSE_HITS = 10
const CLEARED_HITS = 2
const FROZEN_PARTIES = 2
const HIT_HISTORY_DAYS = 9
/** Hits should be decided within eight hours. */
const RECENT_HIT_MINUTES = 410

/** Lists of the sandbox's own: no real person is on them. */
const LISTS = ['Sandbox consolidated list', 'Sandbox sectoral list'] as const
const RULES = ['name_85', 'name_and_birth_date', 'alias_match'] as const

/** Hits of screening: true ones whose identifiers agree, false ones whose identifiers do not. */
export function planHits(
  random: Random,
  parties: readonly PlannedParty[],
  frozen: readonly PlannedFreeze[],
  now: Date,
): PlannedHit[] {
  const today = now.toISOString().slice(0, 10)
  const isFrozen = new Set(frozen.map(({ partyId }) => partyId))
  const others = random.shuffled(parties.filter(({ id }) => !isFrozen.has(id)))
  const hits: PlannedHit[] = []
  const raise = (party: PlannedParty, agrees: boolean, decided?: 'true_match' | 'cleared') => {
    const usually = new Date(
      `${addDays(today, -random.whole(2, HIT_HISTORY_DAYS))}T${String(random.whole(8, 18)).padStart(2, '0')}:05:00Z`,
    )
    const isRecent = decided === undefined && hits.length % 3 === 0
    const raisedAt = isRecent ? recently(now, hits.length, RECENT_HIT_MINUTES) : usually
    const hit = planHit(
      random,
      party,
      agrees,
      `hit_${random.digits(4)}${String(hits.length + 1).padStart(3, '0')}`,
      raisedAt,
    )
    hits.push(
      decided
        ? { hit, decided: { state: decided, at: new Date(`${addDays(today, -1)}T20:30:00Z`) } }
        : { hit },
    )
  }
  for (const { partyId } of frozen) {
    const party = parties.find(({ id }) => id === partyId)
    if (party) raise(party, true, 'true_match')
  }
  for (const party of others.splice(0, OPEN_TRUE_HITS)) raise(party, true)
  for (const party of others.splice(0, OPEN_FALSE_HITS)) raise(party, false)
  for (const party of others.splice(0, CLEARED_HITS)) raise(party, false, 'cleared')
  return hits
}

/** Two parties with a bank's return that waits: what a freeze forbids can be tried on them. */
export function planFreezes(transfers: readonly PlannedTransfer[], today: Day): PlannedFreeze[] {
  const waiting = transfers.filter(({ received, returned }) => received && !returned)
  const parties = [...new Set(waiting.map(({ made }) => made.receiver.party_id))].slice(0, FROZEN_PARTIES)
  return parties.map((partyId, index) => ({
    partyId,
    at: new Date(`${addDays(today, -1)}T21:${index}0:00Z`),
    reason: 'sanctions_match',
  }))
}

function planHit(random: Random, party: PlannedParty, agrees: boolean, id: string, raisedAt: Date): NewHit {
  return {
    id,
    party_id: party.id,
    screened_name: party.name,
    listed_name: listedName(random, party, agrees),
    list: random.pick(LISTS),
    list_version: addDays(raisedAt.toISOString().slice(0, 10), -random.whole(1, 6)),
    score: random.whole(agrees ? 93 : 85, agrees ? 99 : 95) / 100,
    rule_id: random.pick(RULES),
    identifiers: identifiers(random, party, agrees),
    raised_at: raisedAt,
  }
}

/** As lists write names: family name first, without diacritics; a false hit is off by a part of the name. */
function listedName(random: Random, { kind, name }: PlannedParty, agrees: boolean): string {
  const plain = name
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toUpperCase()
  const [first = '', ...rest] = plain.split(' ')
  const others = rest.join(' ')
  if (kind === 'company') {
    return agrees ? plain : random.pick([`${first} HOLDING ${others}`, `${first}S ${others}`, `NEW ${plain}`])
  }
  if (agrees) return `${others}, ${first}`
  return random.pick([
    `${others}, ${first.slice(0, -1)}`,
    `${others}, ${first} ${first[0]}`,
    `${others}S, ${first}`,
  ])
}

function identifiers(random: Random, party: PlannedParty, agrees: boolean): NewHit['identifiers'] {
  const born = party.date_of_birth
  const elsewhere = random.pick(['BY', 'IR', 'SY', 'VE'].filter((country) => country !== party.country))
  const country = { name: 'country', ours: party.country, theirs: agrees ? party.country : elsewhere }
  if (born) {
    const theirs = agrees ? born : addDays(born, random.whole(400, 6_000))
    return [{ name: 'date_of_birth', ours: born, theirs }, country]
  }
  const number = random.digits(8)
  return [{ name: 'registration_number', ours: number, theirs: agrees ? number : random.digits(8) }, country]
}

import { countryCode } from './country-code.ts'
import type { EntryIdentifiers, Span } from './list-entry.ts'

/** What is known of a party besides its name. */
export type PartyIdentifiers = {
  /** A day, a month or a year: `YYYY-MM-DD`, `YYYY-MM`, `YYYY`. */
  readonly born?: string | undefined
  /** A country's code or English name. */
  readonly nationality?: string | undefined
  readonly passport?: string | undefined
}

/** One identifier of both; what one of them has not is not compared. */
export type ComparedIdentifier = {
  readonly what: 'born' | 'nationality' | 'passport'
  readonly match: 'same' | 'close' | 'different'
  readonly ours: string
  readonly theirs: readonly string[]
  /** What it adds to the score of the names, or takes from it. */
  readonly change: number
}

const BORN_THAT_DAY = 0.05
const BORN_THAT_YEAR = 0.03
/** Another day of that year (day and month change places in files), or the year beside it. */
const BORN_NEARLY = 0.01
const BORN_OTHERWISE = -0.1
const BORN_LONG_BEFORE_OR_AFTER = -0.15
const LONG_YEARS = 10
const SAME_NATION = 0.02
/** People have more than one, and lists know not all of them. */
const OTHER_NATION = -0.04
/** Somebody's own passport makes a match of a name that is merely close. */
const SAME_PASSPORT_AT_LEAST = 0.95

export function compareIdentifiers(ours: PartyIdentifiers, theirs: EntryIdentifiers): ComparedIdentifier[] {
  return [
    compareBorn(ours.born, theirs.born),
    compareNation(ours.nationality, theirs.nationalities),
    comparePassport(ours.passport, theirs.passports),
  ].filter((one) => one !== undefined)
}

/**
 * The score of two names with what their identifiers say. Names that are the same stay a hit whatever else differs: a wrong date is
 * sooner in a file than on a list.
 */
export function withIdentifiers(score: number, compared: readonly ComparedIdentifier[]): number {
  const sum = compared.reduce((changed, { change }) => changed + change, score)
  const least = compared.some(({ what, match }) => what === 'passport' && match === 'same')
    ? SAME_PASSPORT_AT_LEAST
    : 0
  return Math.min(1, Math.max(0, least, sum))
}

/** What of them fits, the more exactly the more: of what is known later whether it fits more than before can be told apart from the score. */
export function fitsOf(compared: readonly ComparedIdentifier[]): string[] {
  return compared.flatMap(({ what, match, change }) => {
    if (what !== 'born') return match === 'same' ? [what] : []
    return [
      ...(change >= BORN_NEARLY ? ['born_nearly'] : []),
      ...(change >= BORN_THAT_YEAR ? ['born_that_year'] : []),
      ...(change >= BORN_THAT_DAY ? ['born_that_day'] : []),
    ]
  })
}

function compareBorn(ours: string | undefined, theirs: readonly Span[]): ComparedIdentifier | undefined {
  const own = ours === undefined ? undefined : spanOf(ours)
  if (ours === undefined || own === undefined || theirs.length === 0) return undefined
  const said = { what: 'born' as const, ours, theirs: theirs.map(spanText) }
  const best = Math.max(...theirs.map((their) => bornChange(own, their)))
  const match = best >= BORN_THAT_YEAR ? 'same' : best > 0 ? 'close' : 'different'
  return { ...said, match, change: best }
}

function bornChange(ours: Span, theirs: Span): number {
  const exact = ours.from === ours.to && theirs.from === theirs.to
  if (exact && ours.from === theirs.from) return BORN_THAT_DAY
  if (exact && year(ours.from) === year(theirs.from)) return BORN_NEARLY
  if (ours.from <= theirs.to && theirs.from <= ours.to) return BORN_THAT_YEAR
  const apart = ours.from > theirs.to ? year(ours.from) - year(theirs.to) : year(theirs.from) - year(ours.to)
  if (apart <= 1) return BORN_NEARLY
  return apart > LONG_YEARS ? BORN_LONG_BEFORE_OR_AFTER : BORN_OTHERWISE
}

function compareNation(ours: string | undefined, theirs: readonly string[]): ComparedIdentifier | undefined {
  const own = ours === undefined ? undefined : countryCode(ours)
  const known = theirs.map(countryCode).filter((code) => code !== undefined)
  if (ours === undefined || own === undefined || known.length === 0) return undefined
  const same = known.includes(own)
  const change = same ? SAME_NATION : OTHER_NATION
  return { what: 'nationality', match: same ? 'same' : 'different', ours, theirs, change }
}

function comparePassport(
  ours: string | undefined,
  theirs: readonly string[],
): ComparedIdentifier | undefined {
  if (ours === undefined || theirs.length === 0) return undefined
  const plain = (number: string) => number.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '')
  if (plain(ours) === '') return undefined
  const same = theirs.some((number) => plain(number) === plain(ours))
  // Another number says nothing: passports are renewed.
  return { what: 'passport', match: same ? 'same' : 'different', ours, theirs, change: 0 }
}

function spanOf(text: string): Span | undefined {
  const [, year, month, day] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(text) ?? []
  if (year === undefined) return undefined
  if (month === undefined) return { from: `${year}-01-01`, to: `${year}-12-31` }
  return { from: `${year}-${month}-${day ?? '01'}`, to: `${year}-${month}-${day ?? '31'}` }
}

/** A day, a month, a year, or from when to when, as short as it can be said: 1984 is a year and no span of days. */
export function spanText({ from, to }: Span): string {
  const [first, last] = wholeYears(from, to) ? [from.slice(0, 4), to.slice(0, 4)] : [from, to]
  if (first === last) return first
  return isWholeMonth(from, to) ? from.slice(0, 7) : `${first} – ${last}`
}

const wholeYears = (from: string, to: string) => from.endsWith('-01-01') && to.endsWith('-12-31')

function isWholeMonth(from: string, to: string): boolean {
  const [years, month] = [Number(from.slice(0, 4)), Number(from.slice(5, 7))]
  const last = new Date(Date.UTC(years, month, 0)).getUTCDate()
  return from.slice(0, 7) === to.slice(0, 7) && from.endsWith('-01') && to.endsWith(`-${last}`)
}

const year = (day: string) => Number(day.slice(0, 4))

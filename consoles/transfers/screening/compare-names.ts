import type { FoldedName, NameKind, NameWord, WordKind } from './fold-name.ts'
import { type Likeness, likeness, type Why } from './word-likeness.ts'
import { soundOf } from './word-sound.ts'

/** A word of a name and how it compares with the other name. */
export type NamePart = {
  readonly text: string
  /** Where it stands in its name, in UTF-16 units. */
  readonly at: number
  readonly match: 'same' | 'close' | 'different'
  readonly why?: Why
  /** Of a close one, what the other name has in its place. */
  readonly beside?: string
}

export type NameComparison = {
  /** 0 nothing alike, 1 the same words in whatever order. */
  readonly score: number
  readonly screened: readonly NamePart[]
  readonly listed: readonly NamePart[]
}

/** How much a word tells, by what it is. */
const WEIGHTS: Readonly<Record<WordKind, number>> = {
  word: 1,
  number: 1,
  common: 0.45,
  construct: 0.4,
  initial: 0.35,
  particle: 0.12,
  legal_form: 0.1,
}

/**
 * Which share of the score is the fuller name's part: people leave out middle names, so that a name wholly within another tells much;
 * companies of one house differ by one word.
 */
const FULLER_SHARE: Readonly<Record<NameKind, number>> = { person: 0.55, other: 0.3 }
/** A name of several words that meets another in one of them alone may be anybody's. */
const ONE_WORD_AT_MOST = 0.6
/** Another number is another company, ship or fund. */
const OTHER_NUMBER_AT_MOST = 0.6

/** The same letters with the spaces elsewhere: Pak Bong, Pa Kbong. */
const OTHER_SPACES = 0.93

/** How much a word tells; by its rarity where a list is known. */
export type Weigh = (word: NameWord) => number
export const weighByKind: Weigh = (word) =>
  word.kind === 'word' && word.latin.length <= 2 ? 0.6 : WEIGHTS[word.kind]

type Pair = { ours: readonly number[]; theirs: readonly number[]; likeness: Likeness; gain: number }

/** How a word fared, and beside which words of the other name. */
type Match = Likeness & { readonly beside: readonly [name: FoldedName, at: readonly number[]] }

/** Compares two names word by word, in whatever order, and says how each word fared. */
export function compareNames(
  ours: FoldedName,
  theirs: FoldedName,
  kind: NameKind,
  weigh: Weigh = weighByKind,
): NameComparison {
  const ourWeights = ours.map(weigh)
  const theirWeights = theirs.map(weigh)
  const pairs = pairsOf(ours, theirs, ourWeights, theirWeights)
  const ourMatch: (Match | undefined)[] = ours.map(() => undefined)
  const theirMatch: (Match | undefined)[] = theirs.map(() => undefined)
  for (const pair of pairs) {
    if (pair.ours.some((at) => ourMatch[at]) || pair.theirs.some((at) => theirMatch[at])) continue
    for (const at of pair.ours) ourMatch[at] = { ...pair.likeness, beside: [theirs, pair.theirs] }
    for (const at of pair.theirs) theirMatch[at] = { ...pair.likeness, beside: [ours, pair.ours] }
  }
  return {
    score: scoreOf(
      { words: ours, weights: ourWeights, match: ourMatch },
      { words: theirs, weights: theirWeights, match: theirMatch },
      kind,
    ),
    screened: ours.map((word, at) => partOf(word, ourMatch[at])),
    listed: theirs.map((word, at) => partOf(word, theirMatch[at])),
  }
}

/** Words that are close, the most telling first. */
function pairsOf(
  ours: FoldedName,
  theirs: FoldedName,
  ourWeights: readonly number[],
  theirWeights: readonly number[],
): Pair[] {
  const pairs: Pair[] = []
  const add = (our: number[], their: number[], found: Likeness) => {
    if (found.score === 0) return
    const weight =
      our.reduce((sum, at) => sum + (ourWeights[at] ?? 0), 0) +
      their.reduce((sum, at) => sum + (theirWeights[at] ?? 0), 0)
    pairs.push({ ours: our, theirs: their, likeness: found, gain: found.score * weight })
  }
  for (const [at, word] of ours.entries()) {
    for (const [their, other] of theirs.entries()) {
      add([at], [their], likeness(word, other))
      for (const run of runsFrom(theirs, their)) add([at], run, joined(word, run, theirs))
      for (const run of runsFrom(ours, at)) add(run, [their], joined(other, run, ours))
    }
  }
  return pairs.sort((a, b) => b.gain - a.gain)
}

/** Neighbours that may be written as one word: two, or two particles and what they belong to (de la Torre). */
export function runsFrom(name: FoldedName, at: number): number[][] {
  const [first, second, third] = [name[at], name[at + 1], name[at + 2]]
  if (!first || !second || !joins(first) || !joins(second)) return []
  const two = [at, at + 1]
  const three =
    third && joins(third) && first.kind === 'particle' && second.kind === 'particle'
      ? [...two, at + 2]
      : undefined
  return three ? [two, three] : [two]
}

const joins = ({ kind, unvowelled }: NameWord) => kind !== 'legal_form' && kind !== 'number' && !unvowelled

/** One word here is several there: Yongchol, Yong Chol. */
function joined(whole: NameWord, run: readonly number[], name: FoldedName): Likeness {
  if (whole.kind !== 'word' || whole.unvowelled) return { score: 0 }
  // Petrov V. is Petrov and an initial; with it, it would only sound like Petrov.
  if (run.some((at) => name[at]?.latin === whole.latin)) return { score: 0 }
  const together = run.map((at) => name[at]?.latin).join('')
  if (Math.abs(whole.latin.length - together.length) > 2) return { score: 0 }
  if (together === whole.latin) return { score: JOINED, why: 'joined' }
  return soundOf(together) === whole.sound ? { score: JOINED_ALIKE, why: 'joined' } : { score: 0 }
}
const JOINED = 0.98
const JOINED_ALIKE = 0.95

type Side = {
  words: FoldedName
  weights: readonly number[]
  match: readonly (Likeness | undefined)[]
}

function scoreOf(ours: Side, theirs: Side, kind: NameKind): number {
  const [a, b] = [coverage(ours), coverage(theirs)]
  const fuller = FULLER_SHARE[kind]
  let score = fuller * Math.max(a, b) + (1 - fuller) * Math.min(a, b)
  const met = Math.max(telling(ours, true), telling(theirs, true))
  const alone = telling(ours, false) + telling(theirs, false) > 0
  const sameLetters = spelled(ours.words) === spelled(theirs.words)
  if (met === 0) return sameLetters ? OTHER_SPACES : 0
  if (met < 2 && alone) score = Math.min(score, ONE_WORD_AT_MOST)
  if (sameLetters) score = Math.max(score, OTHER_SPACES)
  if (otherNumber(ours) && otherNumber(theirs)) score = Math.min(score, OTHER_NUMBER_AT_MOST)
  return score
}

export const spelled = (name: FoldedName) => name.map(({ latin }) => latin).join('')

/** The share of a name, by weight, that the other has too. */
function coverage({ weights, match }: Side): number {
  let sum = 0
  let all = 0
  for (const [at, weight] of weights.entries()) {
    all += weight
    sum += weight * (match[at]?.score ?? 0)
  }
  return all === 0 ? 0 : sum / all
}

/** How many of its telling words the other name has, or has not. */
function telling({ words, match }: Side, met: boolean): number {
  return words.filter(
    ({ kind }, at) =>
      (kind === 'word' || kind === 'common' || kind === 'number') && (match[at] !== undefined) === met,
  ).length
}

const otherNumber = ({ words, match }: Side) => words.some(({ kind }, at) => kind === 'number' && !match[at])

function partOf({ text, at }: NameWord, found: Match | undefined): NamePart {
  if (!found) return { text, at, match: 'different' }
  if (found.why === undefined) return { text, at, match: 'same' }
  const [name, words] = found.beside
  const beside = words.map((one) => name[one]?.text).join(' ')
  return { text, at, match: 'close', why: found.why, beside }
}

import { decimal } from '../http/money.ts'

/** A score from which a partner is taken without asking a person. */
export const AUTO_MATCH_SCORE = 0.9
/** A score below which a partner is not worth showing. */
export const CANDIDATE_SCORE = 0.45
/** How far the amounts may differ for a candidate: bank charges. In thousandths of the line's amount. */
export const AMOUNT_TOLERANCE_PERMILLE = 20n
/** How many calendar days a bank's booking and our posting may lie apart. */
export const DATE_TOLERANCE_DAYS = 5
/** The score of one half of a pair whose sum is the line's amount. */
const SUM_SCORE = 0.8
/** References shorter than this are too common to be found inside another. */
const TELLING_REFERENCE_LENGTH = 6
const TYPING_ERRORS_MAX = 2
const DAY_MS = 86_400_000

/** One side of a comparison: a statement's line, or what the ledger made us expect. */
export type Side = {
  readonly amount_minor: bigint
  readonly currency: string
  readonly date: string
  readonly reference_key: string
}

export type Score = { readonly score: number; readonly why: string }

/**
 * How well a statement's line fits an expected one, 0 to 1, and why, as a sentence for the operator. Amount
 * weighs 0.45, reference 0.40, date 0.15.
 */
export function scoreCandidate(line: Side, expected: Side): Score {
  const parts = [amountPart(line, expected), referencePart(line, expected), datePart(line, expected)]
  const score = parts.reduce((sum, [points]) => sum + points, 0)
  const sentence = parts.map(([, words]) => words).join(', ')
  return { score: score / 100, why: `${sentence[0]?.toUpperCase()}${sentence.slice(1)}.` }
}

/** The score and reason of one of two expected lines whose sum is the statement's line. */
export function scoreOfSum(line: Side, other: { id: string; amount_minor: bigint }): Score {
  const whole = `${decimal(line.amount_minor, line.currency)} ${line.currency}`
  const rest = `${decimal(other.amount_minor, line.currency)} ${line.currency}`
  return { score: SUM_SCORE, why: `Together with ${other.id} (${rest}) it sums to the line's ${whole}.` }
}

/** Points in hundredths, and the words for them. */
type Part = readonly [number, string]

function amountPart(line: Side, expected: Side): Part {
  const difference = line.amount_minor - expected.amount_minor
  if (difference === 0n) return [45, 'same amount']
  const size = difference < 0n ? -difference : difference
  const words = `amount differs by ${decimal(size, line.currency)} ${line.currency}`
  const within = size * 1000n <= line.amount_minor * AMOUNT_TOLERANCE_PERMILLE
  return [within ? 25 : 0, words]
}

function referencePart(line: Side, expected: Side): Part {
  const [a, b] = [line.reference_key, expected.reference_key]
  if (a === '') return [0, 'no reference on the statement']
  if (a === b) return [40, 'same reference']
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  if (short.length >= TELLING_REFERENCE_LENGTH && long.includes(short)) return [30, 'reference contained']
  if (short.length >= TELLING_REFERENCE_LENGTH) {
    const errors = editDistance(a, b, TYPING_ERRORS_MAX)
    if (errors <= TYPING_ERRORS_MAX) {
      return [25, `reference differs in ${errors} character${errors === 1 ? '' : 's'}`]
    }
  }
  return [0, 'another reference']
}

function datePart(line: Side, expected: Side): Part {
  const days = Math.abs(Date.parse(line.date) - Date.parse(expected.date)) / DAY_MS
  if (days === 0) return [15, 'same day']
  return [Math.max(0, 15 - 3 * days), `${days} day${days === 1 ? '' : 's'} apart`]
}

/** Levenshtein distance, given up beyond `max`. */
export function editDistance(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    if (Math.min(...row) > max) return max + 1
    previous = row
  }
  return previous[b.length] ?? max + 1
}

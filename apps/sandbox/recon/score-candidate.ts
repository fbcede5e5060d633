import { z } from 'zod'
import { decimal, MoneySchema } from '../http/money.ts'

/** A score from which a partner is taken without asking a person. */
export const AUTO_MATCH_SCORE = 0.9
/** A score below which a partner is not worth showing. */
export const CANDIDATE_SCORE = 0.45
/** How far the amounts may differ for a candidate: bank charges. In thousandths of the line's amount. */
export const AMOUNT_TOLERANCE_PERMILLE = 20n
/** How many calendar days a bank's booking and our posting may lie apart. */
export const DATE_TOLERANCE_DAYS = 5
/** The score of several of which the sum is the line's amount, by how many they are. */
const SUM_SCORES: Readonly<Record<number, number>> = { 2: 0.8, 3: 0.7 }
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

/** One thing that speaks for a candidate or against it, as data: whoever shows it has words of their own. */
export const GroundSchema = z.strictObject({
  ground: z.enum([
    'same_amount',
    'amount_differs',
    'same_reference',
    'reference_has',
    'reference_mistyped',
    'no_reference',
    'other_reference',
    'days_apart',
    'sum',
    'sum_of_one_party',
  ]),
  amount: MoneySchema.optional(),
  text: z.string().optional(),
  count: z.number().int().optional(),
})
export type Ground = z.infer<typeof GroundSchema>

export type Score = { readonly score: number; readonly why: string; readonly grounds: Ground[] }

/**
 * How well a statement's line fits an expected one, 0 to 1, and why, as a sentence for the operator. Amount
 * weighs 0.45, reference 0.40, date 0.15.
 */
export function scoreCandidate(line: Side, expected: Side): Score {
  const parts = [amountPart(line, expected), referencePart(line, expected), datePart(line, expected)]
  const score = parts.reduce((sum, [points]) => sum + points, 0)
  const sentence = parts.map(([, words]) => words).join(', ')
  return {
    score: score / 100,
    why: `${sentence[0]?.toUpperCase()}${sentence.slice(1)}.`,
    grounds: parts.map(([, , ground]) => ground),
  }
}

/** The score and reason of two or three expected lines whose sum is the statement's line; the first is whom they stand under. */
export function scoreOfSum(
  line: Side,
  others: readonly { readonly id: string; readonly amount_minor: bigint }[],
  sameParty: boolean,
): Score {
  const money = (minor: bigint) => `${decimal(minor, line.currency)} ${line.currency}`
  const rest = others.map(({ id, amount_minor }) => `${id} (${money(amount_minor)})`).join(' and ')
  const party = sameParty ? ', same party' : ''
  const count = others.length + 1
  return {
    score: SUM_SCORES[count] ?? 0,
    why: `Together with ${rest} it sums to the line's ${money(line.amount_minor)}${party}.`,
    grounds: [{ ground: sameParty ? 'sum_of_one_party' : 'sum', count }],
  }
}

/** Points in hundredths, the words for them, and what they are for. */
type Part = readonly [number, string, Ground]

function amountPart(line: Side, expected: Side): Part {
  const difference = line.amount_minor - expected.amount_minor
  if (difference === 0n) return [45, 'same amount', { ground: 'same_amount' }]
  const size = difference < 0n ? -difference : difference
  const amount = { amount: decimal(size, line.currency), currency: line.currency }
  const words = `amount differs by ${amount.amount} ${amount.currency}`
  const within = size * 1000n <= line.amount_minor * AMOUNT_TOLERANCE_PERMILLE
  return [within ? 25 : 0, words, { ground: 'amount_differs', amount }]
}

function referencePart(line: Side, expected: Side): Part {
  const [a, b] = [line.reference_key, expected.reference_key]
  if (a === '') return [0, 'no reference on the statement', { ground: 'no_reference' }]
  if (a === b) return [40, 'same reference', { ground: 'same_reference' }]
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  if (short.length >= TELLING_REFERENCE_LENGTH && long.includes(short)) {
    return [30, 'reference contained', { ground: 'reference_has', text: short }]
  }
  if (short.length >= TELLING_REFERENCE_LENGTH) {
    const errors = editDistance(a, b, TYPING_ERRORS_MAX)
    if (errors <= TYPING_ERRORS_MAX) {
      const words = `reference differs in ${errors} character${errors === 1 ? '' : 's'}`
      return [25, words, { ground: 'reference_mistyped', count: errors }]
    }
  }
  return [0, 'another reference', { ground: 'other_reference' }]
}

function datePart(line: Side, expected: Side): Part {
  const days = Math.abs(Date.parse(line.date) - Date.parse(expected.date)) / DAY_MS
  if (days === 0) return [15, 'same day', { ground: 'days_apart', count: 0 }]
  const words = `${days} day${days === 1 ? '' : 's'} apart`
  return [Math.max(0, 15 - 3 * days), words, { ground: 'days_apart', count: days }]
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

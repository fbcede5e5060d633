import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  AUTO_MATCH_SCORE,
  CANDIDATE_SCORE,
  editDistance,
  type Side,
  scoreCandidate,
  scoreOfSum,
} from './score-candidate.ts'

const line: Side = {
  amount_minor: 120_450n,
  currency: 'USD',
  date: '2026-03-04',
  reference_key: 'INV2045117',
}

test.each<[string, Partial<Side>, number, string]>([
  ['all equal', {}, 1, 'Same amount, same reference, same day.'],
  ['two days later', { date: '2026-03-06' }, 0.94, 'Same amount, same reference, 2 days apart.'],
  [
    "the bank's own words around the reference",
    { reference_key: 'ACHENTRYINV2045117' },
    0.9,
    'Same amount, reference contained, same day.',
  ],
  [
    'a typing error',
    { reference_key: 'INV2045171' },
    0.85,
    'Same amount, reference differs in 2 characters, same day.',
  ],
  [
    'charges of the bank',
    { amount_minor: 121_450n },
    0.8,
    'Amount differs by 10.00 USD, same reference, same day.',
  ],
  ['amount and day alone', { reference_key: 'BATCH77' }, 0.6, 'Same amount, another reference, same day.'],
])('K-37 score of %s', (_, changes, score, why) => {
  expect(scoreCandidate(line, { ...line, ...changes })).toMatchObject({ score, why })
})

test('K-37 an amount beyond the tolerance is no candidate by its date alone, and no match by its reference', () => {
  const far = { ...line, amount_minor: 200_000n }
  expect(scoreCandidate(line, { ...far, reference_key: 'OTHERREF' }).score).toBeLessThan(CANDIDATE_SCORE)
  expect(scoreCandidate(line, far).score).toBeLessThan(AUTO_MATCH_SCORE)
})

test('K-37 nothing beats equality, and only it scores 1', () => {
  const sides = fc.record({
    amount_minor: fc.bigInt(1n, 1_000_000n),
    currency: fc.constant('USD'),
    date: fc.integer({ min: 1, max: 28 }).map((day) => `2026-03-${String(day).padStart(2, '0')}`),
    reference_key: fc.stringMatching(/^[A-Z0-9]{1,12}$/),
  })
  fc.assert(
    fc.property(sides, sides, (a, b) => {
      const equal =
        a.amount_minor === b.amount_minor && a.date === b.date && a.reference_key === b.reference_key
      const { score } = scoreCandidate(a, b)
      expect(score === 1).toBe(equal)
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1)
    }),
  )
})

test('K-37 T-05 a sum of several names the others, and scores less the more they are', () => {
  const [second, third] = [
    { id: 'tr_second', amount_minor: 20_450n },
    { id: 'tr_third', amount_minor: 40n },
  ]
  const two = scoreOfSum(line, [second], false)
  expect(two.why).toBe("Together with tr_second (204.50 USD) it sums to the line's 1204.50 USD.")
  const three = scoreOfSum(line, [second, third], true)
  expect(three.why).toBe(
    "Together with tr_second (204.50 USD) and tr_third (0.40 USD) it sums to the line's 1204.50 USD, same party.",
  )
  expect(three.grounds).toEqual([{ ground: 'sum_of_one_party', count: 3 }])
  expect(three.score).toBeLessThan(two.score)
})

test('K-37 T-05 what speaks for a candidate is told as data too: which part of the reference, how many days', () => {
  const { grounds } = scoreCandidate(line, {
    ...line,
    date: '2026-03-06',
    reference_key: 'ACHENTRYINV2045117',
  })
  expect(grounds).toEqual([
    { ground: 'same_amount' },
    { ground: 'reference_has', text: 'INV2045117' },
    { ground: 'days_apart', count: 2 },
  ])
})

test.each([
  ['INV100', 'INV100', 0],
  ['INV100', 'INV109', 1],
  ['INV100', 'INV10', 1],
  ['INV100', 'VNI001', 3],
])('K-37 edit distance of %s and %s', (a, b, distance) => {
  expect(editDistance(a, b, 2)).toBe(distance)
})

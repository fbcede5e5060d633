import { expect, test } from 'vitest'
import { backTest, beyondProposal, type FoundBefore, proposedThreshold } from './back-test.ts'

const found = (score: number, became: FoundBefore['became'], count: number): FoundBefore => ({
  ...{ score, became, count },
})
const NINETY_DAYS = [
  found(0.75, 'not_raised', 7),
  found(0.8, 'cleared', 4),
  found(0.82, 'cleared', 3),
  found(0.82, 'open', 2),
  found(0.84, 'true_match', 1),
  found(0.95, 'cleared', 5),
]

test('T-15 a back-test says what another threshold would have caught, spared and missed', () => {
  expect(backTest(NINETY_DAYS, 0.8, 0.83)).toEqual({
    ...{ threshold: 0.83, caught: 6, spared: 7, lost: 0, undecided: 2, added: 0 },
  })
  expect(backTest(NINETY_DAYS, 0.8, 0.9)).toMatchObject({ caught: 5, lost: 1 })
  expect(backTest(NINETY_DAYS, 0.8, 0.75)).toMatchObject({ caught: 22, spared: 0, added: 7 })
})

test('T-15 what is proposed spares false positives, misses nobody and goes no further than 0.05', () => {
  expect(proposedThreshold(NINETY_DAYS, 0.8)).toBe(0.84)
  const [, , ...without] = NINETY_DAYS.filter(({ became }) => became !== 'true_match')
  expect(proposedThreshold([found(0.8, 'cleared', 1), ...without], 0.8)).toBe(0.85)
  expect(proposedThreshold([found(0.95, 'cleared', 9)], 0.8)).toBeUndefined()
  expect(proposedThreshold([found(0.8, 'true_match', 1), found(0.8, 'cleared', 9)], 0.8)).toBeUndefined()
})

test('T-15 where nothing is to be proposed it is said from where on something would be spared, as its preview says it', () => {
  const far = [
    found(0.8, 'true_match', 0),
    found(0.86, 'cleared', 1),
    found(0.9, 'cleared', 2),
    found(0.94, 'true_match', 1),
  ]
  expect(proposedThreshold(far, 0.8)).toBeUndefined()
  expect(beyondProposal(far, 0.8)).toEqual(backTest(far, 0.8, 0.87))
  expect(beyondProposal(far, 0.8)).toMatchObject({ threshold: 0.87, spared: 1, lost: 0 })
  expect(beyondProposal([found(0.86, 'true_match', 1), found(0.9, 'cleared', 2)], 0.8)).toBeUndefined()
  // A true match of before a rule was tuned, below what it now raises, is missed by no change.
  expect(proposedThreshold([found(0.75, 'true_match', 1), found(0.82, 'cleared', 2)], 0.8)).toBe(0.85)
})

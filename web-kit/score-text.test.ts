import { expect, test } from 'vitest'
import { scoreText } from './score-text.ts'

test('T-06 a score has the same form everywhere, in the reader’s language, and never reads as if it reached a line that it is below', () => {
  expect([0.955, 1, 0.8, 0.81].map((score) => scoreText(score, 'en'))).toEqual([
    '0.955',
    '1.000',
    '0.800',
    '0.810',
  ])
  expect([0.9499, 0.94999, 0.7996, 0.9999].map((score) => scoreText(score, 'en'))).toEqual([
    '0.949',
    '0.949',
    '0.799',
    '0.999',
  ])
  expect(scoreText(0.955, 'fr')).toBe('0,955')
})

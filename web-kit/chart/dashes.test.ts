import { expect, test } from 'vitest'
import { DASHES, LIMIT_DASH } from './dashes.ts'

test('X-07 X-10 lines of a chart differ by their dashes, not by their colour alone', () => {
  const dashes = [...Object.values(DASHES), LIMIT_DASH].map((dash) => dash.join(' '))
  expect(new Set(dashes).size).toBe(dashes.length)
})

import { expect, test } from 'vitest'
import { isCountry } from './is-country.ts'

test.each(['DE', 'US', 'JP', 'BQ', 'SS', 'XK'])('P-02 %s is a country', (code) => {
  expect(isCountry(code)).toBe(true)
})

test.each(['XX', 'ZZ', 'EU', 'UN', 'UK', 'DD', 'YU', 'AC', 'de', 'DEU', '', 'D1'])(
  'P-02 %j is none',
  (code) => {
    expect(isCountry(code)).toBe(false)
  },
)

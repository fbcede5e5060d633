import { expect, test } from 'vitest'
import { reasonWords } from './reason-words.ts'

test('X-05 a reason reads in words, after the code that people know it by', () => {
  expect(reasonWords({ code: 'R10', title: 'Customer says not authorised' })).toBe(
    'R10 · Customer says not authorised',
  )
  expect(reasonWords({ code: 'sanctions_match', title: 'Sanctions match' })).toBe('Sanctions match')
  expect(reasonWords({ code: 'sanctions_match' })).toBe('sanctions match')
  expect(reasonWords({ code: 'AM04' })).toBe('AM04')
})

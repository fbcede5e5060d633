import { describe, expect, test } from 'vitest'
import { saysSomething } from './visible-text.ts'

describe('K-20 K-27 a reason says something', () => {
  test.each([
    '',
    ' ',
    '\t\n',
    '\u200b',
    '  \u200b ',
    '\u00ad',
    '\u2060\ufeff',
    '\u3164',
    '\u2800',
    '\u202e',
    '\u{e0041}',
  ])('K-27 %j is none', (text) => expect(saysSomething(text)).toBe(false))
  test.each(['x', ' . ', '\u200bآ', '🙂', '請'])('K-27 %j is one', (text) => {
    expect(saysSomething(text)).toBe(true)
  })
  test('K-27 none is none', () => expect(saysSomething(undefined)).toBe(false))
})

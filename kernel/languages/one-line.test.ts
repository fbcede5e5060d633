import { expect, test } from 'vitest'
import { asOneLine, isOneLine } from './one-line.ts'

test.each([
  ['a line break', 'Anna\nApproved by the bank', 'Anna Approved by the bank'],
  ['a tab and a return', 'Anna\t\rB', 'Anna B'],
  ['an override', 'Anna \u202egnp.exe', 'Anna  gnp.exe'],
  ['an embedding and its end', '\u202bAnna\u202c', 'Anna'],
  ['isolates', '\u2066Anna\u2069', 'Anna'],
  ['marks', 'Anna\u200e\u200f\u061cB', 'Anna B'],
  ['a paragraph', 'Anna\u2029B', 'Anna B'],
  ['U+0085', 'Anna\u0085B', 'Anna B'],
])('K-11 X-08 %s is no part of a line', (_what, text, line) => {
  expect(isOneLine(text)).toBe(false)
  expect(asOneLine(text)).toBe(line)
})

test('K-11 X-08 names of any script are as they are written', () => {
  for (const name of ['Zoë O’Brien-Straße', 'علی‌رضا', 'שָׁלוֹם', 'क्‍ष', '山田 太郎', '👩‍👩‍👧']) {
    expect(isOneLine(name)).toBe(true)
    expect(asOneLine(name)).toBe(name)
  }
})

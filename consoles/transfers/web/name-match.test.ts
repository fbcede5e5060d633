import { describe, expect, test } from 'vitest'
import { markName } from './name-match.ts'

const marks = (name: string, other: string) =>
  markName(name, other)
    .filter((part) => /\p{L}/u.test(part.text))
    .map((part) => `${part.text} ${part.match}`)

describe('T-06 the matching parts of a screened name are marked', () => {
  test('T-06 transliterations are close, equal words the same, whatever the order', () => {
    expect(marks('Mohamed AL-RASHID', 'AL RASHEED, Muhammad')).toEqual([
      'Mohamed close',
      'AL same',
      'RASHID close',
    ])
  })

  test('T-06 accents and case do not count', () => {
    expect(marks('José Núñez', 'NUNEZ Jose')).toEqual(['José same', 'Núñez same'])
  })

  test('T-06 a word that has no partner is left unmarked', () => {
    expect(marks('Ivan Petrov', 'Maria Petrov')).toEqual(['Ivan none', 'Petrov same'])
  })

  test('T-06 the pieces put together are the name, byte for byte', () => {
    const name = ' O’Brien–Smith,  Zoë\u0301 '
    expect(
      markName(name, 'x')
        .map((part) => part.text)
        .join(''),
    ).toBe(name)
  })
})

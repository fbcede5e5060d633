import { expect, test } from 'vitest'
import { nameParts, piecesOf } from './marked-name.tsx'

const part = (text: string, at: number, match: string) => ({ text, at, match })

test('T-06 the pieces put together are the name, letter for letter, and each word has its mark', () => {
  const name = ' O’Brien–Smith,  Zoë\u0301 S. A. '
  const compared = [
    part('O’Brien', 1, 'same'),
    part('Smith', 9, 'close'),
    part('Zoë\u0301', 17, 'different'),
    part('S.A', 22, 'same'),
  ]
  const pieces = piecesOf(name, nameParts({ compared }, 'compared'))
  expect(pieces.map(({ text }) => text).join('')).toBe(name)
  expect(pieces.filter(({ match }) => match).map(({ text, match }) => [text, match])).toEqual([
    ['O’Brien', 'same'],
    ['Smith', 'close'],
    ['Zoë\u0301', 'different'],
    ['S. A.', 'same'],
  ])
})

test('T-06 a name of which nothing was compared is shown as it is', () => {
  expect(piecesOf('Ivan Petrov', [])).toEqual([{ at: 0, text: 'Ivan Petrov', match: null }])
  expect(piecesOf('', [])).toEqual([])
})

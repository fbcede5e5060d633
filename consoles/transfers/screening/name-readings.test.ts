import { expect, test } from 'vitest'
import { MATCH_FROM } from './match-from.ts'
import { makeNameIndex } from './name-index.ts'
import { nameReadings } from './name-readings.ts'

const FILLER = Array.from({ length: 200 }, (_, at) => `QXWORT ${at}, Zzyx`)
const LISTED = ['QUIXWORTH, Zebulon', 'PETROV, Viktor', 'Olga Ivanova', 'CASTELLANOS, Juan Ramon']

/** As a name that is given anew is held against a list. */
const index = await makeNameIndex(
  [...FILLER, ...LISTED].map((name) => ({ entry: name, name, weak: false, kind: 'person' as const })),
)
const found = (name: string) => [
  ...new Set(
    nameReadings(name).readings.flatMap((one) =>
      (['person', 'other'] as const).flatMap((kind) =>
        index.screen(one, { kind, least: MATCH_FROM }).map(({ name: { entry } }) => entry),
      ),
    ),
  ),
]

test.each([
  ['Zebu1on Qu1xw0rth', 'QUIXWORTH, Zebulon'],
  ['Zebulon Quixw0rth', 'QUIXWORTH, Zebulon'],
  ['2ebulon Quixworth', 'QUIXWORTH, Zebulon'],
  ['Z3bul0n Quixw0r7h', 'QUIXWORTH, Zebulon'],
  ['V1kt0r P3tr0v', 'PETROV, Viktor'],
  ['01ga 1van0va', 'Olga Ivanova'],
  ['Juan Ramon Caste11ano5', 'CASTELLANOS, Juan Ramon'],
  ['ZQuixworth', 'QUIXWORTH, Zebulon'],
  ['ZQUIXWORTH', 'QUIXWORTH, Zebulon'],
  ['zquixworth', 'QUIXWORTH, Zebulon'],
  ['QuixworthZ', 'QUIXWORTH, Zebulon'],
  ['Petrov V.', 'PETROV, Viktor'],
  ['Petrov V', 'PETROV, Viktor'],
  ['V. Petrov', 'PETROV, Viktor'],
  ['Anna Petrova and Viktor Petrov and Ivan Ivanov Family', 'PETROV, Viktor'],
  ['Viktor Petrov & Anna Petrova', 'PETROV, Viktor'],
  ['Anna Petrova (for Viktor Petrov)', 'PETROV, Viktor'],
  ['Anna Petrova c/o Petrov V.', 'PETROV, Viktor'],
  ['Anna Petrova Viktor Petrov Ivan Ivanov Family', 'PETROV, Viktor'],
])('T-13 T-03 a name is found however it is written: %s', (written, listed) => {
  expect(found(written)).toContain(listed)
})

test.each([
  'Dexter Thackery',
  'Anselm Velthuizen',
  'Petrov',
  'John Smith 3rd',
  'Rosalind Ashgrove and Dexter Thackery',
  'Maria Jose Delgado Ruiz de la Torre',
  'Thackery',
])('T-13 T-03 and nobody else is: %s', (written) => {
  expect(found(written)).toEqual([])
})

/** Words of two letters, all different, as many as the longest name that a payment carries has room for. */
const words = (second: string) => Array.from('ABCDEFGHIJKLMNOPQRSTUVW', (first) => first + second)

test('T-13 of the longest name that a payment carries every reading is compared', () => {
  const written = words('x')
  const { readings, more } = nameReadings(written.join(' '))
  expect(more).toBe(false)
  expect(readings).toContain(written.slice(-2).join(' '))
  expect(readings).toContain(written.slice(-3).join(' '))
})

test('T-13 of a name that may be read in more ways than are compared it is said that there are more', () => {
  const { readings, more } = nameReadings(words('1').join(' '))
  expect(readings).toHaveLength(64)
  expect(more).toBe(true)
})

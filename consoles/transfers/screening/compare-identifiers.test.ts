import { createReadStream, readFileSync } from 'node:fs'
import { publishedData } from '@countersign/testkit/published-data.ts'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { compareIdentifiers, type PartyIdentifiers, withIdentifiers } from './compare-identifiers.ts'
import { countryCode } from './country-code.ts'
import { type EntryIdentifiers, namesOf } from './list-entry.ts'
import { MATCH_FROM } from './match-from.ts'
import { makeNameIndex } from './name-index.ts'
import { readUnList } from './read-un-list.ts'

const listed: EntryIdentifiers = {
  born: [{ from: '1971-03-04', to: '1971-03-04' }],
  places: [],
  nationalities: ['Korea, North', 'Yemen'],
  passports: ['A 123-456'],
}
const score = (name: number, ours: PartyIdentifiers, theirs = listed) =>
  withIdentifiers(name, compareIdentifiers(ours, theirs))

test.each([
  ['that day', '1971-03-04', 'same'],
  ['that year', '1971', 'same'],
  ['day and month in each other’s place', '1971-04-03', 'close'],
  ['another day of that year', '1971-11-30', 'close'],
  ['the year beside it', '1972-01-01', 'close'],
  ['another year', '1975', 'different'],
])('T-13 T-06 born %s is %s: %s', (_what, born, match) => {
  expect(compareIdentifiers({ born }, listed)).toMatchObject([{ what: 'born', match, ours: born }])
})

test('T-13 what agrees raises the score, the more the nearer; what differs lowers it', () => {
  const born = (day: string) => score(0.85, { born: day })
  const inOrder = ['1999-01-01', '1975', '1972', '1971', '1971-03-04'].map(born)
  expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b))
  expect(new Set(inOrder).size).toBe(5)
  expect(score(0.85, { nationality: 'KP' })).toBeGreaterThan(0.85)
  expect(score(0.85, { nationality: 'FR' })).toBeLessThan(0.85)
  expect(score(0.7, { passport: 'a123456' })).toBeGreaterThanOrEqual(0.95)
  expect(score(0.85, { passport: 'B9' })).toBe(0.85)
})

test('T-13 what only one of the two has is not compared', () => {
  expect(compareIdentifiers({}, listed)).toEqual([])
  const nothing = { born: [], places: [], nationalities: [], passports: [] }
  expect(compareIdentifiers({ born: '1971', nationality: 'KP', passport: 'A1' }, nothing)).toEqual([])
  expect(compareIdentifiers({ born: 'long ago', nationality: 'Nowhere', passport: '--' }, listed)).toEqual([])
})

test('T-13 a name that is the same stays a hit whatever else differs', () => {
  expect(score(1, { born: '2001-01-01', nationality: 'FR', passport: 'Z9' })).toBeGreaterThanOrEqual(
    MATCH_FROM,
  )
})

test.each([
  ['Iran', 'IR'],
  ['Korea, North', 'KP'],
  ['Democratic Republic of the Congo', 'CD'],
  ['Syrian Arab Republic', 'SY'],
  ['ye', 'YE'],
  ['Atlantis', undefined],
])('T-13 %s is the country %s', (name, code) => {
  expect(countryCode(name)).toBe(code)
})

const published = publishedData('D19_screening_dev')
test.skipIf(published.absent)(
  'T-13 with their dates and countries no fewer listed names are found, and nobody else',
  async () => {
    type Person = { full_name: string; date_of_birth: string; nationality: string }
    const people = (file: string): Person[] => parse(readFileSync(published.file(file)), { columns: true })
    const { entries } = await readUnList({
      name: 'UN_consolidated.xml',
      bytes: createReadStream(published.file('UN_consolidated.xml')),
    })
    const index = await makeNameIndex(entries.flatMap(namesOf))
    const byUid = new Map(entries.map((entry) => [entry.uid, entry.identifiers]))
    const isFound = ({ full_name, date_of_birth, nationality }: Person) =>
      index.screen(full_name, { kind: 'person', least: 0.7 }).some((found) => {
        const theirs = byUid.get(found.name.entry)
        const ours = { born: date_of_birth || undefined, nationality: nationality || undefined }
        return theirs && withIdentifiers(found.score, compareIdentifiers(ours, theirs)) >= MATCH_FROM
      })
    expect(people('positives_un_untreated.csv').filter(isFound).length).toBeGreaterThanOrEqual(665)
    expect(people('negatives_us.csv').filter(isFound)).toEqual([])
  },
)

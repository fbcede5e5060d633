import { createReadStream, readFileSync } from 'node:fs'
import { publishedData } from '@countersign/testkit/published-data.ts'
import { turnsOfOthers } from '@countersign/testkit/turns-of-others.ts'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import { foldName } from './fold-name.ts'
import { namesOf } from './list-entry.ts'
import { MATCH_FROM } from './match-from.ts'
import { type ListedName, makeNameIndex, type NameIndex, scoreFor } from './name-index.ts'
import { readSdn } from './read-sdn.ts'
import { readUnList } from './read-un-list.ts'

const listed = (entry: string, name: string, more: Partial<ListedName> = {}): ListedName => ({
  entry,
  name,
  weak: false,
  kind: 'person',
  ...more,
})
const asPerson = { kind: 'person', least: MATCH_FROM } as const
const entries = (found: ReturnType<NameIndex['screen']>) => found.map(({ name }) => name.entry)

describe('an index of names', async () => {
  const index = await makeNameIndex([
    listed('1', 'AL-RASHID, Mohamed'),
    listed('1', 'The Accountant', { weak: true }),
    listed('2', 'KIM, Yong Chol'),
    listed('3', 'Abdul Rahman Farooqi'),
    listed('4', 'ORION STAR', { kind: 'other' }),
    listed('5', 'Juan Ramon Castellanos'),
    listed('6', 'DE LA TORRE, Luis'),
  ])

  test.each([
    ['Mohammed el Rasheed', '1'],
    ['Kim Yongchol', '2'],
    ['Yong Chol Kim', '2'],
    ['Abdurrahman Faruqi', '3'],
    ['Pa Kyong', undefined],
    ['Orionstar', '4'],
    ['Juan R Castellanos', '5'],
    ['Luis Delatorre', '6'],
    ['Abdul Aziz Haqqani', undefined],
  ])('T-13 %s is found as entry %s', (name, entry) => {
    expect(
      index.screen(name, { kind: name === 'Orionstar' ? 'other' : 'person', least: MATCH_FROM })[0]?.name
        .entry,
    ).toBe(entry)
  })

  test('T-13 a nickname tells less than a name, and a company is seldom a person', () => {
    expect(index.screen('the accountant', asPerson)[0]?.score).toBeCloseTo(0.9, 6)
    const [company] = index.screen('Orion Star', { kind: 'other', least: MATCH_FROM })
    const [person] = index.screen('Orion Star', asPerson)
    expect(company?.score).toBeCloseTo(1, 6)
    expect(person?.score ?? 0).toBeLessThan(0.9)
  })

  test('T-13 while a long list is put into an index others have their turns', async () => {
    const many = Array.from({ length: 5_000 }, (_, at) => listed(String(at), `Quorwin Belstam${at}`))
    const turns = await turnsOfOthers(() => makeNameIndex(many))
    expect(turns).toBeGreaterThanOrEqual(10)
  })

  test('T-13 an entry is found once, by the best of its names', async () => {
    const both = await makeNameIndex([
      listed('1', 'Omar Farouk'),
      listed('1', 'Umar Faruq'),
      listed('1', 'Omar Faruq'),
    ])
    const found = both.screen('Umar Faruq', asPerson)
    expect(found).toHaveLength(1)
    expect(found[0]?.name.name).toBe('Umar Faruq')
  })

  test('T-13 screening again gives the same, whatever was screened between', () => {
    const first = index.screen('Mohammed el Rasheed', asPerson)
    for (const name of ['Kim Yongchol', 'Juan', '', '!!!', 'x'.repeat(10_000), 'Luis Delatorre'])
      index.screen(name, asPerson)
    expect(index.screen('Mohammed el Rasheed', asPerson)).toEqual(first)
  })
})

const published = publishedData('D19_screening_dev')
describe.skipIf(published.absent)('the Security Council’s list', () => {
  const people = (file: string): string[] =>
    (parse(readFileSync(published.file(file)), { columns: true }) as { full_name: string }[]).map(
      ({ full_name }) => full_name,
    )
  let names: ListedName[]
  let index: NameIndex

  beforeAll(async () => {
    const file = published.file('UN_consolidated.xml')
    const { entries } = await readUnList({ name: 'UN_consolidated.xml', bytes: createReadStream(file) })
    names = entries.flatMap(namesOf)
    index = await makeNameIndex(names)
  })

  test('T-13 of 683 listed names no fewer than 665 are found', () => {
    const screened = people('positives_un_untreated.csv')
    expect(screened).toHaveLength(683)
    expect(screened.filter((name) => index.screen(name, asPerson).length > 0).length).toBeGreaterThanOrEqual(
      665,
    )
  })

  test('T-13 of 1,000 people who are on no list none is found', () => {
    const screened = people('negatives_us.csv')
    expect(screened).toHaveLength(1_000)
    expect(screened.filter((name) => index.screen(name, asPerson).length > 0)).toEqual([])
  })

  test('T-13 with one slip of the hand in each, four of five listed names are found still', () => {
    let seed = 2026
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
      return seed / 0x7fffffff
    }
    const slip = (name: string) => {
      const at = 1 + Math.floor(random() * (name.length - 2))
      const letter = String.fromCharCode(65 + Math.floor(random() * 26))
      const kinds = [
        name.slice(0, at) + name.slice(at + 1),
        name.slice(0, at) + letter + name.slice(at),
        name.slice(0, at) + letter + name.slice(at + 1),
        `${name.slice(0, at)}${name[at + 1]}${name[at]}${name.slice(at + 2)}`,
      ]
      return kinds[Math.floor(random() * kinds.length)] ?? name
    }
    const screened = people('positives_un_untreated.csv').map(slip)
    const found = screened.filter((name) => index.screen(name, asPerson).length > 0)
    expect(found.length / screened.length).toBeGreaterThan(0.8)
  })

  test('T-13 the index loses nothing that comparing with every name finds', () => {
    const screened = [...people('positives_un_untreated.csv'), ...people('negatives_us.csv')].filter(
      (_, at) => at % 60 === 0,
    )
    const weigh = index.weigh
    for (const name of screened) {
      const query = foldName(name, 'person')
      const all = new Set(
        names.filter((one) => scoreFor(query, one, 'person', weigh) >= MATCH_FROM).map(({ entry }) => entry),
      )
      expect([name, entries(index.screen(name, asPerson)).sort()]).toEqual([name, [...all].sort()])
    }
  })
})

const sdn = publishedData('D06_ofac_sdn_dev')
test.skipIf(sdn.absent)(
  'T-13 every entry of the SDN list is found by its own name, letter for letter',
  async () => {
    const files = ['sdn.csv', 'alt.csv', 'add.csv', 'sdn_comments.csv']
    const list = await readSdn(files.map((name) => ({ name, bytes: createReadStream(sdn.file(name)) })))
    const index = await makeNameIndex(list.flatMap(namesOf))
    const lost = list
      .filter((_, at) => at % 10 === 0)
      .filter(({ uid, name, kind }) => {
        const asked = { kind: kind === 'individual' ? 'person' : 'other', least: MATCH_FROM } as const
        return !entries(index.screen(name, asked)).includes(uid)
      })
    expect(lost.map(({ name }) => name)).toEqual([])
  },
)

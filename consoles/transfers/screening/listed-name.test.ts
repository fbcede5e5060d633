import { turnsOfOthers } from '@countersign/testkit/turns-of-others.ts'
import { expect, test } from 'vitest'
import type { ListEntry } from './list-entry.ts'
import { foundOf } from './listed-name.ts'
import { screeningList } from './screen-party.ts'

const entry = (uid: string, kind: ListEntry['kind'], name: string): ListEntry => ({
  ...{ uid, kind, name, aliases: [], programs: ['SDGT'], addresses: [], remarks: null },
  identifiers: { born: [], places: [], nationalities: [], passports: [] },
})
const lists = await Promise.all(
  (['ofac_sdn', 'un_security_council'] as const).map(async (list) => ({
    name: list,
    index: await screeningList(list, `version of ${list}`, [
      entry('1', 'individual', 'QUORWIN, Belstam'),
      entry('2', 'entity', 'TREVANION HARBOUR HOLDINGS'),
    ]),
    threshold: 0.85,
  })),
)

test('T-13 T-03 while a name that may be read in many ways is compared, others have their turn', async () => {
  const readings = Array.from({ length: 64 }, (_, at) => `Quorwin Belstam${at}`)
  const turns = await turnsOfOthers(() => foundOf(readings, lists))
  // 64 readings, of a person and of a company, on two lists.
  expect(turns).toBeGreaterThanOrEqual(64 * 2 * 2 - 1)
})

test('T-13 T-03 every reading is held against every list, as a person and as a company, and what is most alike comes first', async () => {
  const found = await foundOf(['Quorwyn Belstam', 'Trevanion Harbour Holdings'], lists)
  expect(new Set(found.map(({ list, name }) => `${list}: ${name}`))).toEqual(
    new Set([
      'ofac_sdn: QUORWIN, Belstam',
      'un_security_council: QUORWIN, Belstam',
      'ofac_sdn: TREVANION HARBOUR HOLDINGS',
      'un_security_council: TREVANION HARBOUR HOLDINGS',
    ]),
  )
  const scores = found.map(({ score }) => score)
  expect(scores).toEqual([...scores].sort((one, other) => other - one))
})

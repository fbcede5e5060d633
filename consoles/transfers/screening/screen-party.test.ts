import { expect, test } from 'vitest'
import type { ListEntry } from './list-entry.ts'
import { screeningList, screenParty } from './screen-party.ts'

const entry = (uid: string, name: string, more: Partial<ListEntry> = {}): ListEntry => ({
  ...{ uid, kind: 'individual', name, aliases: [], programs: ['SDGT'], addresses: [], remarks: null },
  identifiers: { born: [], places: [], nationalities: [], passports: [] },
  ...more,
})
const list = await screeningList('ofac_sdn', 'v1', [
  entry('1', 'AL-RASHID, Mohamed', {
    aliases: [{ name: 'AL RASHEED, Muhammad', as: 'aka', weak: false }],
    identifiers: {
      born: [{ from: '1971-03-04', to: '1971-03-04' }],
      places: [],
      nationalities: ['Yemen'],
      passports: ['A1'],
    },
  }),
  entry('2', 'ORION STAR', { kind: 'entity' }),
])
const person = (name: string, identifiers = {}) =>
  screenParty({ kind: 'person', name, identifiers }, [list], 0.8)

test('T-13 a finding says which of the entry’s names came closest, and what else was compared', () => {
  expect(person('Muhammad Al Rasheed', { born: '1971', nationality: 'YE' })).toMatchObject([
    {
      ...{ list: 'ofac_sdn', version: 'v1', uid: '1', programs: ['SDGT'] },
      matched: { name: 'AL RASHEED, Muhammad', at: 1, of: 2, weak: false },
      identifiers: [
        { what: 'born', match: 'same' },
        { what: 'nationality', match: 'same' },
      ],
    },
  ])
})

test('T-13 a name that is nearly a hit is one with the entry’s own date of birth, and none with another’s', () => {
  const nearly = 'Mohamad Rashad Karim'
  const alone = screenParty({ kind: 'person', name: nearly, identifiers: {} }, [list], 0)[0]?.nameScore ?? 0
  const least = alone + 0.03
  const found = (born: string) =>
    screenParty({ kind: 'person', name: nearly, identifiers: { born } }, [list], least)
  expect(alone).toBeGreaterThan(0)
  expect(found('1971-03-04')).toHaveLength(1)
  expect(found('1990-03-04')).toHaveLength(0)
})

test('T-13 who is on no list is found on none', () => {
  expect(person('Sinikka Salonen')).toEqual([])
})

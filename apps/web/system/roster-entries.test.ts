import { expect, test } from 'vitest'
import { hoursText, rosterEntries } from './roster-entries.ts'

const t = (id: string) => (id === 'sign.comma' ? ', ' : '; ')

test('K-47 hours read as days and times in the language of the page', () => {
  const hours = [
    { days: ['mon', 'sun'], from: '09:00', to: '17:00' },
    { days: ['sat'], from: '22:00', to: '06:00' },
  ]
  expect(hoursText(hours, 'en', t)).toBe('Mon, Sun 09:00–17:00; Sat 22:00–06:00')
  expect(hoursText(hours, 'de', t)).toBe('Mo, So 09:00–17:00; Sa 22:00–06:00')
})

test('K-47 a roster that nobody has set is empty', () => {
  expect(rosterEntries(undefined)).toEqual([])
})

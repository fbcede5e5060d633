import { expect, test } from 'vitest'
import { ladder, onCall, type RosterEntry, rosterEntry } from './roster.ts'

const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
const entry = (person: string, order: number, zone: string, from: string, to: string): RosterEntry => ({
  ...{ person, order, zone },
  hours: [{ days: [...WEEK], from, to }],
})
const berlin = entry('awa', 2, 'Europe/Berlin', '09:00', '17:00')
const newYork = entry('jonas', 1, 'America/New_York', '09:00', '17:00')
const night = entry('mei', 3, 'Europe/Berlin', '22:00', '06:00')
const all = [berlin, newYork, night]
const at = (text: string) => new Date(text)
const names = (entries: readonly RosterEntry[]) => entries.map(({ person }) => person)

test('K-47 hours are those of a clock on the wall in their zone, summer time included', () => {
  // 08:30 in UTC is 09:30 in Berlin in winter and 10:30 in summer; 07:30 is 08:30 and 09:30.
  expect(names(onCall(all, at('2026-01-14T07:30:00Z')))).toEqual([])
  expect(names(onCall(all, at('2026-01-14T08:30:00Z')))).toEqual(['awa'])
  expect(names(onCall(all, at('2026-07-15T07:30:00Z')))).toEqual(['awa'])
})

test('K-47 of several on call, the smallest order comes first; the end of the hours is not in them', () => {
  expect(names(onCall(all, at('2026-01-14T15:00:00Z')))).toEqual(['jonas', 'awa'])
  expect(names(onCall(all, at('2026-01-14T16:00:00Z')))).toEqual(['jonas'])
})

test('K-47 hours over midnight belong to the day on which they begin', () => {
  // Friday night goes on into Saturday; Sunday night is nobody's.
  expect(names(onCall(all, at('2026-01-17T03:00:00Z')))).toEqual(['mei'])
  expect(names(onCall(all, at('2026-01-17T05:00:00Z')))).toEqual([])
  expect(names(onCall(all, at('2026-01-19T03:00:00Z')))).toEqual([])
})

test('K-47 outside everybody’s hours the next in order is told where it matters enough, and nobody otherwise', () => {
  const sunday = at('2026-01-18T12:00:00Z')
  expect(ladder(all, sunday, true)).toEqual(['jonas', 'awa', 'mei'])
  expect(ladder(all, sunday, false)).toEqual([])
  // Who is on call comes first, and nobody comes twice.
  expect(ladder(all, at('2026-01-14T08:30:00Z'), true)).toEqual(['awa', 'jonas', 'mei'])
})

test('K-47 a roster that cannot be understood is refused by the member that is wrong', () => {
  const wrong = (change: object) =>
    rosterEntry.safeParse({ ...berlin, ...change }).error?.issues.map(({ path }) => path.join('.'))
  expect(rosterEntry.safeParse(berlin).success).toBe(true)
  expect(wrong({ zone: 'Berlin' })).toEqual(['zone'])
  expect(wrong({ zone: '+02:00' })).toEqual(['zone'])
  expect(wrong({ order: 0 })).toEqual(['order'])
  expect(wrong({ hours: [{ days: ['mon'], from: '9:00', to: '24:00' }] })).toEqual([
    'hours.0.from',
    'hours.0.to',
  ])
  expect(wrong({ hours: [] })).toEqual(['hours'])
})

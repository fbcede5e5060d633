import { expect, test } from 'vitest'
import { cutOffAfter, cutOffBefore } from './settlement-period.ts'

const daily = { schedule: 'daily', cut_off: '17:00' } as const
const weekly = { schedule: 'weekly', weekday: 7, cut_off: '00:30' } as const

// 18 March 2026 is a Wednesday, 22 March a Sunday.
test.each([
  [daily, '2026-03-18T16:59:59.999Z', '2026-03-17T17:00:00.000Z', '2026-03-18T17:00:00.000Z'],
  [daily, '2026-03-18T17:00:00.000Z', '2026-03-18T17:00:00.000Z', '2026-03-19T17:00:00.000Z'],
  [daily, '2026-12-31T20:00:00.000Z', '2026-12-31T17:00:00.000Z', '2027-01-01T17:00:00.000Z'],
  [weekly, '2026-03-18T10:00:00.000Z', '2026-03-15T00:30:00.000Z', '2026-03-22T00:30:00.000Z'],
  [weekly, '2026-03-22T00:29:00.000Z', '2026-03-15T00:30:00.000Z', '2026-03-22T00:30:00.000Z'],
  [weekly, '2026-03-22T00:30:00.000Z', '2026-03-22T00:30:00.000Z', '2026-03-29T00:30:00.000Z'],
])('P-02 a schedule of %o at %s is between %s and %s', (schedule, at, before, after) => {
  expect(cutOffBefore(schedule, new Date(at)).toISOString()).toBe(before)
  expect(cutOffAfter(schedule, new Date(at)).toISOString()).toBe(after)
})

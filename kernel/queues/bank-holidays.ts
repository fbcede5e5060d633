import type { Holiday } from './holiday.ts'

const MONDAY = 1
const THURSDAY = 4

/**
 * Days on which the Federal Reserve Banks are closed (Federal Reserve Financial Services, Holiday Schedules). One that
 * falls on a Saturday is not moved: the Banks are open on the Friday before.
 */
export const FEDERAL_RESERVE_HOLIDAYS: readonly Holiday[] = [
  { name: 'New Year’s Day', on: '01-01', sunday: 'monday_after' },
  { name: 'Birthday of Martin Luther King, Jr.', nth: 3, weekday: MONDAY, month: 1 },
  { name: 'Washington’s Birthday', nth: 3, weekday: MONDAY, month: 2 },
  { name: 'Memorial Day', nth: 'last', weekday: MONDAY, month: 5 },
  { name: 'Juneteenth', on: '06-19', sunday: 'monday_after', since: 2022 },
  { name: 'Independence Day', on: '07-04', sunday: 'monday_after' },
  { name: 'Labor Day', nth: 1, weekday: MONDAY, month: 9 },
  { name: 'Columbus Day', nth: 2, weekday: MONDAY, month: 10 },
  { name: 'Veterans Day', on: '11-11', sunday: 'monday_after' },
  { name: 'Thanksgiving Day', nth: 4, weekday: THURSDAY, month: 11 },
  { name: 'Christmas Day', on: '12-25', sunday: 'monday_after' },
]

/** Closing days of TARGET (European Central Bank, long-term calendar of 14 December 2000); never moved. */
export const TARGET_HOLIDAYS: readonly Holiday[] = [
  { name: 'New Year’s Day', on: '01-01' },
  { name: 'Good Friday', easter: -2 },
  { name: 'Easter Monday', easter: 1 },
  { name: 'Labour Day', on: '05-01' },
  { name: 'Christmas Day', on: '12-25' },
  { name: 'Christmas Holiday', on: '12-26' },
]

import { expect, test } from 'vitest'
import {
  type BankingCalendar,
  bankingDayAfter,
  bankingDayBefore,
  easterSunday,
  federalReserve,
  target2,
} from './banking-calendar.ts'

/** The weekdays of a year on which banks do not settle. */
function closedWeekdays(calendar: BankingCalendar, year: number): string[] {
  const closed: string[] = []
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 86_400_000) {
    const day = new Date(at)
    const text = day.toISOString().slice(0, 10)
    if (day.getUTCDay() !== 0 && day.getUTCDay() !== 6 && !calendar(text)) closed.push(text)
  }
  return closed
}

test('K-37 the Federal Reserve keeps its published holidays of 2026; Saturday 4 July is not kept on Friday', () => {
  expect(closedWeekdays(federalReserve, 2026)).toEqual([
    '2026-01-01',
    '2026-01-19',
    '2026-02-16',
    '2026-05-25',
    '2026-06-19',
    '2026-09-07',
    '2026-10-12',
    '2026-11-11',
    '2026-11-26',
    '2026-12-25',
  ])
})

test('K-37 a federal holiday on a Sunday is kept on the Monday, and Juneteenth since 2022', () => {
  expect(federalReserve('2023-01-02')).toBe(false)
  expect(federalReserve('2021-06-18')).toBe(true)
  expect(federalReserve('2021-07-05')).toBe(false)
  expect(federalReserve('2022-06-20')).toBe(false)
})

test('K-37 TARGET closes on its six days and on no other weekday', () => {
  expect(closedWeekdays(target2, 2026)).toEqual([
    '2026-01-01',
    '2026-04-03',
    '2026-04-06',
    '2026-05-01',
    '2026-12-25',
  ])
  expect(closedWeekdays(target2, 2024)).toEqual([
    '2024-01-01',
    '2024-03-29',
    '2024-04-01',
    '2024-05-01',
    '2024-12-25',
    '2024-12-26',
  ])
})

// U.S. Census Bureau, "Easter dates": the earliest, the latest, and some between.
test.each([
  [1818, '1818-03-22'],
  [1943, '1943-04-25'],
  [2000, '2000-04-23'],
  [2008, '2008-03-23'],
  [2024, '2024-03-31'],
  [2025, '2025-04-20'],
  [2026, '2026-04-05'],
  [2038, '2038-04-25'],
])('K-37 Easter of %i is %s', (year, sunday) => {
  expect(easterSunday(year)).toBe(sunday)
})

test('K-37 banking days are counted over weekends and holidays, both ways', () => {
  expect(bankingDayAfter(federalReserve, '2026-11-25', 2)).toBe('2026-11-30')
  expect(bankingDayBefore(federalReserve, '2026-11-30', 2)).toBe('2026-11-25')
  expect(bankingDayAfter(target2, '2026-04-02', 1)).toBe('2026-04-07')
})

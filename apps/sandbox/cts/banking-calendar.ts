/** A calendar day, `YYYY-MM-DD`; these compare as strings. */
export type Day = string

const DAY_MS = 86_400_000

/** The day `count` calendar days after `day`. */
export function addDays(day: Day, count: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10)
}

/** Whether banks settle on that day. */
export type BankingCalendar = (day: Day) => boolean

/**
 * The Federal Reserve Banks' calendar (FedACH, Fedwire). A holiday on a Sunday is kept on the Monday; one on a
 * Saturday is not kept. Source: Federal Reserve Bank Services, "Holiday Schedules".
 */
export const federalReserve: BankingCalendar = (day) => !isWeekend(day) && !federalHolidays(day).includes(day)

/**
 * The TARGET calendar of the Eurosystem (T2; SEPA credit transfers). Source: ECB decision of 14 December 2000
 * on long-term TARGET closing days, in force since 2002.
 */
export const target2: BankingCalendar = (day) => !isWeekend(day) && !targetClosingDays(day).includes(day)

/** The `count`th banking day after `day`; `day` itself need not be one. */
export function bankingDayAfter(calendar: BankingCalendar, day: Day, count: number): Day {
  let at = day
  for (let left = count; left > 0; ) {
    at = addDays(at, 1)
    if (calendar(at)) left -= 1
  }
  return at
}

/** The `count`th banking day before `day`. */
export function bankingDayBefore(calendar: BankingCalendar, day: Day, count: number): Day {
  let at = day
  for (let left = count; left > 0; ) {
    at = addDays(at, -1)
    if (calendar(at)) left -= 1
  }
  return at
}

/** `day` where it is a banking day, else the next one. */
export function bankingDayFrom(calendar: BankingCalendar, day: Day): Day {
  return calendar(day) ? day : bankingDayAfter(calendar, day, 1)
}

/** Western Easter Sunday. Anonymous Gregorian algorithm (Meeus, "Astronomical Algorithms", ch. 8). */
export function easterSunday(year: number): Day {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const d = Math.floor(b / 4)
  const e = b % 4
  const f = Math.floor((b + 8) / 25)
  const g = Math.floor((b - f + 1) / 3)
  const h = (19 * a + b - d - g + 15) % 30
  const i = Math.floor(c / 4)
  const k = c % 4
  const l = (32 + 2 * e + 2 * i - h - k) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const month = Math.floor((h + l - 7 * m + 114) / 31)
  return dayOf(year, month, ((h + l - 7 * m + 114) % 31) + 1)
}

function federalHolidays(day: Day): Day[] {
  const year = Number(day.slice(0, 4))
  const juneteenth = year >= 2022 ? [onWeekday(dayOf(year, 6, 19))] : []
  return [
    onWeekday(dayOf(year, 1, 1)),
    nthMonday(year, 1, 3), // Martin Luther King, Jr.
    nthMonday(year, 2, 3), // Washington
    lastMonday(year, 5), // Memorial Day
    ...juneteenth,
    onWeekday(dayOf(year, 7, 4)),
    nthMonday(year, 9, 1), // Labor Day
    nthMonday(year, 10, 2), // Columbus
    onWeekday(dayOf(year, 11, 11)),
    nthWeekday(year, 11, 4, 4), // Thanksgiving, a Thursday
    onWeekday(dayOf(year, 12, 25)),
  ]
}

function targetClosingDays(day: Day): Day[] {
  const year = Number(day.slice(0, 4))
  const easter = easterSunday(year)
  return [
    dayOf(year, 1, 1),
    addDays(easter, -2),
    addDays(easter, 1),
    dayOf(year, 5, 1),
    dayOf(year, 12, 25),
    dayOf(year, 12, 26),
  ]
}

/** Sunday is kept on Monday; Saturday falls away, which the weekend rule sees to. */
function onWeekday(day: Day): Day {
  return weekday(day) === 0 ? addDays(day, 1) : day
}

function nthMonday(year: number, month: number, n: number): Day {
  return nthWeekday(year, month, 1, n)
}

function nthWeekday(year: number, month: number, which: number, n: number): Day {
  const first = dayOf(year, month, 1)
  return addDays(first, ((which - weekday(first) + 7) % 7) + (n - 1) * 7)
}

function lastMonday(year: number, month: number): Day {
  const fifth = nthMonday(year, month, 5)
  return fifth.slice(0, 7) === dayOf(year, month, 1).slice(0, 7) ? fifth : addDays(fifth, -7)
}

function isWeekend(day: Day): boolean {
  return weekday(day) === 0 || weekday(day) === 6
}

function weekday(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay()
}

function dayOf(year: number, month: number, day: number): Day {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

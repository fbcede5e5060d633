/** A day, each year, on which nobody works, or only until `closesAt` (`HH:MM`). */
export type Holiday = {
  readonly name: string
  readonly closesAt?: string
  /** Kept from this year on. */
  readonly since?: number
} & (
  | {
      /** `12-25`: the same day each year. */
      readonly on: string
      /** Where it falls on a Sunday it is kept on the Monday after; absent: it is not moved. */
      readonly sunday?: 'monday_after'
    }
  /** The nth weekday of a month (1 Monday to 7 Sunday, ISO 8601); `last` the last one. */
  | { readonly nth: 1 | 2 | 3 | 4 | 'last'; readonly weekday: number; readonly month: number }
  /** Days after Easter Sunday; negative before it. */
  | { readonly easter: number }
  /** `2026-07-03`: this one day. */
  | { readonly once: string }
)

const DAY_MS = 86_400_000
const DAYS_A_WEEK = 7

/** On which days of a year a holiday is kept, `YYYY-MM-DD`. */
export function holidayDates(holiday: Holiday, year: number): string[] {
  if (holiday.since !== undefined && year < holiday.since) return []
  if ('once' in holiday) return holiday.once.startsWith(`${year}-`) ? [holiday.once] : []
  if ('easter' in holiday) return [dayOf(easterSunday(year) + holiday.easter * DAY_MS)]
  if ('nth' in holiday) return [dayOf(nthWeekday(holiday, year))]
  const at = Date.parse(`${year}-${holiday.on}T00:00:00Z`)
  const moved = holiday.sunday === 'monday_after' && new Date(at).getUTCDay() === 0
  return [dayOf(moved ? at + DAY_MS : at)]
}

function nthWeekday(
  { nth, weekday, month }: { nth: 1 | 2 | 3 | 4 | 'last'; weekday: number; month: number },
  year: number,
): number {
  if (nth === 'last') {
    const end = Date.UTC(year, month, 0)
    return end - ((isoWeekday(end) - weekday + DAYS_A_WEEK) % DAYS_A_WEEK) * DAY_MS
  }
  const start = Date.UTC(year, month - 1, 1)
  const first = (weekday - isoWeekday(start) + DAYS_A_WEEK) % DAYS_A_WEEK
  return start + (first + (nth - 1) * DAYS_A_WEEK) * DAY_MS
}

function isoWeekday(at: number): number {
  return new Date(at).getUTCDay() || DAYS_A_WEEK
}

/** Gregorian Easter by the Meeus/Jones/Butcher algorithm (Meeus, Astronomical Algorithms, ch. 8). */
function easterSunday(year: number): number {
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
  const n = h + l - 7 * m + 114
  return Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1)
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

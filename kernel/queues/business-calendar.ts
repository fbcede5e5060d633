import { WEEKDAYS, type Weekday } from '../alerts/roster.ts'
import type { Text } from '../languages/say.ts'
import { type Holiday, holidayDates } from './holiday.ts'

/**
 * When the people of a queue work: the SLA clock of its items goes while it is open. Plain data, which `migrate` writes to
 * the database; a change of it moves what is due with the next `migrate`.
 */
export type BusinessCalendar = {
  /** `console.word`. */
  readonly name: string
  readonly title: Text
  /** Of the IANA list: hours are those of the clock on its walls, summer time included. */
  readonly timeZone: string
  /** From `from` up to `to`, `HH:MM`; `24:00` is the end of the day. At most one span a day. */
  readonly hours: readonly { readonly days: readonly Weekday[]; readonly from: string; readonly to: string }[]
  /** What comes at this time of the day (`HH:MM`) or later counts from the next opening on. */
  readonly cutOff?: string
  readonly holidays: readonly Holiday[]
}

/** One day on which somebody works, in times of the clock on the wall there. */
export type BusinessDay = {
  /** `2026-03-31` */
  readonly day: string
  readonly opens: string
  readonly closes: string
  readonly cutOff: string
}

const DAY_MS = 86_400_000
const DAYS_FROM_SUNDAY: readonly Weekday[] = ['sun', ...WEEKDAYS.slice(0, -1)]
const TIME_OF_DAY = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/

/**
 * The business days of a calendar, in order; holidays left out, shortened ones shortened.
 *
 * @param fromYear first year, inclusive
 * @param toYear last year, inclusive
 * @throws Error where the calendar contradicts itself
 */
export function businessDays(calendar: BusinessCalendar, fromYear: number, toYear: number): BusinessDay[] {
  const hoursOf = weekOf(calendar)
  const holidays = new Map<string, Holiday>()
  for (let year = fromYear; year <= toYear; year += 1) {
    for (const holiday of calendar.holidays) {
      for (const day of holidayDates(holiday, year)) holidays.set(day, holiday)
    }
  }
  const days: BusinessDay[] = []
  for (let at = Date.UTC(fromYear, 0, 1); at < Date.UTC(toYear + 1, 0, 1); at += DAY_MS) {
    const date = new Date(at)
    const day = date.toISOString().slice(0, 10)
    const hours = hoursOf.get(DAYS_FROM_SUNDAY[date.getUTCDay()] as Weekday)
    const holiday = holidays.get(day)
    if (hours === undefined || (holiday && holiday.closesAt === undefined)) continue
    const closes = earlier(hours.to, holiday?.closesAt ?? hours.to)
    if (closes <= hours.from) continue
    days.push({ day, opens: hours.from, closes, cutOff: earlier(closes, calendar.cutOff ?? closes) })
  }
  return days
}

function weekOf({ name, hours, cutOff }: BusinessCalendar): Map<Weekday, { from: string; to: string }> {
  const week = new Map<Weekday, { from: string; to: string }>()
  for (const { days, from, to } of hours) {
    if (!TIME_OF_DAY.test(from) || !TIME_OF_DAY.test(to) || from >= to) {
      throw new Error(`the calendar ${name} is open from ${from} to ${to}, which is no span of a day`)
    }
    if (cutOff !== undefined && (!TIME_OF_DAY.test(cutOff) || cutOff <= from)) {
      throw new Error(`the calendar ${name} has its cut-off at ${cutOff}, before it opens`)
    }
    for (const day of days) {
      if (week.has(day)) throw new Error(`the calendar ${name} says twice when it is open on ${day}`)
      week.set(day, { from, to })
    }
  }
  if (week.size === 0) throw new Error(`the calendar ${name} is never open`)
  return week
}

/** Times of the day as text order like times. */
function earlier(one: string, other: string): string {
  return one < other ? one : other
}

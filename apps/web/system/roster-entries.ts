import { dateFormat } from '@countersign/web-kit/date-format.ts'
import type { Translate } from '@countersign/web-kit/messages.ts'

/** The days of a week in its order, as a roster names them. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Monday, 5 January 1970 in UTC; the names of the days are made from it. */
const A_MONDAY_MS = 4 * 86_400_000
const DAY_MS = 86_400_000

export type RosterHours = { days: string[]; from: string; to: string }
export type RosterEntry = { person: string; order: number; zone: string; hours: RosterHours[] }

/** A roster's entries out of a record or a form; what is none is left out. */
export function rosterEntries(value: unknown): RosterEntry[] {
  return Array.isArray(value) ? (value as RosterEntry[]) : []
}

/** `Mon`, in the language of the page. */
export function dayName(day: string, language: string): string {
  const at = WEEKDAYS.indexOf(day as (typeof WEEKDAYS)[number])
  if (at < 0) return day
  return dateFormat(language, { weekday: 'short', timeZone: 'UTC' }).format(
    new Date(A_MONDAY_MS + at * DAY_MS),
  )
}

/** `Mon, Tue 09:00–17:00; Sat 10:00–12:00`. */
export function hoursText(hours: RosterHours[], language: string, t: Translate): string {
  return hours
    .map(
      ({ days, from, to }) =>
        `${days.map((day) => dayName(day, language)).join(t('sign.comma'))} ${from}–${to}`,
    )
    .join(t('sign.semicolon'))
}

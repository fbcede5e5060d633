import { dateFormat } from './date-format.ts'
import { numberFormat } from './number-format.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/**
 * `4 h`, `12 min`, `3 d`: a length of time in the unit that fits it, as a list shows it. Of hours and days as many as are full: eight
 * days and two thirds are no nine to whoever has a deadline. A minute short of full is full.
 */
export function formatDuration(ms: number, language: string): string {
  const length = Math.abs(ms)
  const seconds = Math.floor(length / SECOND_MS)
  const minutes = Math.round(length / MINUTE_MS)
  const full = (unit: number) => Math.floor((length + MINUTE_MS) / unit)
  const hours = full(HOUR_MS)
  if (length < MINUTE_MS) return unitFormat(language, 'second').format(seconds)
  if (minutes < 60) return unitFormat(language, 'minute').format(minutes)
  if (hours < 48) return unitFormat(language, 'hour').format(hours)
  return unitFormat(language, 'day').format(full(DAY_MS))
}

function unitFormat(language: string, unit: string): Intl.NumberFormat {
  return numberFormat(language, {
    style: 'unit',
    unit,
    // French sets its units apart from the number in the short form only: "4 h", never "4h".
    unitDisplay: unit === 'minute' || language.startsWith('fr') ? 'short' : 'narrow',
  })
}

/** `21 Nov 2026, 09:12:04 UTC`: an instant with its zone named. What is no time, as an address may have it, as it stands. */
export function formatInstant(at: string, language: string, timeZone: string): string {
  if (Number.isNaN(Date.parse(at))) return at
  return dateFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'long',
    timeZone,
    hourCycle: 'h23',
  }).format(new Date(at))
}

/** `09:12`; `20 Nov, 09:12` on another day than today; with the year where it is not this one. */
export function formatClock(
  at: string,
  now: number,
  language: string,
  timeZone: string,
  seconds = false,
): string {
  const day = dateFormat(language, { dateStyle: 'short', timeZone })
  const when = new Date(at)
  const today = day.format(when) === day.format(now)
  const yearOf = dateFormat('en', { year: 'numeric', timeZone })
  const thisYear = yearOf.format(when) === yearOf.format(now)
  return dateFormat(language, {
    ...(today ? {} : { day: 'numeric', month: 'short' }),
    ...(thisYear ? {} : { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
    timeZone,
  }).format(when)
}

/** `UTC`, `GMT+1`: the zone as it is written beside a time, for that moment. */
export function shortZone(at: number, language: string, timeZone: string): string {
  const parts = dateFormat(language, { timeZone, timeZoneName: 'short' }).formatToParts(at)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
}

/** `21 Nov 2026, 09:12:04`: day and time, for lists that say their zone once. */
export function formatDayTime(at: string, language: string, timeZone: string): string {
  return dateFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone,
    hourCycle: 'h23',
  }).format(new Date(at))
}

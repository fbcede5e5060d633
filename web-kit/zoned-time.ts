import { dateFormat } from './date-format.ts'

const MINUTE_MS = 60_000
/** No zone has ever been further from UTC, and no change of clocks moves it by more. */
const OFFSET_MAX_MS = 26 * 60 * MINUTE_MS
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/

/**
 * The instants at which clocks in a zone show a time, RFC 3339 in UTC, the earlier first: mostly one; none in the
 * hour that is left out when clocks go forward; two in the hour that comes twice when they go back.
 *
 * @param local `2026-03-31T17:30`, as a `datetime-local` input has it
 * @param timeZone an IANA name
 */
export function instantsOf(local: string, timeZone: string): string[] {
  const wall = wallMs(local)
  if (wall === null) return []
  const offsets = new Set([wall - OFFSET_MAX_MS, wall + OFFSET_MAX_MS].map((at) => offsetMs(at, timeZone)))
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((at) => at + offsetMs(at, timeZone) === wall)
    .sort((one, other) => one - other)
    .map((at) => new Date(at).toISOString())
}

/** What clocks in a zone show at an instant, to the minute, as a `datetime-local` input has it. */
export function localOf(instant: string, timeZone: string): string {
  const at = Date.parse(instant)
  return new Date(at + offsetMs(at, timeZone)).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length)
}

/** The time as if it were UTC's, in ms; null where it is none. */
function wallMs(local: string): number | null {
  const [, year = Number.NaN, month = 1, day = 1, hour, minute] = (LOCAL.exec(local) ?? []).map(Number)
  const ms = utcMs([year, month, day, hour, minute])
  // 31 February is no time, and `Date` takes it for the third of March.
  return Number.isNaN(ms) || new Date(ms).getUTCDate() !== day ? null : ms
}

/** How far clocks in the zone are ahead of UTC at that moment, to the minute. */
function offsetMs(at: number, timeZone: string): number {
  const parts = dateFormat('en', {
    timeZone,
    hourCycle: 'h23',
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value)
  const shown = utcMs([part('year'), part('month'), part('day'), part('hour'), part('minute')])
  return shown - Math.floor(at / MINUTE_MS) * MINUTE_MS
}

/** Unlike `Date.UTC`, takes the year 20 for what it is: half typed. */
function utcMs([year, month, day, hour, minute]: [number, number, number, number?, number?]): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.setUTCHours(hour ?? 0, minute ?? 0)
}

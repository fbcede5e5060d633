const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** `4 h`, `12 min`, `3 d`: a length of time in its largest whole unit, as a list shows it. */
export function formatDuration(ms: number, language: string): string {
  const length = Math.abs(ms)
  const [value, unit] =
    length < MINUTE_MS
      ? [Math.floor(length / SECOND_MS), 'second']
      : length < HOUR_MS
        ? [Math.floor(length / MINUTE_MS), 'minute']
        : length < 2 * DAY_MS
          ? [Math.floor(length / HOUR_MS), 'hour']
          : [Math.floor(length / DAY_MS), 'day']
  return unitFormat(language, unit).format(value)
}

const formats = new Map<string, Intl.NumberFormat>()

function unitFormat(language: string, unit: string): Intl.NumberFormat {
  const key = `${language} ${unit}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const unitDisplay = unit === 'minute' ? 'short' : 'narrow'
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay })
  formats.set(key, format)
  return format
}

/** `21 Nov 2026, 09:12:04 UTC`: an instant with its zone named. */
export function formatInstant(at: string, language: string, timeZone: string): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'long',
    timeZone,
    hourCycle: 'h23',
  }).format(new Date(at))
}

/** `09:12`, or `20 Nov, 09:12` on another day than today. */
export function formatClock(
  at: string,
  now: number,
  language: string,
  timeZone: string,
  seconds = false,
): string {
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeZone })
  const when = new Date(at)
  const today = day.format(when) === day.format(now)
  return new Intl.DateTimeFormat(language, {
    ...(today ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
    timeZone,
  }).format(when)
}

import { z } from 'zod'
import { say, written } from '../languages/say.ts'

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

export const ROSTER_ENTRIES_MAX = 50
const SPANS_MAX = 14
const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/
const timeOfDay = z.string().regex(TIME_OF_DAY, written(say`must be a time of day such as "09:00"`))

/** From `from` up to, not including, `to` on these days; where `to` is not later, up to it on the next day. */
const hours = z.strictObject({
  days: z
    .array(z.enum(WEEKDAYS))
    .min(1, written(say`choose at least one day`))
    .max(WEEKDAYS.length)
    .meta({ title: 'Days' }),
  from: timeOfDay.meta({ title: 'From' }),
  to: timeOfDay.meta({ title: 'To' }),
})

/** One person on call: in these hours of this zone; the smallest order is told first. */
export const rosterEntry = z.strictObject({
  person: z.string().min(1, written(say`choose a person`)).max(128).meta({ title: 'Person' }),
  order: z.int().min(1).max(ROSTER_ENTRIES_MAX).meta({ title: 'Order' }),
  zone: z
    .string()
    .max(64)
    .refine(isZone, { error: written(say`must be a time zone of the IANA list, such as "Europe/Berlin"`) })
    .meta({ title: 'Time zone' }),
  hours: z
    .array(hours)
    .min(1, written(say`add the hours of the shift`))
    .max(SPANS_MAX)
    .meta({ title: 'Hours' }),
})
export type RosterEntry = z.output<typeof rosterEntry>

/** Who is on call at this instant, in order. */
export function onCall(entries: readonly RosterEntry[], at: Date): RosterEntry[] {
  return inOrder(entries).filter((entry) => isOnDuty(entry, at))
}

/**
 * Everybody to be told, one after the other: who is on call now, in order; then, where it matters enough, the others in
 * order although it is outside their hours. Nobody twice.
 */
export function ladder(
  entries: readonly RosterEntry[],
  at: Date,
  outsideHours: boolean,
): readonly RosterEntry['person'][] {
  const steps = [...onCall(entries, at), ...(outsideHours ? inOrder(entries) : [])]
  return [...new Set(steps.map(({ person }) => person))]
}

function inOrder(entries: readonly RosterEntry[]): RosterEntry[] {
  return [...entries].sort((a, b) => a.order - b.order)
}

function isOnDuty({ zone, hours }: RosterEntry, at: Date): boolean {
  const now = localTime(zone, at)
  const yesterday = WEEKDAYS[(WEEKDAYS.indexOf(now.day) + WEEKDAYS.length - 1) % WEEKDAYS.length] as Weekday
  return hours.some(({ days, from, to }) =>
    from < to
      ? days.includes(now.day) && from <= now.time && now.time < to
      : (days.includes(now.day) && from <= now.time) || (days.includes(yesterday) && now.time < to),
  )
}

/** The day and time that a clock on the wall shows there: `mon`, `09:00`. */
function localTime(zone: string, at: Date): { day: Weekday; time: string } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? ''
  return { day: part('weekday').toLowerCase() as Weekday, time: `${part('hour')}:${part('minute')}` }
}

function isZone(zone: string): boolean {
  // A fixed offset ("+02:00") is taken too, and knows no summer time.
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

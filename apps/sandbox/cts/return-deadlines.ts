import {
  addDays,
  type BankingCalendar,
  bankingDayAfter,
  bankingDayFrom,
  type Day,
  federalReserve,
  target2,
} from './banking-calendar.ts'

export const RAILS = ['ach', 'sepa_ct', 'wire'] as const
export type Rail = (typeof RAILS)[number]

/** Banking days after settlement in which an entry may be sent back for an ordinary reason. */
const STANDARD_BANKING_DAYS = 2
/** Calendar days after settlement for an unauthorised one; the return is due on the banking day after them. */
const EXTENDED_CALENDAR_DAYS = 60

type Clearing = {
  readonly calendar: BankingCalendar
  readonly zone: string
  /** The local time on the last day until which a return is taken. */
  readonly until: string
}

const CLEARINGS: Readonly<Record<Rail, Clearing>> = {
  // Nacha Operating Rules, subsection 3.8: available to the ODFI by the opening of business; FedACH settles 8:30 ET.
  ach: { calendar: federalReserve, zone: 'America/New_York', until: '08:30' },
  // T2 closes for the day at 18:00 CET.
  sepa_ct: { calendar: target2, zone: 'Europe/Berlin', until: '18:00' },
  // Fedwire Funds Service closes at 19:00 ET.
  wire: { calendar: federalReserve, zone: 'America/New_York', until: '19:00' },
}

export type ReturnDeadlines = { readonly standard: Date; readonly extended: Date }

/** The rail's banking days. */
export function calendarOf(rail: Rail): BankingCalendar {
  return CLEARINGS[rail].calendar
}

/**
 * The last instants at which an incoming entry that settles on `effective` may be sent back: two banking days
 * later for ordinary reasons; for unauthorised ones the banking day after the 60th calendar day.
 */
export function returnDeadlines(rail: Rail, effective: Day): ReturnDeadlines {
  const { calendar, zone, until } = CLEARINGS[rail]
  const settlement = bankingDayFrom(calendar, effective)
  const standard = bankingDayAfter(calendar, settlement, STANDARD_BANKING_DAYS)
  const extended = bankingDayAfter(calendar, addDays(settlement, EXTENDED_CALENDAR_DAYS), 1)
  return { standard: instantAt(standard, until, zone), extended: instantAt(extended, until, zone) }
}

/** The instant of a local time in a zone, daylight saving time included. */
export function instantAt(day: Day, time: string, zone: string): Date {
  const asUtc = Date.parse(`${day}T${time}:00Z`)
  // The offset at the guess is that of the answer: no clearing closes within an hour of a clock change.
  return new Date(asUtc - offsetMs(asUtc, zone))
}

function offsetMs(at: number, zone: string): number {
  const parts = clockIn(zone).formatToParts(at)
  const value = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value ?? 0)
  const [year, month, day] = [value('year'), value('month') - 1, value('day')]
  return Date.UTC(year, month, day, value('hour'), value('minute'), value('second')) - at
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** Made once a zone: making one costs more than a thousand uses. */
function clockIn(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone)
  if (known) return known
  const numeric = 'numeric'
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  })
  clocks.set(timeZone, clock)
  return clock
}

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

/** ACH: what CTS sends on a day it sends by then, New York time. */
const SENT_BY = '18:00'
/** Nacha Operating Rules, Article Two, dishonoured returns: five banking days after the return settled. */
const DISHONOUR_BANKING_DAYS = 5
/** Nacha Operating Rules, Article Three, contested dishonoured returns: two banking days after the dishonour settled. */
const CONTEST_BANKING_DAYS = 2
/** Nacha Operating Rules, Article Two, notifications of change: the originator hears within two banking days. */
const TELL_BANKING_DAYS = 2
/** Appendix Five: a notification of change is refused within fifteen calendar days. */
const REFUSE_CALENDAR_DAYS = 15

/** Until when a return that came then can be dishonoured. */
export function dishonourBy(returnedAt: Date): Date {
  return bankingDaysLater(returnedAt, DISHONOUR_BANKING_DAYS)
}

/** Until when a dishonour that came then can be contested. */
export function contestBy(dishonouredAt: Date): Date {
  return bankingDaysLater(dishonouredAt, CONTEST_BANKING_DAYS)
}

/** Until when the originator is to be told of a notification of change that came then. */
export function tellBy(notifiedAt: Date): Date {
  return bankingDaysLater(notifiedAt, TELL_BANKING_DAYS)
}

/** Until when a notification of change that came then can be refused. */
export function refuseBy(notifiedAt: Date): Date {
  const { zone } = CLEARINGS.ach
  return instantAt(addDays(localDay(notifiedAt, zone), REFUSE_CALENDAR_DAYS), SENT_BY, zone)
}

/** So many banking days of ACH after the day on which what came then settles. */
function bankingDaysLater(at: Date, count: number): Date {
  const { calendar, zone } = CLEARINGS.ach
  const settles = bankingDayFrom(calendar, localDay(at, zone))
  return instantAt(bankingDayAfter(calendar, settles, count), SENT_BY, zone)
}

/** The calendar day of an instant in a zone. */
export function localDay(at: Date, zone: string): Day {
  const parts = clockIn(zone).formatToParts(at)
  const value = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? ''
  return `${value('year')}-${value('month').padStart(2, '0')}-${value('day').padStart(2, '0')}`
}

/** The rail's own time zone. */
export function zoneOf(rail: Rail): string {
  return CLEARINGS[rail].zone
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

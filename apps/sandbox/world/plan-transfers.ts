import {
  addDays,
  bankingDayAfter,
  bankingDayBefore,
  bankingDayFrom,
  type Day,
} from '../cts/banking-calendar.ts'
import type { NewTransfer, Returned } from '../cts/move-transfers.ts'
import { calendarOf, instantAt, type Rail } from '../cts/return-deadlines.ts'
import { minorDigits } from '../http/money.ts'
import type { PlannedParty } from './plan-parties.ts'
import type { Random } from './random.ts'

/** A transfer and what became of it, all before the day of the seeding. */
export type PlannedTransfer = {
  readonly made: NewTransfer
  readonly settledAt?: Date
  readonly received?: { readonly at: Date; readonly code: string; readonly addenda?: string }
  readonly returned?: Pick<Returned, 'case' | 'reason'> & { readonly at: Date }
  /** The bank does not accept what was sent back. */
  readonly dishonoured?: { readonly at: Date; readonly code: string; readonly incorrect_field?: 'amount' }
  readonly change?: { readonly at: Date; readonly code: string; readonly corrected_data: string }
  readonly cancelledAt?: Date
}

type Fate =
  | 'settled'
  | 'waiting'
  | 'cancelled'
  | 'bank_returned'
  | 'unknown_return'
  | 'booked'
  | 'changed'
  | 'fresh'
  | 'old'
  | 'sent_back'

type Quota = {
  readonly rail: Rail
  readonly direction: 'outgoing' | 'incoming'
  readonly currency: string
  readonly countries: readonly string[]
  readonly fates: Readonly<Partial<Record<Fate, number>>>
}

const EURO_COUNTRIES = ['DE', 'NL', 'ES']

/** What the world holds, so that each case is there whatever the seed. */
const QUOTAS: readonly Quota[] = [
  {
    rail: 'ach',
    direction: 'outgoing',
    currency: 'USD',
    countries: ['US'],
    fates: {
      settled: 164,
      bank_returned: 32,
      unknown_return: 2,
      booked: 12,
      changed: 8,
      cancelled: 6,
      waiting: 12,
    },
  },
  {
    rail: 'ach',
    direction: 'incoming',
    currency: 'USD',
    countries: ['US'],
    fates: { settled: 62, fresh: 14, old: 3, sent_back: 6 },
  },
  {
    rail: 'sepa_ct',
    direction: 'outgoing',
    currency: 'EUR',
    countries: EURO_COUNTRIES,
    fates: { settled: 26, bank_returned: 4, booked: 2, waiting: 2 },
  },
  {
    rail: 'sepa_ct',
    direction: 'incoming',
    currency: 'EUR',
    countries: EURO_COUNTRIES,
    fates: { settled: 11, fresh: 4, sent_back: 1 },
  },
  {
    rail: 'wire',
    direction: 'outgoing',
    currency: 'USD',
    countries: ['US', 'GB', 'JP'],
    fates: { settled: 9, bank_returned: 1, waiting: 1 },
  },
  {
    rail: 'wire',
    direction: 'incoming',
    currency: 'USD',
    countries: ['US', 'GB'],
    fates: { settled: 5, fresh: 1 },
  },
  { rail: 'wire', direction: 'outgoing', currency: 'GBP', countries: ['GB'], fates: { settled: 5 } },
  { rail: 'wire', direction: 'outgoing', currency: 'JPY', countries: ['JP'], fates: { settled: 4 } },
  { rail: 'wire', direction: 'incoming', currency: 'JPY', countries: ['JP'], fates: { settled: 2 } },
  { rail: 'wire', direction: 'outgoing', currency: 'KWD', countries: ['KW'], fates: { settled: 4 } },
]

const ACH_CREDIT_CODES = ['R02', 'R03', 'R04', 'R13', 'R16', 'R17', 'R20', 'R23']
const ACH_DEBIT_CODES = [
  'R01',
  'R01',
  'R01',
  'R02',
  'R03',
  'R07',
  'R08',
  'R09',
  'R10',
  'R11',
  'R16',
  'R20',
  'R29',
]
const ISO_CODES = ['AC01', 'AC04', 'AC06', 'AM05', 'BE04', 'MD07', 'MS03', 'RC01']
const ADDENDA = [
  '',
  '',
  '',
  'ACCOUNT CLOSED BY CUSTOMER',
  'REFER TO MAKER',
  'SEE LETTER DATED ABOVE',
  'NO SUCH ACCOUNT',
]
const PURPOSES = ['INV', 'INV', 'ORD', 'RENT', 'PAYROLL', 'POLICY', 'REFUND']
const HISTORY_DAYS = 30
/** Our own bank's first eight digits of routing number: trace numbers begin with them. */
const OWN_ROUTING = '09100001'
const RETURNED_AFTER_BANKING_DAYS = 2
/** Returns should be dealt with within four hours; the world begins up to an hour after that from which it is planned. */
const RECENT_RETURN_MINUTES = 178

/** Some four hundred transfers over the last thirty days, with each case that the console's queues show. */
export function planTransfers(
  random: Random,
  parties: readonly PlannedParty[],
  now: Date,
): PlannedTransfer[] {
  const today = now.toISOString().slice(0, 10)
  const customers = parties.filter(({ kind }) => kind === 'company')
  let ordinal = 0
  return QUOTAS.flatMap((quota) =>
    Object.entries(quota.fates).flatMap(([fate, count]) =>
      Array.from({ length: count }, () => {
        ordinal += 1
        return planOne(random, { quota, fate: fate as Fate, ordinal, now, today, customers, parties })
      }),
    ),
  )
}

type Situation = {
  readonly quota: Quota
  readonly fate: Fate
  readonly ordinal: number
  readonly now: Date
  readonly today: Day
  readonly customers: readonly PlannedParty[]
  readonly parties: readonly PlannedParty[]
}

function planOne(random: Random, situation: Situation): PlannedTransfer {
  const { quota, fate, now, today } = situation
  const day = settlementDay(random, situation)
  const made = makeOne(random, situation, day)
  const settledAt = settlementInstant(quota.rail, day)
  const later = (bankingDays: number, time: string) =>
    new Date(
      `${earlier(bankingDayAfter(calendarOf(quota.rail), day, bankingDays), addDays(today, -1))}T${time}Z`,
    )
  const usually = later(RETURNED_AFTER_BANKING_DAYS, `15:${minutes(random)}`)
  const receivedAt = isRecent(situation) ? recently(now, situation.ordinal, RECENT_RETURN_MINUTES) : usually
  const code = returnCode(random, made)
  const addenda = random.pick(ADDENDA)
  const received = { at: receivedAt, code, ...(addenda ? { addenda } : {}) }
  switch (fate) {
    case 'waiting':
      return { made }
    case 'cancelled':
      return { made, cancelledAt: new Date(made.created_at.getTime() + random.whole(5, 90) * 60_000) }
    case 'bank_returned':
      return { made, settledAt, received }
    case 'unknown_return':
      return { made: unknownReturn(made, received) }
    case 'booked':
      return {
        made,
        settledAt,
        received,
        returned: { case: 'book', reason: code, at: later(3, `17:${minutes(random)}`) },
      }
    case 'changed':
      return { made, settledAt, change: { at: receivedAt, ...correction(random) } }
    case 'sent_back':
      return {
        made,
        settledAt,
        returned: { case: 'send_back', reason: code, at: later(1, `13:${minutes(random)}`) },
        ...(isRecent(situation) ? { dishonoured: { at: receivedAt, ...dishonour(situation.ordinal) } } : {}),
      }
    default:
      return { made, settledAt }
  }
}

/** Every third of what waits for a person came within the last hours, whatever the hour: a queue is never all late. */
function isRecent({ fate, ordinal, quota }: Situation): boolean {
  if (fate === 'sent_back') return quota.rail === 'ach' && ordinal % 2 === 0
  return ['bank_returned', 'changed'].includes(fate) && ordinal % 3 === 0
}

/** Spread over the last so many minutes, by a number and without a draw. */
export function recently(now: Date, ordinal: number, minutesMax: number): Date {
  return new Date(now.getTime() - (5 + ((ordinal * 37) % (minutesMax - 5))) * 60_000)
}

/** The banking day on which the transfer settles (or would). */
function settlementDay(random: Random, situation: Situation): Day {
  const { quota, fate, today } = situation
  const calendar = calendarOf(quota.rail)
  // Settled on the last banking day: both deadlines for sending back are ahead.
  if (fate === 'fresh') return bankingDayBefore(calendar, today, 1)
  // Beyond sixty days: both deadlines have passed.
  if (fate === 'old') return bankingDayBefore(calendar, addDays(today, -random.whole(66, 75)), 1)
  if (fate === 'waiting') return bankingDayFrom(calendar, addDays(today, random.whole(0, 2)))
  // A return, and the booking of it, must have had the time to happen.
  const latest = ['settled', 'cancelled'].includes(fate) ? 1 : 6
  const usual = bankingDayBefore(calendar, addDays(today, -random.whole(latest - 1, HISTORY_DAYS - 3)), 1)
  return isRecent(situation) ? bankingDayBefore(calendar, today, RETURNED_AFTER_BANKING_DAYS) : usual
}

function makeOne(random: Random, situation: Situation, effective: Day): NewTransfer {
  const { quota, ordinal, today, customers, parties } = situation
  const { rail, direction, currency } = quota
  const side = rail === 'ach' && random.next() < 0.6 ? 'debit' : 'credit'
  const us = random.pick(customers.filter(({ country }) => country === (currency === 'EUR' ? 'DE' : 'US')))
  const them = random.pick(
    parties.filter(({ id, country }) => quota.countries.includes(country) && id !== us.id),
  )
  const createdDay = earlier(bankingDayBefore(calendarOf(rail), effective, 1), addDays(today, -1))
  const facts = {
    id: `tr_${random.digits(4)}${String(ordinal).padStart(4, '0')}`,
    rail,
    direction,
    side,
    state: 'created',
    amount_minor: amount(random, rail, currency),
    currency,
    originator: partyOf(direction === 'outgoing' ? us : them),
    receiver: partyOf(direction === 'outgoing' ? them : us),
    reference: `${random.pick(PURPOSES)}-${random.digits(3)}${String(ordinal).padStart(4, '0')}`,
    created_at: new Date(
      `${createdDay}T${String(random.whole(7, 12)).padStart(2, '0')}:${minutes(random)}:${minutes(random)}Z`,
    ),
    effective_date: effective,
  } as const
  if (rail !== 'ach') return facts
  return {
    ...facts,
    trace_number: `${OWN_ROUTING}${String(ordinal).padStart(7, '0')}`,
    sec_code: them.kind === 'company' ? 'CCD' : random.pick(['PPD', 'PPD', 'WEB', 'TEL']),
  }
}

function unknownReturn(
  made: NewTransfer,
  received: { at: Date; code: string; addenda?: string },
): NewTransfer {
  const { at, ...facts } = received
  const bank_return = { case: 'book', ...facts, received_at: at.toISOString() } as const
  return {
    ...made,
    state: 'return_received',
    created_at: at,
    bank_return: { ...bank_return, original_known: false, original_trace: made.trace_number },
  }
}

function returnCode(random: Random, { rail, side }: NewTransfer): string {
  if (rail !== 'ach') return random.pick(ISO_CODES)
  return random.pick(side === 'debit' ? ACH_DEBIT_CODES : ACH_CREDIT_CODES)
}

/** Why the bank does not accept what was sent back, by a number and without a draw. */
function dishonour(ordinal: number): { code: string; incorrect_field?: 'amount' } {
  const codes = [{ code: 'R68' }, { code: 'R69', incorrect_field: 'amount' as const }, { code: 'R61' }]
  return codes[(ordinal / 2) % codes.length] ?? { code: 'R61' }
}

/** Eight digits and the one that makes a routing number of them (ABA). */
function routingNumber(eight: string): string {
  const weights = [3, 7, 1, 3, 7, 1, 3, 7]
  const sum = weights.reduce((total, weight, place) => total + weight * Number(eight[place]), 0)
  return `${eight}${(10 - (sum % 10)) % 10}`
}

/** Nacha change codes: C01 account number, C02 routing number, C05 transaction code. */
function correction(random: Random): { code: string; corrected_data: string } {
  return random.pick([
    { code: 'C01', corrected_data: random.digits(10) },
    { code: 'C02', corrected_data: routingNumber(random.digits(9).slice(0, 8)) },
    { code: 'C05', corrected_data: random.pick(['22', '32', '27', '37']) },
  ])
}

/** Log-uniform, as payments are; wires are larger. */
function amount(random: Random, rail: Rail, currency: string): bigint {
  const [low, high] = rail === 'wire' ? [2_000, 400_000] : [8, 18_000]
  const major = low * (high / low) ** random.next() * (currency === 'JPY' ? 150 : 1)
  return BigInt(Math.round(major * 10 ** minorDigits(currency)))
}

function settlementInstant(rail: Rail, day: Day): Date {
  return rail === 'ach' ? instantAt(day, '08:30', 'America/New_York') : new Date(`${day}T14:00:00Z`)
}

function partyOf(party: PlannedParty) {
  return { party_id: party.id, name: party.name, account: party.account, kind: party.kind }
}

function minutes(random: Random): string {
  return String(random.whole(0, 59)).padStart(2, '0')
}

function earlier(a: Day, b: Day): Day {
  return a < b ? a : b
}

import { addDays, bankingDayBefore, type Day } from '../cts/banking-calendar.ts'
import { calendarOf, type Rail } from '../cts/return-deadlines.ts'
import { decimal, minorDigits, minorUnits } from '../http/money.ts'
import { settlementAccount } from '../ledger/accounts.ts'
import { moneyComesIn } from '../ledger/settlements.ts'
import type { StatementLine, StatementPart } from '../recon/statement.ts'
import { type PlannedTransfer, recently } from './plan-transfers.ts'
import type { Random } from './random.ts'

/** A bank account whose statements the sandbox's bank sends. */
export type PlannedBankAccount = {
  readonly account: string
  readonly rail: Rail
  readonly currency: string
  readonly ledgerAccount: string
}
export type PlannedStatement = { readonly at: Date; readonly intraday: boolean; readonly part: StatementPart }

export const BANK_ACCOUNTS: readonly PlannedBankAccount[] = (
  [
    ['4410020030', 'ach', 'USD'],
    ['DE05100110019988776655', 'sepa_ct', 'EUR'],
    ['4410020048', 'wire', 'USD'],
    ['4410020055', 'wire', 'GBP'],
    ['4410020063', 'wire', 'JPY'],
    ['4410020071', 'wire', 'KWD'],
  ] as const
).map(([account, rail, currency]) => ({
  account,
  rail,
  currency,
  ledgerAccount: settlementAccount(rail, currency).number,
}))

const STATEMENT_BANKING_DAYS = 12
/** Exceptions should be dealt with within a day. */
const RECENT_STATEMENT_MINUTES = 600
const RECENT_STATEMENTS = 3
const OPENING_MAJOR = 2_500_000n

/** How many lines the bank gets wrong in each way, on the account that has the most. */
const FAULTS = { lost: 10, unnamed: 9, charged: 6, joined: 6, foreign: 6, doubled: 4 }
type Fault = keyof typeof FAULTS

type Movement = {
  readonly account: PlannedBankAccount
  readonly day: Day
  readonly side: 'debit' | 'credit'
  readonly minor: bigint
  readonly reference: string
  readonly counterparty: string
}

/**
 * End-of-day statements of the last banking days: what the ledger posted, with the faults that real banks make,
 * so that Recon finds something to except. One does not add up, one has no balances, one is intraday.
 */
export function planStatements(
  random: Random,
  transfers: readonly PlannedTransfer[],
  now: Date,
): PlannedStatement[] {
  const today = now.toISOString().slice(0, 10)
  const movements = transfers.flatMap(movementsOf)
  const since = bankingDayBefore(calendarOf('ach'), today, STATEMENT_BANKING_DAYS)
  const statements = BANK_ACCOUNTS.flatMap((account) => {
    const own = movements.filter((movement) => movement.account === account && movement.day >= since)
    const lines =
      account.rail === 'ach' ? withFaults(random, own) : own.map((m) => [m.day, lineOf(random, m)] as const)
    return lastJustCame(statementsOf(account, lines, since, today), now)
  })
  return withOddities(statements.sort((a, b) => a.at.getTime() - b.at.getTime()))
}

type DatedLine = readonly [Day, StatementLine]

function withFaults(random: Random, movements: readonly Movement[]): DatedLine[] {
  const order = random.shuffled(movements.map((_, index) => index))
  const faulty = new Map<number, Fault>()
  for (const [fault, count] of Object.entries(FAULTS)) {
    if (fault === 'joined' || fault === 'foreign') continue
    for (const index of order.splice(0, count)) faulty.set(index, fault as Fault)
  }
  const joined = pairsOf(movements, order).slice(0, FAULTS.joined)
  const inPair = new Set(joined.flat())
  const lines = movements.flatMap((movement, index): DatedLine[] => {
    if (inPair.has(index)) return []
    const line = lineOf(random, movement)
    const fault = faulty.get(index)
    if (fault === 'lost') return []
    if (fault === 'doubled')
      return [
        [movement.day, line],
        [movement.day, line],
      ]
    if (fault === 'unnamed') return [[movement.day, { ...line, reference: `BATCH ${random.digits(6)}` }]]
    if (fault === 'charged') return [[movement.day, { ...line, amount: charged(movement) }]]
    return [[movement.day, line]]
  })
  for (const [first, second] of joined) {
    const [a, b] = [movements[first], movements[second]]
    if (!a || !b) continue
    const both = { ...a, minor: a.minor + b.minor, reference: `COLLECTIVE ${random.digits(5)}` }
    lines.push([a.day, lineOf(random, both)])
  }
  for (let count = 0; count < FAULTS.foreign; count += 1) {
    const like = random.pick(movements)
    const reference = `ADV ${random.digits(8)}`
    lines.push([like.day, lineOf(random, { ...like, minor: BigInt(random.whole(1_111, 99_999)), reference })])
  }
  return lines
}

/** Pairs of movements of one day and side, so that the bank might have booked them as one. */
function pairsOf(movements: readonly Movement[], from: readonly number[]): [number, number][] {
  const waiting = new Map<string, number>()
  const pairs: [number, number][] = []
  for (const index of from) {
    const movement = movements[index]
    if (!movement) continue
    const key = `${movement.day} ${movement.side}`
    const partner = waiting.get(key)
    if (partner === undefined) waiting.set(key, index)
    else {
      pairs.push([partner, index])
      waiting.delete(key)
    }
  }
  return pairs
}

/** The bank kept 1 % as its charge. */
function charged(movement: Movement) {
  const minor = movement.minor - movement.minor / 100n - 1n
  return { amount: decimal(minor, movement.account.currency), currency: movement.account.currency }
}

function lineOf(random: Random, movement: Movement): StatementLine {
  const { currency } = movement.account
  // Many banks put words of their own before the reference.
  const prefix = random.next() < 0.2 ? 'ACH ENTRY ' : ''
  return {
    side: movement.side,
    amount: { amount: decimal(movement.minor, currency), currency },
    date: movement.day,
    reference: `${prefix}${movement.reference}`,
    counterparty: movement.counterparty,
    bank_reference: `BK${random.digits(10)}`,
  }
}

function movementsOf({ made, settledAt, returned }: PlannedTransfer): Movement[] {
  const account = BANK_ACCOUNTS.find(({ rail, currency }) => rail === made.rail && currency === made.currency)
  if (!account || !settledAt) return []
  const comesIn = moneyComesIn(made)
  const facts = {
    account,
    minor: made.amount_minor,
    reference: made.reference,
    counterparty: made.direction === 'outgoing' ? made.receiver.name : made.originator.name,
  }
  const movement = (at: Date, isCredit: boolean): Movement => ({
    ...facts,
    day: at.toISOString().slice(0, 10),
    side: isCredit ? 'credit' : 'debit',
  })
  return [movement(settledAt, comesIn), ...(returned ? [movement(returned.at, !comesIn)] : [])]
}

function statementsOf(
  account: PlannedBankAccount,
  lines: readonly DatedLine[],
  since: Day,
  today: Day,
): PlannedStatement[] {
  const statements: PlannedStatement[] = []
  let balance = OPENING_MAJOR * 10n ** BigInt(minorDigits(account.currency))
  for (let day = since; day < today; day = addDays(day, 1)) {
    const ofDay = lines.filter(([at]) => at === day).map(([, line]) => line)
    if (ofDay.length === 0) continue
    const opening = balance
    for (const { side, amount } of ofDay)
      balance += side === 'credit' ? minorUnits(amount) : -minorUnits(amount)
    const money = (minor: bigint) => ({
      amount: decimal(minor, account.currency),
      currency: account.currency,
    })
    statements.push({
      at: new Date(`${day}T22:30:00Z`),
      intraday: false,
      part: {
        id: `${account.currency}-${day}`,
        account: account.account,
        currency: account.currency,
        opening: money(opening),
        closing: money(balance),
        from: day,
        to: day,
        lines: ofDay,
      },
    })
  }
  return statements
}

/** The newest statements of each account were delivered within the last hours, so that what they leave is not late. */
function lastJustCame(statements: readonly PlannedStatement[], now: Date): PlannedStatement[] {
  return statements.map((statement, index) =>
    index >= statements.length - RECENT_STATEMENTS
      ? { ...statement, at: recently(now, statements.length - index, RECENT_STATEMENT_MINUTES) }
      : statement,
  )
}

/** One statement that does not add up, one without balances, and one intraday report. */
function withOddities(statements: readonly PlannedStatement[]): PlannedStatement[] {
  const ofRail = (rail: Rail) => {
    const accounts = BANK_ACCOUNTS.filter((account) => account.rail === rail).map(({ account }) => account)
    return statements.filter(({ part }) => accounts.includes(part.account))
  }
  const [wrong, bare] = [ofRail('sepa_ct').at(-1), ofRail('wire').at(-1)]
  const last = ofRail('ach').at(-1)
  const changed = statements.map((statement) => {
    const { part } = statement
    if (statement === wrong) {
      const minor = minorUnits(part.closing ?? { amount: '0.00', currency: part.currency }) + 1_200n
      return {
        ...statement,
        part: { ...part, closing: { amount: decimal(minor, part.currency), currency: part.currency } },
      }
    }
    if (statement === bare) {
      const { opening: _opening, closing: _closing, ...rest } = part
      return { ...statement, part: rest }
    }
    return statement
  })
  if (!last) return changed
  const { opening: _opening, closing: _closing, ...rest } = last.part
  const intraday = {
    at: new Date(last.at.getTime() - 6 * 3_600_000),
    intraday: true,
    part: { ...rest, id: `${last.part.id}-1630` },
  }
  return [...changed, intraday]
}

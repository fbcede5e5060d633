import { decimalText, moneyToWire } from '@countersign/kernel/money/money.ts'
import { countReturnReason } from './return-reason-counts.ts'
import type {
  Balance,
  Statement,
  StatementFileTotals,
  StatementItem,
  StatementKind,
  StatementLine,
  StatementPlace,
  StatementVerdict,
} from './statement.ts'

/** ISO 4217: transactions where no currency is involved. */
const NO_CURRENCY = 'XXX'

/** Opening and closing, in order of preference (ISO 20022 external balance type codes). ITBD stands on pages in between. */
const OPENING_CODES = ['OPBD', 'PRCD'] as const
const CLOSING_CODES = ['CLBD'] as const
const INTERIM_CODE = 'ITBD'

/** What a reader knows of a statement before its lines, or by its end. */
export type StatementHead = {
  reference: string
  kind: StatementKind
  account: string
  currency?: string
  from?: string
  to?: string
  balances: Balance[]
  place: StatementPlace
}

/** A line as a reader gives it: its number and its place in the totals are given here. */
export type LineAsRead = {
  line: Omit<StatementLine, 'n' | 'amount'>
  minor: bigint
  currency: string
  transactionDetails: number
  /** Reason → payments of the line that came back for it. */
  returnReasons: ReadonlyMap<string, number>
}

/** Keeps the sums of a statement file while it is read, and judges each statement at its end. */
export function statementLedger() {
  const debit = new Map<string, bigint>()
  const credit = new Map<string, bigint>()
  const returns = new Map<string, number>()
  const statements: Statement[] = []
  let entries = 0
  let transactionDetails = 0
  let lines = 0
  let previousName = ''
  let booked = new Map<string, bigint>()
  let entryCurrency: string | undefined

  /** Two statements that follow one another under the same name are told apart by their number. */
  function distinctReference({ reference, account }: StatementHead): string {
    const ordinal = statements.length + 1
    const name = reference === '' ? `statement ${ordinal}` : reference
    const repeated = name === previousName && account === statements.at(-1)?.account
    previousName = name
    return repeated ? `${name} (${ordinal})` : name
  }

  return {
    /** Number of the statement being read, from 1. */
    ordinal: () => statements.length + 1,
    addLine(read: LineAsRead): StatementItem {
      const { line, minor, currency } = read
      entries += 1
      lines += 1
      transactionDetails += read.transactionDetails
      entryCurrency ??= currency
      for (const [reason, payments] of read.returnReasons) countReturnReason(returns, reason, payments)
      const gross = line.side === 'debit' ? debit : credit
      gross.set(currency, (gross.get(currency) ?? 0n) + minor)
      if (line.details.status === 'booked') {
        const signed = line.side === 'credit' ? minor : -minor
        booked.set(currency, (booked.get(currency) ?? 0n) + signed)
      }
      const amount = moneyToWire({ minor, currency })
      return { statement: statements.length + 1, line: { n: lines, ...line, amount } }
    },
    /** Returns an item that stands for a statement without lines, so that it is not lost. */
    closeStatement(head: StatementHead): StatementItem | undefined {
      const opening = openingOf(head.balances)
      const closing = closingOf(head.balances)
      const currency =
        opening?.currency ?? closing?.currency ?? head.currency ?? head.balances[0]?.currency ?? entryCurrency
      const statement: Statement = {
        ordinal: statements.length + 1,
        place: head.place,
        reference: distinctReference(head),
        kind: head.kind,
        account: head.account,
        currency: currency ?? NO_CURRENCY,
        from: head.from ?? opening?.date,
        to: head.to ?? closing?.date,
        opening,
        closing,
        lines,
        bookedMinor: currency === undefined ? 0n : (booked.get(currency) ?? 0n),
        verdict: judge(head, opening, closing, booked),
      }
      statements.push(statement)
      const empty = lines === 0
      lines = 0
      booked = new Map()
      entryCurrency = undefined
      return empty ? { statement: statement.ordinal } : undefined
    },
    totals: (format: string): StatementFileTotals => ({
      format,
      entries,
      transactionDetails,
      debit,
      credit,
      returns: Object.fromEntries(returns),
      statements,
    }),
  }
}

function openingOf(balances: readonly Balance[]): Balance | undefined {
  for (const code of OPENING_CODES) {
    const found = balances.find((balance) => balance.code === code)
    if (found) return found
  }
  const interim = balances.filter((balance) => balance.code === INTERIM_CODE)
  const closes = balances.some((balance) => balance.code === CLOSING_CODES[0])
  // A single interim balance opens the page only where another balance closes it.
  return closes || interim.length > 1 ? interim[0] : undefined
}

function closingOf(balances: readonly Balance[]): Balance | undefined {
  return (
    balances.find((balance) => balance.code === CLOSING_CODES[0]) ??
    balances.findLast((balance) => balance.code === INTERIM_CODE)
  )
}

function judge(
  head: StatementHead,
  opening: Balance | undefined,
  closing: Balance | undefined,
  booked: ReadonlyMap<string, bigint>,
): StatementVerdict {
  if (head.kind === 'intraday') {
    return { state: 'intraday', reason: 'A report within the day: shown, not reconciled.' }
  }
  if (head.kind === 'notification') {
    return { state: 'noted', reason: 'A notification of entries carries no balances.' }
  }
  if (!opening || !closing) {
    const missing = [opening ? '' : 'opening', closing ? '' : 'closing'].filter((word) => word !== '')
    const given = [...new Set(head.balances.map((balance) => balance.code))].join(', ')
    const balances = given === '' ? 'it gives none' : `it gives ${given}`
    return { state: 'noted', reason: `No booked ${missing.join(' and no ')} balance: ${balances}.` }
  }
  const foreign = [...booked.keys(), closing.currency].find((currency) => currency !== opening.currency)
  if (foreign !== undefined) {
    return {
      state: 'quarantined',
      reason: `The opening balance is in ${opening.currency}, but there are amounts in ${foreign}.`,
    }
  }
  const sum = booked.get(opening.currency) ?? 0n
  const expected = opening.minor + sum
  if (expected === closing.minor) return { state: 'balanced' }
  const text = (minor: bigint) => decimalText({ minor: minor, currency: opening.currency })
  return {
    state: 'quarantined',
    reason:
      `Opening ${text(opening.minor)} plus entries ${text(sum)} is ${text(expected)} ${opening.currency}, ` +
      `but closing is ${text(closing.minor)}: a difference of ${text(closing.minor - expected)}.`,
  }
}

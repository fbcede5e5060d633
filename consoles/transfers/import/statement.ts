import type { WireMoney } from '@countersign/kernel/money/money.ts'

/** camt.053, MT940: a statement; camt.054: a notification of entries; camt.052, MT942: a report within the day. */
export type StatementKind = 'statement' | 'notification' | 'intraday'

/** Longest account taken: an IBAN has at most 34 characters, other numbers up to 35. */
export const ACCOUNT_CHARACTERS_MAX = 64

/** Longest name of a statement taken: ISO 20022 has at most 35 characters, SWIFT 16 and a number. */
export const STATEMENT_NAME_CHARACTERS_MAX = 200

export type EntryStatus = 'booked' | 'pending' | 'information' | 'future'

/** A balance as the bank gives it; `minor` is negative where the account owes. */
export type Balance = {
  /** ISO 20022 balance code (`OPBD`, `CLBD` …); an MT940 tag's is given as the code it corresponds to. */
  code: string
  minor: bigint
  currency: string
  /** `YYYY-MM-DD`: the bank's own day. */
  date?: string
}

/**
 * A date on a statement. `date` is the day as the bank wrote it, in its own calendar. `at` (UTC) exists only where the file gives
 * a time with its offset: a time without one is the bank's local time, which the file does not name, so no instant is made of it.
 */
export type BankDate = { date: string; at?: string }

/** One payment inside an entry: an entry of a batch booking has several. */
export type TransactionDetail = {
  amount?: WireMoney
  side?: 'debit' | 'credit'
  end_to_end_id?: string
  instruction_id?: string
  transaction_id?: string
  mandate_id?: string
  account_servicer_reference?: string
  creditor_reference?: string
  remittance?: string[]
  debtor?: string
  debtor_account?: string
  creditor?: string
  creditor_account?: string
  return_reason?: string
  return_information?: string
}

/** One statement line, as the bank gives it. */
export type StatementLine = {
  /** Number within its statement, from 1. */
  n: number
  side: 'debit' | 'credit'
  amount: WireMoney
  /** Booking day; where the bank gives none (a pending entry), the value day, else the day of the statement. */
  date: string
  /** What a posting is best found by: creditor reference, end-to-end id, the bank's reference; empty where there is none. */
  reference: string
  counterparty?: string
  details: {
    status: EntryStatus
    reversal?: true
    booked_at?: string
    value_date?: string
    account_servicer_reference?: string
    entry_reference?: string
    bank_transaction_code?: string
    information?: string
    /** All payments inside the entry, of which `transactions` holds the first ones. */
    transactions_total?: number
    transactions?: TransactionDetail[]
  }
}

/** Where a statement begins in its file. */
export type StatementPlace = { path: string; line: number } | { line: number }

/** A statement as a whole: everything but its lines. */
export type Statement = {
  /** Number within its file, from 1. */
  ordinal: number
  place: StatementPlace
  /** The bank's own identification, made distinct from that of the statement before it. */
  reference: string
  kind: StatementKind
  /** IBAN, else the bank's own number. */
  account: string
  /** `XXX` where neither balance nor entry nor account names one. */
  currency: string
  from?: string
  to?: string
  opening?: Balance
  closing?: Balance
  lines: number
  /** Sum of booked entries, credits less debits, in minor units. */
  bookedMinor: bigint
  verdict: StatementVerdict
}

/**
 * `balanced`: opening plus booked entries equal closing. `quarantined`: they do not; a person must acknowledge it. `noted`: a
 * balance is missing, so nothing can be checked. `intraday`: shown, never reconciled.
 */
export type StatementVerdict =
  | { state: 'balanced' }
  | { state: 'quarantined' | 'noted' | 'intraday'; reason: string }

/** A line with the number of the statement that it belongs to; without a line it stands for a statement that has none. */
export type StatementItem = { statement: number; line?: StatementLine }

/** What a whole file came to. */
export type StatementFileTotals = {
  /** `camt.053.001.04`, `mt940` … */
  format: string
  entries: number
  transactionDetails: number
  /** Gross sums over all entries, whatever their status, by currency, in minor units. */
  debit: ReadonlyMap<string, bigint>
  credit: ReadonlyMap<string, bigint>
  /** Return reason code → payments returned with it; codes beyond ISO 20022's length, or beyond 1,000 of them, as `other`. */
  returns: Record<string, number>
  statements: readonly Statement[]
}

/** Lines as they are read, and the totals once all of them have been. */
export type StatementReading = {
  items: AsyncGenerator<StatementItem[], void>
  totals: () => StatementFileTotals
}

import { type Money, moneyToWire } from '@countersign/kernel/money/money.ts'
import { countReturnReason } from './return-reason-counts.ts'
import type { Balance, BankDate, EntryStatus, TransactionDetail } from './statement.ts'
import { parseAmount } from './statement-amount.ts'
import type { LineAsRead } from './statement-ledger.ts'
import { find, textAt, type XmlElement } from './xml-elements.ts'

/** Payments of one entry whose details are kept with its line; of further ones only the number is. */
const TRANSACTIONS_KEPT_MAX = 1_000
/** What the details of one entry's payments may hold together, as JSON. */
const DETAILS_CHARACTERS_MAX = 1024 * 1024
/** ISO 20022 (Max35Text): no proprietary code is longer. */
const CODE_CHARACTERS_MAX = 35

/** ISO 20022 says of a reference that it was not provided by this word. */
const NOT_PROVIDED = 'NOTPROVIDED'

const STATUS: Readonly<Record<string, EntryStatus>> = {
  BOOK: 'booked',
  PDNG: 'pending',
  INFO: 'information',
  FUTR: 'future',
}

/** Refuses at an element, with its path and line. */
export type RefuseAt = (element: XmlElement, message: string) => Error

/** What has been kept of the payments inside an entry while it is read. */
export type EntryTransactions = {
  kept: TransactionDetail[]
  keptCharacters: number
  total: number
  returnReasons: Map<string, number>
}

export function noTransactions(): EntryTransactions {
  return { kept: [], keptCharacters: 0, total: 0, returnReasons: new Map() }
}

/** Adds a `TxDtls` element to its entry's. */
export function addTransaction(to: EntryTransactions, element: XmlElement, refuseAt: RefuseAt): void {
  const detail = readTransaction(element, refuseAt)
  to.total += 1
  if (to.kept.length < TRANSACTIONS_KEPT_MAX && to.keptCharacters < DETAILS_CHARACTERS_MAX) {
    to.kept.push(detail)
    to.keptCharacters += JSON.stringify(detail).length
  }
  if (detail.return_reason !== undefined) countReturnReason(to.returnReasons, detail.return_reason)
}

/** Reads an `Ntry` element. `fallbackDate` serves an entry without booking or value date. */
export function readEntry(
  entry: XmlElement,
  transactions: EntryTransactions,
  fallbackDate: string | undefined,
  refuseAt: RefuseAt,
): LineAsRead {
  const { minor, currency } = readAmount(required(entry, 'Amt', refuseAt), refuseAt)
  const side = readSide(required(entry, 'CdtDbtInd', refuseAt), refuseAt)
  const status = readStatus(required(entry, 'Sts', refuseAt), refuseAt)
  const booked = readDate(find(entry, 'BookgDt'), refuseAt)
  const value = readDate(find(entry, 'ValDt'), refuseAt)
  const date = booked?.date ?? value?.date ?? fallbackDate
  if (date === undefined) {
    throw refuseAt(entry, 'The entry has neither booking date nor value date, and its statement has no date.')
  }
  const only = transactions.total === 1 ? transactions.kept[0] : undefined
  const servicer = textAt(entry, 'AcctSvcrRef')
  const information = textAt(entry, 'AddtlNtryInf')
  return {
    minor,
    currency,
    transactionDetails: transactions.total,
    returnReasons: transactions.returnReasons,
    line: {
      side,
      date,
      reference:
        only?.creditor_reference ??
        only?.end_to_end_id ??
        servicer ??
        only?.account_servicer_reference ??
        textAt(entry, 'NtryRef') ??
        '',
      counterparty: side === 'credit' ? only?.debtor : only?.creditor,
      details: {
        status,
        reversal: textAt(entry, 'RvslInd') === 'true' ? true : undefined,
        booked_at: booked?.at,
        value_date: value?.date,
        account_servicer_reference: servicer,
        entry_reference: textAt(entry, 'NtryRef'),
        bank_transaction_code: readTransactionCode(find(entry, 'BkTxCd')),
        information,
        transactions_total: transactions.total > 0 ? transactions.total : undefined,
        transactions: transactions.kept.length > 0 ? transactions.kept : undefined,
      },
    },
  }
}

/** Reads a `Bal` element. Its code is that of the external balance type list, or the bank's own. */
export function readBalance(element: XmlElement, refuseAt: RefuseAt): Balance {
  const { minor, currency } = readAmount(required(element, 'Amt', refuseAt), refuseAt)
  const side = readSide(required(element, 'CdtDbtInd', refuseAt), refuseAt)
  const code = textAt(element, 'Tp', 'CdOrPrtry', 'Cd') ?? textAt(element, 'Tp', 'CdOrPrtry', 'Prtry') ?? ''
  if (code.length > CODE_CHARACTERS_MAX) {
    throw refuseAt(element, `The code of the balance has more than ${CODE_CHARACTERS_MAX} characters.`)
  }
  return {
    code,
    minor: side === 'credit' ? minor : -minor,
    currency,
    date: readDate(find(element, 'Dt'), refuseAt)?.date,
  }
}

/** The day in `Dt` or `DtTm`, wherever either stands: see `BankDate` for the rule on zones. */
export function readDate(element: XmlElement | undefined, refuseAt: RefuseAt): BankDate | undefined {
  if (!element) return undefined
  const inner = find(element, 'Dt') ?? find(element, 'DtTm') ?? element
  if (inner.text === '') return undefined
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?$/.exec(
    inner.text,
  )
  if (!match) {
    throw refuseAt(inner, `${JSON.stringify(inner.text)} is not a date or time of ISO 8601.`)
  }
  const [, year, month, day, time, fraction = '0', offset] = match
  const date = `${year}-${month}-${day}`
  const instant = Date.parse(`${date}T${time ?? '00:00:00'}.${fraction.slice(0, 3)}${offset ?? 'Z'}`)
  if (!exists(date) || Number.isNaN(instant)) {
    throw refuseAt(inner, `${JSON.stringify(inner.text)} does not exist in the calendar.`)
  }
  if (time === undefined || offset === undefined) return { date }
  return { date, at: new Date(instant).toISOString() }
}

function readTransaction(element: XmlElement, refuseAt: RefuseAt): TransactionDetail {
  const amount = find(element, 'Amt') ?? find(element, 'AmtDtls', 'TxAmt', 'Amt')
  const side = find(element, 'CdtDbtInd')
  const parties = find(element, 'RltdPties')
  const remittance = find(element, 'RmtInf')
  const returned = find(element, 'RtrInf')
  const texts = remittance?.children.filter((child) => child.name === 'Ustrd' && child.text !== '')
  return {
    amount: amount && moneyToWire(readAmount(amount, refuseAt)),
    side: side && readSide(side, refuseAt),
    end_to_end_id: provided(textAt(element, 'Refs', 'EndToEndId')),
    instruction_id: provided(textAt(element, 'Refs', 'InstrId')),
    transaction_id: provided(textAt(element, 'Refs', 'TxId')),
    mandate_id: provided(textAt(element, 'Refs', 'MndtId')),
    account_servicer_reference: textAt(element, 'Refs', 'AcctSvcrRef'),
    creditor_reference: textAt(remittance, 'Strd', 'CdtrRefInf', 'Ref'),
    remittance: texts && texts.length > 0 ? texts.map((one) => one.text) : undefined,
    debtor: partyName(find(parties, 'Dbtr')),
    debtor_account: accountNumber(find(parties, 'DbtrAcct')),
    creditor: partyName(find(parties, 'Cdtr')),
    creditor_account: accountNumber(find(parties, 'CdtrAcct')),
    return_reason: textAt(returned, 'Rsn', 'Cd') ?? textAt(returned, 'Rsn', 'Prtry'),
    return_information: textAt(returned, 'AddtlInf'),
  }
}

/** IBAN, else the bank's own number, of an element like `Acct`. */
export function accountNumber(element: XmlElement | undefined): string | undefined {
  return (
    textAt(element, 'Id', 'IBAN') ??
    textAt(element, 'Id', 'Othr', 'Id') ??
    textAt(element, 'Id', 'PrtryAcct', 'Id')
  )
}

/** The name moved into `Pty` with version 8 of the messages. */
function partyName(element: XmlElement | undefined): string | undefined {
  return textAt(element, 'Nm') ?? textAt(element, 'Pty', 'Nm')
}

function provided(reference: string | undefined): string | undefined {
  return reference === NOT_PROVIDED ? undefined : reference
}

function readTransactionCode(element: XmlElement | undefined): string | undefined {
  const domain = textAt(element, 'Domn', 'Cd')
  if (domain === undefined) return textAt(element, 'Prtry', 'Cd')
  const family = find(element, 'Domn', 'Fmly')
  return [domain, textAt(family, 'Cd'), textAt(family, 'SubFmlyCd')]
    .filter((part) => part !== undefined)
    .join('/')
}

function readAmount(element: XmlElement, refuseAt: RefuseAt): Money {
  const currency = element.attributes.Ccy
  if (currency === undefined) throw refuseAt(element, 'The amount has no currency (attribute Ccy).')
  const amount = parseAmount(element.text, currency, '.')
  if (!amount.ok) throw refuseAt(element, `The amount cannot be read: ${amount.why}.`)
  return { minor: amount.minor, currency }
}

function readSide(element: XmlElement, refuseAt: RefuseAt): 'debit' | 'credit' {
  if (element.text === 'CRDT') return 'credit'
  if (element.text === 'DBIT') return 'debit'
  throw refuseAt(element, `${JSON.stringify(element.text)} is no direction; allowed are CRDT and DBIT.`)
}

/** The status was plain text until version 7 of the messages, and is a code inside since. */
function readStatus(element: XmlElement, refuseAt: RefuseAt): EntryStatus {
  const code = element.text === '' ? (textAt(element, 'Cd') ?? textAt(element, 'Prtry') ?? '') : element.text
  const status = STATUS[code]
  if (status === undefined) {
    throw refuseAt(
      element,
      `${JSON.stringify(code)} is no entry status; allowed are ${Object.keys(STATUS).join(', ')}.`,
    )
  }
  return status
}

function required(element: XmlElement, name: string, refuseAt: RefuseAt): XmlElement {
  const found = find(element, name)
  if (!found) throw refuseAt(element, `The element ${name} is missing here; it is mandatory.`)
  return found
}

function exists(date: string): boolean {
  const instant = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(date)
}

import { type ImportRefusal, refusedAt } from './import-refusal.ts'
import { type Mt940Tag, placeIn } from './mt940-tags.ts'
import type { Balance } from './statement.ts'
import { parseAmount } from './statement-amount.ts'

/** Tag 61 as it stands. The amount is text until the statement's currency gives it its digits. */
export type Mt940Line = {
  valueDate: string
  /** Booking day, with the year that puts it closest to the value date. */
  entryDate: string | undefined
  side: 'debit' | 'credit'
  reversal: boolean
  /** EC, ED: announced, not booked. */
  expected: boolean
  amountText: string
  amountAt: number
  /** Four characters: N and a SWIFT code, or a bank's own. */
  transactionType: string | undefined
  customerReference: string | undefined
  bankReference: string | undefined
  supplementary: string | undefined
}

/** Balance codes of ISO 20022 that the balance tags correspond to; a page's own (M) opens and closes that page. */
const BALANCE_CODES: Readonly<Record<string, string>> = {
  '60': 'OPBD',
  '60F': 'OPBD',
  '60M': 'OPBD',
  '62': 'CLBD',
  '62F': 'CLBD',
  '62M': 'CLBD',
  '64': 'CLAV',
  '65': 'FWAV',
}

/** Marks of direction (SWIFT MT940 field 61, subfield 3; EC and ED in MT942). A reversal moves money the other way. */
const MARKS: Readonly<Record<string, { side: 'debit' | 'credit'; reversal: boolean; expected: boolean }>> = {
  C: { side: 'credit', reversal: false, expected: false },
  D: { side: 'debit', reversal: false, expected: false },
  RC: { side: 'debit', reversal: true, expected: false },
  RD: { side: 'credit', reversal: true, expected: false },
  EC: { side: 'credit', reversal: false, expected: true },
  ED: { side: 'debit', reversal: false, expected: true },
}

/** Half a year: an entry date further than this from its value date belongs to the year beside it. */
const HALF_YEAR_DAYS = 183
const DAY_MS = 86_400_000

/** Reads tag 61. Refuses at the first subfield that does not fit, with its line and column. */
export function readLine(tag: Mt940Tag): Mt940Line {
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    const sticky = new RegExp(pattern.source, 'y')
    sticky.lastIndex = at
    const found = sticky.exec(tag.content)
    if (!found) return undefined
    at += found[0].length
    return found[1] ?? found[0]
  }
  const need = (pattern: RegExp, what: string): string => {
    const found = take(pattern)
    if (found === undefined) throw refuseIn(tag, at, `${what} is expected here`)
    return found
  }
  const valueDate = dateOf(tag, 0, need(/\d{6}/, 'A value date, YYMMDD,'))
  const entryAt = at
  const entryText = take(/\d{4}/)
  // Some banks leave the entry date blank rather than out.
  take(/ {4}/)
  const mark = MARKS[need(/[RE]?[CD]/, 'A mark of direction (C, D, RC, RD, EC, ED)')]
  if (!mark) throw refuseIn(tag, at, 'A mark of direction (C, D, RC, RD, EC, ED) is expected here')
  take(/[A-Z]/)
  take(/[\n ]/)
  const amountAt = at
  const amountText = need(/[\d,]{1,16}/, 'An amount with a decimal comma')
  const transactionType = take(/[A-Z][A-Z0-9 ]{3}/)
  const customerReference = take(/((?:(?!\/\/)[^\n])+)/)
  const bankReference = take(/\/\/([^\n]*)/)
  const supplementary = tag.content.slice(at).trim()
  return {
    ...mark,
    valueDate,
    entryDate: entryText === undefined ? undefined : entryDateOf(tag, entryAt, valueDate, entryText),
    amountText,
    amountAt,
    transactionType,
    customerReference: customerReference?.trim() || undefined,
    bankReference: bankReference?.trim() || undefined,
    supplementary: supplementary === '' ? undefined : supplementary,
  }
}

/** Reads the amount of tag 61 in the statement's currency, as minor units. */
export function lineMinor(tag: Mt940Tag, line: Mt940Line, currency: string): bigint {
  const amount = parseAmount(line.amountText, currency, ',')
  if (!amount.ok) throw refuseIn(tag, line.amountAt, `The amount cannot be read: ${amount.why}`)
  return amount.minor
}

/** Reads a balance tag: mark, date, currency, amount. */
export function readBalance(tag: Mt940Tag): Balance {
  const [first = ''] = tag.content.split('\n')
  const found = /^([CD])(\d{6})([A-Z]{3})([\d,]{1,20})\s*$/.exec(first)
  const [, mark, dateText = '', currency = '', amountText = ''] = found ?? []
  if (!found) {
    throw refuseIn(
      tag,
      0,
      `A balance is written as C or D, YYMMDD, currency, amount (C260131EUR12,50); tag :${tag.tag}: is not`,
    )
  }
  const amount = parseAmount(amountText, currency, ',')
  if (!amount.ok) throw refuseIn(tag, 10, `The balance cannot be read: ${amount.why}`)
  return {
    code: BALANCE_CODES[tag.tag] ?? '',
    minor: mark === 'C' ? amount.minor : -amount.minor,
    currency,
    date: dateOf(tag, 1, dateText),
  }
}

/** A refusal at a place inside a tag. `what` is a sentence without its full stop. */
export function refuseIn(tag: Mt940Tag, offset: number, what: string): ImportRefusal {
  const { line, column } = placeIn(tag, offset)
  return refusedAt(line, column, `${what} (tag :${tag.tag}:).`)
}

/**
 * YYMMDD as `YYYY-MM-DD`; two-digit years from 80 on are of the last century. A 29th or 30th of February that the year does not
 * have means its last day: interest is reckoned in months of 30 days.
 */
function dateOf(tag: Mt940Tag, offset: number, text: string): string {
  const short = Number(text.slice(0, 2))
  const year = short >= 80 ? 1900 + short : 2000 + short
  return calendarDate(tag, offset, year, Number(text.slice(2, 4)), Number(text.slice(4, 6)))
}

function calendarDate(tag: Mt940Tag, offset: number, year: number, month: number, day: number): string {
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const reckoned = month === 2 && day > lastDay && day <= 30 ? lastDay : day
  if (month < 1 || month > 12 || reckoned < 1 || reckoned > lastDay) {
    throw refuseIn(tag, offset, `Month ${month}, day ${day} does not exist in ${year}`)
  }
  return `${year}-${String(month).padStart(2, '0')}-${String(reckoned).padStart(2, '0')}`
}

/** MMDD in the year that puts it closest to the value date. */
function entryDateOf(tag: Mt940Tag, offset: number, valueDate: string, text: string): string {
  const month = Number(text.slice(0, 2))
  const day = Number(text.slice(2))
  const valueYear = Number(valueDate.slice(0, 4))
  const sameYear = calendarDate(tag, offset, valueYear, month, day)
  const days = (Date.parse(sameYear) - Date.parse(valueDate)) / DAY_MS
  if (days > HALF_YEAR_DAYS) return calendarDate(tag, offset, valueYear - 1, month, day)
  if (days < -HALF_YEAR_DAYS) return calendarDate(tag, offset, valueYear + 1, month, day)
  return sameYear
}

import { refusedAt } from './import-refusal.ts'
import { type NachaLine, RECORD_COLUMNS } from './nacha-lines.ts'

const ZERO = 48
const NINE = 57
const SPACE = 32
const TILDE = 126

/** The text of columns `from` to `to` (from 1, both included, as the Nacha rules count), without the blanks around it. */
export function alphanumeric(line: NachaLine, from: number, to: number): string {
  return line.text.slice(from - 1, to).trim()
}

/** The digits of columns `from` to `to`. Refuses at the first column that holds something else. */
export function numeric(line: NachaLine, from: number, to: number, field: string): string {
  for (let column = from; column <= to; column += 1) {
    const code = line.text.charCodeAt(column - 1)
    if (code < ZERO || code > NINE) {
      throw refusedAt(
        line.number,
        column,
        `${field} (columns ${from} to ${to}) takes digits only; found ${shown(line.text, column)}.`,
      )
    }
  }
  return line.text.slice(from - 1, to)
}

/** The number in columns `from` to `to`: at most 15 digits, so that it is exact. */
export function integer(line: NachaLine, from: number, to: number, field: string): number {
  let value = 0
  for (let column = from; column <= to; column += 1) {
    const code = line.text.charCodeAt(column - 1)
    if (code < ZERO || code > NINE) numeric(line, from, to, field)
    value = value * 10 + (code - ZERO)
  }
  return value
}

/** US dollars as minor units (cents), of any width: the controls of an ADV batch have 20 digits. */
export function cents(line: NachaLine, from: number, to: number, field: string): bigint {
  return BigInt(numeric(line, from, to, field))
}

/** Cents as a decimal string of dollars. */
export function dollars(amountCents: number | bigint): string {
  const digits = String(amountCents).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/**
 * The date YYMMDD in six columns as `YYYY-MM-DD`, or undefined where it is blank or all zeros. Nacha dates have no century: it is
 * the 21st.
 */
export function date(line: NachaLine, from: number, field: string): string | undefined {
  const text = alphanumeric(line, from, from + 5)
  if (text === '' || text === '000000') return undefined
  const year = 2000 + integer(line, from, from + 1, field)
  const month = integer(line, from + 2, from + 3, field)
  const day = integer(line, from + 4, from + 5, field)
  if (month < 1 || month > 12) {
    throw refusedAt(line.number, from + 2, `${field} has month ${month}; a date is written YYMMDD.`)
  }
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) {
    throw refusedAt(line.number, from + 4, `${field} has day ${day}, which its month does not have.`)
  }
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** Refuses a record of another length than 94 and any byte outside printable ASCII. */
export function checkCharacters(line: NachaLine): void {
  const { text, number } = line
  const length = Math.min(text.length, RECORD_COLUMNS)
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index)
    if (code < SPACE || code > TILDE) {
      throw refusedAt(
        number,
        index + 1,
        `Byte 0x${code.toString(16).padStart(2, '0')} is not allowed: a Nacha file holds printable ASCII only.`,
      )
    }
  }
  if (text.length === RECORD_COLUMNS) return
  throw refusedAt(
    number,
    Math.min(text.length, RECORD_COLUMNS) + 1,
    `The record has ${text.length} characters; every Nacha record has ${RECORD_COLUMNS}.`,
  )
}

/** The character at a column, for a message. */
export function shown(text: string, column: number): string {
  const character = text.charAt(column - 1)
  return character === ' ' || character === '' ? 'a blank' : JSON.stringify(character)
}

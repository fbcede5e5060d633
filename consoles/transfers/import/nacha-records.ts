import { refusedAt } from './import-refusal.ts'
import { alphanumeric, cents, date, integer, numeric, shown } from './nacha-fields.ts'
import type { NachaLine } from './nacha-lines.ts'

/** Standard entry class codes in use (Nacha Operating Rules, Appendix Three; CBR and PBR gave way to IAT in 2009). */
const SEC_CODES = new Set(
  'ACK ADV ARC ATX BOC CCD CIE COR CTX DNE ENR IAT MTE POP POS PPD RCK SHR TEL TRC TRX WEB XCK'.split(' '),
)

/** 200 mixed, 220 credits only, 225 debits only, 280 automated accounting advices. */
const SERVICE_CLASSES = new Set(['200', '220', '225', '280'])

export type FileHeader = { created: string }

export type BatchHeader = {
  line: number
  serviceClass: string
  secCode: string
  /** The IAT layouts: SEC code IAT, and COR whose IAT indicator says IATCOR. */
  international: boolean
  companyName: string
  companyId: string
  entryDescription: string
  effectiveDate: string | undefined
  odfi: string
  number: number
}

/** What a batch control or file control record claims; `hash` is the ten low-order digits. Amounts in cents. */
export type ControlTotals = { entriesAndAddenda: number; hash: number; debit: bigint; credit: bigint }

export type BatchControl = ControlTotals & {
  serviceClass: string
  companyId: string
  odfi: string
  number: number
}

export type FileControl = ControlTotals & { batches: number }

/** Columns of the four totals, which ADV records widen. */
export type ControlColumns = {
  count: number
  hash: number
  debit: number
  credit: number
  amountDigits: number
}

export const BATCH_COLUMNS: ControlColumns = { count: 5, hash: 11, debit: 21, credit: 33, amountDigits: 12 }
export const ADV_BATCH_COLUMNS: ControlColumns = {
  count: 5,
  hash: 11,
  debit: 21,
  credit: 41,
  amountDigits: 20,
}
export const FILE_COLUMNS: ControlColumns = { count: 14, hash: 22, debit: 32, credit: 44, amountDigits: 12 }
export const ADV_FILE_COLUMNS: ControlColumns = {
  count: 14,
  hash: 22,
  debit: 32,
  credit: 52,
  amountDigits: 20,
}

/** From here on a file control record is reserved and blank, so that a line may end early: its blanks were trimmed. */
export const FILE_CONTROL_COLUMNS_MIN = 55
export const ADV_FILE_CONTROL_COLUMNS_MIN = 71

/** Reads record type 1. Refuses what makes it another format, or a date that does not exist. */
export function readFileHeader(line: NachaLine): FileHeader {
  expectText(line, 2, '01', 'The priority code')
  expectText(line, 35, '094', 'The record size')
  expectText(line, 38, '10', 'The blocking factor')
  expectText(line, 40, '1', 'The format code')
  const created = date(line, 24, 'The file creation date')
  if (created === undefined) {
    throw refusedAt(line.number, 24, 'The file creation date is blank; it is mandatory, as YYMMDD.')
  }
  return { created }
}

/** Reads record type 5, in its common or its IAT layout. */
export function readBatchHeader(line: NachaLine): BatchHeader {
  const serviceClass = numeric(line, 2, 4, 'The service class code')
  if (!SERVICE_CLASSES.has(serviceClass)) {
    throw refusedAt(
      line.number,
      2,
      `Service class ${serviceClass} is unknown; allowed are 200, 220, 225 and 280.`,
    )
  }
  const secCode = line.text.slice(50, 53)
  if (!SEC_CODES.has(secCode)) {
    throw refusedAt(line.number, 51, `Standard entry class ${JSON.stringify(secCode)} is unknown.`)
  }
  if ((secCode === 'ADV') !== (serviceClass === '280')) {
    throw refusedAt(line.number, 2, 'Service class 280 goes with standard entry class ADV, and only with it.')
  }
  const international = secCode === 'IAT' || alphanumeric(line, 5, 20) === 'IATCOR'
  return {
    line: line.number,
    serviceClass,
    secCode,
    international,
    companyName: international ? '' : alphanumeric(line, 5, 20),
    companyId: alphanumeric(line, 41, 50),
    entryDescription: alphanumeric(line, 54, 63),
    effectiveDate: date(line, 70, 'The effective entry date'),
    odfi: numeric(line, 80, 87, 'The originating bank'),
    number: integer(line, 88, 94, 'The batch number'),
  }
}

/** Reads record type 8 in the layout that its batch has. */
export function readBatchControl(line: NachaLine, columns: ControlColumns): BatchControl {
  return {
    ...readTotals(line, columns),
    serviceClass: numeric(line, 2, 4, 'The service class code'),
    companyId: columns === BATCH_COLUMNS ? alphanumeric(line, 45, 54) : '',
    odfi: numeric(line, 80, 87, 'The originating bank'),
    number: integer(line, 88, 94, 'The batch number'),
  }
}

/** Reads record type 9 in the layout that the file's batches have. */
export function readFileControl(line: NachaLine, columns: ControlColumns): FileControl {
  return {
    ...readTotals(line, columns),
    batches: integer(line, 2, 7, 'The batch count'),
  }
}

function readTotals(line: NachaLine, columns: ControlColumns): ControlTotals {
  const { count, hash, debit, credit, amountDigits } = columns
  return {
    entriesAndAddenda: integer(line, count, hash - 1, 'The entry and addenda count'),
    hash: integer(line, hash, debit - 1, 'The entry hash'),
    debit: cents(line, debit, debit + amountDigits - 1, 'The total of debits'),
    credit: cents(line, credit, credit + amountDigits - 1, 'The total of credits'),
  }
}

function expectText(line: NachaLine, column: number, expected: string, field: string): void {
  for (let index = 0; index < expected.length; index += 1) {
    const at = column + index
    if (line.text.charAt(at - 1) === expected.charAt(index)) continue
    throw refusedAt(
      line.number,
      at,
      `${field} must be ${expected}; found ${shown(line.text, at)} in column ${at}.`,
    )
  }
}

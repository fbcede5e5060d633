import type { AchEntry } from './ach-entry.ts'
import { refusedAt } from './import-refusal.ts'
import { alphanumeric, dollars, integer, numeric } from './nacha-fields.ts'
import type { NachaLine } from './nacha-lines.ts'
import type { BatchHeader } from './nacha-records.ts'

/** Transaction codes of each account kind: demand 2x, savings 3x, general ledger 4x, loan 5x (Nacha Appendix Three). */
const CREDIT_CODES = new Set('21 22 23 24 31 32 33 34 41 42 43 44 51 52 53 54'.split(' '))
const DEBIT_CODES = new Set('26 27 28 29 36 37 38 39 46 47 48 49 55 56'.split(' '))
/** Automated accounting advices: credits odd, debits even. */
const ADV_CREDIT_CODES = new Set(['81', '83', '85', '87'])
const ADV_DEBIT_CODES = new Set(['82', '84', '86', '88'])

/** Weights of the routing number's check digit (ABA: the weighted sum of the nine digits is a multiple of ten). */
const CHECK_WEIGHTS = [3, 7, 1, 3, 7, 1, 3, 7] as const

/** SEC codes whose entries name a company after a count of their addenda. */
const COUNTED_ADDENDA = new Set(['ATX', 'CTX', 'TRX'])

/** An entry while its addenda are still coming in. */
export type OpenEntry = {
  entry: AchEntry
  cents: number
  /** First eight digits of the routing number: what the hash sums. */
  rdfi8: number
  announcesAddenda: boolean
  /** How many addenda 05 the entry announces; undefined where its kind does not say. */
  addendaAnnounced: number | undefined
}

/** Reads record type 6 in the layout that its batch's entry class has. */
export function readEntry(line: NachaLine, batch: BatchHeader, fileDate: string): OpenEntry {
  const advice = batch.secCode === 'ADV'
  const transactionCode = line.text.slice(1, 3)
  const side = sideOf(line, transactionCode, advice)
  const rdfi8 = integer(line, 4, 11, 'The receiving bank')
  checkRouting(line)
  const cents = advice ? integer(line, 28, 39, 'The amount') : integer(line, 30, 39, 'The amount')
  checkServiceClass(line, batch, side, cents)
  const indicator = line.text.charAt(78)
  if (indicator !== '0' && indicator !== '1') {
    throw refusedAt(
      line.number,
      79,
      `The addenda record indicator is ${JSON.stringify(indicator)}; allowed are 0 and 1.`,
    )
  }
  const { account, individualId, name } = identify(line, batch)
  return {
    cents,
    rdfi8,
    announcesAddenda: indicator === '1',
    addendaAnnounced: COUNTED_ADDENDA.has(batch.secCode)
      ? integer(line, 55, 58, 'The number of addenda')
      : undefined,
    entry: {
      line: line.number,
      batch: batch.number,
      sec_code: batch.secCode,
      transaction_code: transactionCode,
      side,
      amount: { amount: dollars(cents), currency: 'USD' },
      rdfi: line.text.slice(3, 12),
      account,
      name,
      individual_id: individualId,
      trace_number: numeric(line, 80, 94, 'The trace number'),
      company: { name: batch.companyName, id: batch.companyId, entry_description: batch.entryDescription },
      effective_date: batch.effectiveDate ?? fileDate,
      addenda: [],
    },
  }
}

function sideOf(line: NachaLine, code: string, advice: boolean): 'debit' | 'credit' {
  if ((advice ? ADV_CREDIT_CODES : CREDIT_CODES).has(code)) return 'credit'
  if ((advice ? ADV_DEBIT_CODES : DEBIT_CODES).has(code)) return 'debit'
  throw refusedAt(
    line.number,
    2,
    `Transaction code ${JSON.stringify(code)} is unknown for this kind of entry.`,
  )
}

function checkRouting(line: NachaLine): void {
  const given = integer(line, 12, 12, 'The check digit of the receiving bank')
  let sum = 0
  for (const [index, weight] of CHECK_WEIGHTS.entries())
    sum += weight * (line.text.charCodeAt(3 + index) - 48)
  const expected = (10 - (sum % 10)) % 10
  if (given !== expected) {
    throw refusedAt(
      line.number,
      12,
      `Routing number ${line.text.slice(3, 12)} has check digit ${given}; its digits give ${expected}.`,
    )
  }
}

function checkServiceClass(line: NachaLine, batch: BatchHeader, side: string, cents: number): void {
  if (cents === 0) return
  const allowed = batch.serviceClass === '220' ? 'credit' : batch.serviceClass === '225' ? 'debit' : side
  if (side === allowed) return
  throw refusedAt(
    line.number,
    2,
    `A ${side} stands in batch ${batch.number}, whose service class ${batch.serviceClass} allows ${allowed}s only.`,
  )
}

function identify(
  line: NachaLine,
  batch: BatchHeader,
): { account: string; individualId: string; name: string } {
  if (batch.international) {
    // The name comes with addenda 10.
    return { account: alphanumeric(line, 40, 74), individualId: '', name: '' }
  }
  const account = alphanumeric(line, 13, batch.secCode === 'ADV' ? 27 : 29)
  switch (batch.secCode) {
    case 'ADV':
      return { account, individualId: alphanumeric(line, 49, 53), name: alphanumeric(line, 55, 76) }
    case 'ATX':
    case 'CTX':
    case 'TRX':
      return { account, individualId: alphanumeric(line, 40, 54), name: alphanumeric(line, 59, 74) }
    case 'CIE':
    case 'MTE':
      // Name and identification change places: a short name, then the long account number with the biller or card network.
      return { account, individualId: alphanumeric(line, 55, 76), name: alphanumeric(line, 40, 54) }
    case 'POP':
      return { account, individualId: alphanumeric(line, 40, 48), name: alphanumeric(line, 55, 76) }
    case 'SHR':
      // Columns 55 to 76 hold a card number, which has no business outside the file.
      return { account, individualId: alphanumeric(line, 44, 54), name: '' }
    case 'TRC':
    case 'XCK':
      // Columns 55 to 76 hold process control and item research numbers.
      return { account, individualId: alphanumeric(line, 40, 54), name: '' }
    default:
      return { account, individualId: alphanumeric(line, 40, 54), name: alphanumeric(line, 55, 76) }
  }
}

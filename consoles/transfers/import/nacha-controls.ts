import type { ImportError } from './import-refusal.ts'
import { dollars } from './nacha-fields.ts'
import type {
  BatchControl,
  BatchHeader,
  ControlColumns,
  ControlTotals,
  FileControl,
} from './nacha-records.ts'

/** Entry hashes keep ten digits (Nacha Appendix Three). */
const HASH_MODULUS = 10_000_000_000

/** What was found so far in a batch or a file. */
export type RunningTotals = ControlTotals

export function noTotals(): RunningTotals {
  return { entriesAndAddenda: 0, hash: 0, debit: 0n, credit: 0n }
}

/** Adds what one entry, or one batch, contributes. */
export function addTotals(to: RunningTotals, added: ControlTotals): void {
  to.entriesAndAddenda += added.entriesAndAddenda
  to.hash = (to.hash + added.hash) % HASH_MODULUS
  to.debit += added.debit
  to.credit += added.credit
}

/** Everything in which a control record's four totals differ from what was found, each with its column. */
export function totalsDiffer(
  what: string,
  line: number,
  columns: ControlColumns,
  claimed: ControlTotals,
  found: RunningTotals,
): ImportError[] {
  const differences: ImportError[] = []
  if (claimed.entriesAndAddenda !== found.entriesAndAddenda) {
    differences.push({
      line,
      column: columns.count,
      message: `${what} counts ${claimed.entriesAndAddenda} entries and addenda; it has ${found.entriesAndAddenda}.`,
    })
  }
  if (claimed.hash !== found.hash) {
    differences.push({
      line,
      column: columns.hash,
      message: `${what} has entry hash ${tenDigits(claimed.hash)}; its routing numbers give ${tenDigits(found.hash)}.`,
    })
  }
  if (claimed.debit !== found.debit) {
    differences.push({
      line,
      column: columns.debit,
      message: `${what} claims debits of ${dollars(claimed.debit)}; its entries sum to ${dollars(found.debit)}.`,
    })
  }
  if (claimed.credit !== found.credit) {
    differences.push({
      line,
      column: columns.credit,
      message: `${what} claims credits of ${dollars(claimed.credit)}; its entries sum to ${dollars(found.credit)}.`,
    })
  }
  return differences
}

/** Everything in which a batch control record names another batch than the header that it closes. */
export function batchDiffers(line: number, header: BatchHeader, control: BatchControl): ImportError[] {
  const differences: ImportError[] = []
  const compare = (column: number, field: string, said: string, expected: string) => {
    if (said === expected) return
    const message = `The batch control has ${field} ${said}; the header in line ${header.line} has ${expected}.`
    differences.push({ line, column, message })
  }
  compare(2, 'service class', control.serviceClass, header.serviceClass)
  // Operators leave it blank in the controls of IAT and ADV batches.
  if (control.companyId !== '') compare(45, 'company identification', control.companyId, header.companyId)
  compare(80, 'originating bank', control.odfi, header.odfi)
  compare(88, 'batch number', String(control.number), String(header.number))
  return differences
}

/** Everything in which the file control record differs from the batches before it. */
export function fileDiffers(
  line: number,
  columns: ControlColumns,
  control: FileControl,
  found: RunningTotals,
  batches: number,
): ImportError[] {
  const differences: ImportError[] = []
  if (control.batches !== batches) {
    differences.push({
      line,
      column: 2,
      message: `The file control counts ${control.batches} batches; the file has ${batches}.`,
    })
  }
  return [...differences, ...totalsDiffer('The file control', line, columns, control, found)]
}

function tenDigits(hash: number): string {
  return String(hash).padStart(10, '0')
}

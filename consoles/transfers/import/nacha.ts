import type { AchEntry } from './ach-entry.ts'
import { type ImportError, ImportRefusal, refusedAt } from './import-refusal.ts'
import { inGroups } from './in-groups.ts'
import { checkAddendaSequence, readAddenda } from './nacha-addenda.ts'
import { checkAddendaPresent } from './nacha-addenda-presence.ts'
import { addTotals, batchDiffers, fileDiffers, noTotals, totalsDiffer } from './nacha-controls.ts'
import { type OpenEntry, readEntry } from './nacha-entry.ts'
import { checkCharacters, shown } from './nacha-fields.ts'
import { type NachaLine, nachaLines, RECORD_COLUMNS } from './nacha-lines.ts'
import {
  ADV_BATCH_COLUMNS,
  ADV_FILE_COLUMNS,
  ADV_FILE_CONTROL_COLUMNS_MIN,
  BATCH_COLUMNS,
  type BatchHeader,
  FILE_COLUMNS,
  FILE_CONTROL_COLUMNS_MIN,
  readBatchControl,
  readBatchHeader,
  readFileControl,
  readFileHeader,
} from './nacha-records.ts'

/** A file whose totals differ in more places than this is refused without looking for further ones. */
const ERRORS_REPORTED_MAX = 20

/** Nacha allows 9,999 addenda with one entry (CTX, ENR). */
const ADDENDA_PER_ENTRY_MAX = 9_999

/** What a whole file came to. Amounts in cents. */
export type AchTotals = {
  entries: number
  addenda: number
  batches: number
  debit: bigint
  credit: bigint
  /** Return reason code → addenda 99 with it. */
  returns: Record<string, number>
  /** Change code → addenda 98 with it. */
  corrections: Record<string, number>
  /** Standard entry class → batches of it. */
  sec: Record<string, number>
}

/** Entries as they are read, and the totals once all of them have been. */
export type AchReading = { entries: AsyncGenerator<AchEntry[], void>; totals: () => AchTotals }

/**
 * Reads a Nacha file (94-character records; Nacha Operating Rules, Appendix Three) as a stream, in memory that does not grow with
 * it. `entries` yields groups of entries in the order of the file and throws `ImportRefusal`, with line and column, where the file
 * breaks the format or its counts, hashes and totals do not agree. What was yielded before is then not to be used: a file counts
 * whole or not at all.
 */
export function readNacha(source: AsyncIterable<Buffer>): AchReading {
  const verifier = nachaVerifier()
  return { entries: inGroups(source, verifier), totals: verifier.totals }
}

type Batch = { header: BatchHeader; found: ReturnType<typeof noTotals>; lastTrace: string }

function nachaVerifier() {
  const totals: AchTotals = {
    entries: 0,
    addenda: 0,
    batches: 0,
    debit: 0n,
    credit: 0n,
    returns: {},
    corrections: {},
    sec: {},
  }
  const fileFound = noTotals()
  const mismatches: ImportError[] = []
  let ready: AchEntry[] = []
  let created: string | undefined
  let batch: Batch | undefined
  let open: OpenEntry | undefined
  let addendaTypes: string[] = []
  let advices = false
  let closed = false

  const lines = nachaLines((line) => {
    if (closed) {
      checkPadding(line)
      return
    }
    takeRecord(line)
  })

  function takeRecord(line: NachaLine): void {
    const type = line.text.charAt(0)
    if (created === undefined && type !== '1') throw notNacha(line)
    if (type === '9') {
      takeFileControl(line)
      return
    }
    checkCharacters(line)
    switch (type) {
      case '6':
        takeEntry(line)
        break
      case '7':
        takeAddenda(line)
        break
      case '8':
        takeBatchControl(line)
        break
      case '5':
        takeBatchHeader(line)
        break
      case '1':
        if (created !== undefined) throw outOfOrder(line, 'A second file header')
        created = readFileHeader(line).created
        break
      default:
        throw refusedAt(
          line.number,
          1,
          `Record type ${shown(line.text, 1)} is unknown; allowed are 1, 5, 6, 7, 8 and 9.`,
        )
    }
  }

  function takeBatchHeader(line: NachaLine): void {
    if (batch) throw outOfOrder(line, `A batch header before the control of batch ${batch.header.number}`)
    const header = readBatchHeader(line)
    if (totals.batches > 0 && (header.secCode === 'ADV') !== advices) {
      throw refusedAt(line.number, 51, 'Automated accounting advices (ADV) come in files of their own.')
    }
    advices = header.secCode === 'ADV'
    totals.batches += 1
    totals.sec[header.secCode] = (totals.sec[header.secCode] ?? 0) + 1
    batch = { header, found: noTotals(), lastTrace: '' }
  }

  function takeEntry(line: NachaLine): void {
    if (!batch) throw outOfOrder(line, 'An entry outside a batch')
    closeEntry()
    open = readEntry(line, batch.header, created ?? '')
    const trace = open.entry.trace_number
    if (trace <= batch.lastTrace) {
      throw refusedAt(
        line.number,
        80,
        `Trace number ${trace} does not come after ${batch.lastTrace}; within a batch they ascend.`,
      )
    }
    batch.lastTrace = trace
  }

  function takeAddenda(line: NachaLine): void {
    if (!batch || !open) throw outOfOrder(line, 'An addenda record without an entry')
    if (addendaTypes.length >= ADDENDA_PER_ENTRY_MAX) {
      throw refusedAt(line.number, 1, `An entry has at most ${ADDENDA_PER_ENTRY_MAX} addenda.`)
    }
    const addenda = readAddenda(line, batch.header.international)
    addendaTypes.push(addenda.type)
    const { entry } = open
    if (addenda.type === '05') checkAddendaSequence(line, entry.addenda.length + 1, entry.trace_number)
    entry.addenda.push(addenda.text)
    if (addenda.receiverName !== undefined) entry.name = addenda.receiverName
    if (addenda.originatorName !== undefined) {
      entry.company = { ...entry.company, name: addenda.originatorName }
    }
    if (addenda.return) {
      // A contested return carries the whole exchange; the last word is the one in force.
      entry.return = addenda.return
      totals.returns[addenda.return.code] = (totals.returns[addenda.return.code] ?? 0) + 1
    }
    if (addenda.change) {
      entry.change = addenda.change
      totals.corrections[addenda.change.code] = (totals.corrections[addenda.change.code] ?? 0) + 1
    }
  }

  function closeEntry(): void {
    if (!batch || !open) return
    const { entry } = open
    checkAddendaPresent(batch.header, open, addendaTypes)
    const debit = entry.side === 'debit' ? BigInt(open.cents) : 0n
    const credit = entry.side === 'credit' ? BigInt(open.cents) : 0n
    addTotals(batch.found, {
      entriesAndAddenda: 1 + addendaTypes.length,
      hash: open.rdfi8,
      debit,
      credit,
    })
    totals.entries += 1
    totals.addenda += addendaTypes.length
    ready.push(entry)
    open = undefined
    if (addendaTypes.length > 0) addendaTypes = []
  }

  function takeBatchControl(line: NachaLine): void {
    if (!batch) throw outOfOrder(line, 'A batch control outside a batch')
    closeEntry()
    const columns = advices ? ADV_BATCH_COLUMNS : BATCH_COLUMNS
    const control = readBatchControl(line, columns)
    const { header, found } = batch
    note(batchDiffers(line.number, header, control))
    note(totalsDiffer(`Batch ${header.number}`, line.number, columns, control, found))
    addTotals(fileFound, found)
    batch = undefined
  }

  function takeFileControl(line: NachaLine): void {
    if (batch) throw outOfOrder(line, `A file control before the control of batch ${batch.header.number}`)
    if (isFiller(line.text)) throw outOfOrder(line, 'Filler before the file control record')
    const columns = advices ? ADV_FILE_COLUMNS : FILE_COLUMNS
    const needed = advices ? ADV_FILE_CONTROL_COLUMNS_MIN : FILE_CONTROL_COLUMNS_MIN
    const padded = line.text.length < needed ? line : { ...line, text: line.text.padEnd(RECORD_COLUMNS) }
    checkCharacters(padded)
    const control = readFileControl(padded, columns)
    // A batch that does not add up was reported where it stands; the file's totals would only repeat it.
    if (mismatches.length === 0) {
      note(fileDiffers(line.number, columns, control, fileFound, totals.batches))
    }
    closed = true
    totals.debit = fileFound.debit
    totals.credit = fileFound.credit
  }

  function note(differences: readonly ImportError[]): void {
    mismatches.push(...differences)
    if (mismatches.length >= ERRORS_REPORTED_MAX) throw new ImportRefusal(mismatches)
  }

  /** A refusal that ends the reading comes after the mismatches seen before it. */
  function withMismatches(step: () => void): void {
    try {
      step()
    } catch (error) {
      if (error instanceof ImportRefusal && error.errors !== mismatches && mismatches.length > 0) {
        throw new ImportRefusal([...mismatches, ...error.errors])
      }
      throw error
    }
  }

  function finish(): void {
    const last = lines.end()
    if (last === 0) throw refusedAt(1, 1, 'The file is empty.')
    if (batch) throw refusedAt(last + 1, 1, `The file ends inside batch ${batch.header.number}.`)
    if (!closed) throw refusedAt(last + 1, 1, 'The file ends without a file control record.')
    if (mismatches.length > 0) throw new ImportRefusal(mismatches)
  }

  return {
    push: (chunk: Buffer) => withMismatches(() => lines.push(chunk)),
    end: () => withMismatches(finish),
    take(): AchEntry[] {
      const taken = ready
      ready = []
      return taken
    },
    totals: () => totals,
  }
}

/** After the file control record there are only lines of nines, blank lines, and the end-of-file byte of older systems. */
function checkPadding(line: NachaLine): void {
  if (isFiller(line.text) || line.text.replace('\u001a', '').trim() === '') return
  throw refusedAt(
    line.number,
    1,
    'Nothing but filler (records of nines) may follow the file control record; import further files one by one.',
  )
}

function isFiller(text: string): boolean {
  return /^9+ *$/.test(text)
}

function notNacha(line: NachaLine) {
  if (line.text.trim() === '') return refusedAt(line.number, 1, 'The file begins with an empty line.')
  return refusedAt(
    line.number,
    1,
    `A Nacha file begins with a file header record (1); this one begins with ${shown(line.text, 1)}.`,
  )
}

function outOfOrder(line: NachaLine, what: string) {
  return refusedAt(
    line.number,
    1,
    `${what} is out of order; records come as 1, then batches of 5, 6 (7), 8, then 9.`,
  )
}

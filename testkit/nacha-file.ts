/** How a generated file looks. The same options give the same bytes. */
export type NachaFileOptions = {
  entries: number
  /** Entries in one batch. */
  batchEntries?: number
  /** Every n-th entry carries addenda 99 with R01; 0 for none. */
  returnEvery?: number
  /** Distinguishes files: part of every account number. */
  seed?: number
  lineEnd?: '\n' | '\r\n' | ''
}

/** Sums that the generated file's control records must show; amounts in cents. */
export type NachaFileTotals = {
  entries: number
  addenda: number
  batches: number
  debit: bigint
  returns: number
}

/** A batch control counts at most six digits of entries and addenda. */
const BATCH_ENTRIES = 10_000

/** Records are joined to pieces of about this size. */
const PIECE_BYTES = 256 * 1024

/** Routing numbers with a valid check digit: of the receiving banks, in turn. */
const RECEIVING_BANKS = ['231380104', '121042882', '091400606', '021000021'] as const

const ORIGINATOR = '12104288'
const HASH_MODULUS = 10_000_000_000n

/**
 * A valid Nacha file (PPD debits) of any number of entries, piece by piece; what it sums to is returned at the end. Amounts run
 * from 0.01 upwards and wrap at 10,000.00, trace numbers ascend from 1.
 */
export function* nachaFile(options: NachaFileOptions): Generator<Buffer, NachaFileTotals> {
  const { entries, batchEntries = BATCH_ENTRIES, returnEvery = 0, seed = 0, lineEnd = '\n' } = options
  const totals: NachaFileTotals = { entries: 0, addenda: 0, batches: 0, debit: 0n, returns: 0 }
  let fileHash = 0n
  let records = 0
  let piece: string[] = []
  let pieceBytes = 0

  const add = (record: string) => {
    records += 1
    piece.push(record + lineEnd)
    pieceBytes += record.length + lineEnd.length
  }
  const takePiece = () => {
    const bytes = Buffer.from(piece.join(''), 'latin1')
    piece = []
    pieceBytes = 0
    return bytes
  }

  add('101 231380104 1210428822611200930A094101Federal Reserve Bank   Countersign Test Bank          ')
  while (totals.entries < entries) {
    const inBatch = Math.min(batchEntries, entries - totals.entries)
    const number = digits(totals.batches + 1, 7)
    add(
      `5225Northwind Supply                    1210428820PPDINVOICE         261123   1${ORIGINATOR}${number}`,
    )
    let batchHash = 0n
    let batchDebit = 0n
    let batchRecords = 0
    for (let index = 0; index < inBatch; index += 1) {
      const ordinal = totals.entries + 1
      const bank = RECEIVING_BANKS[ordinal % RECEIVING_BANKS.length] ?? RECEIVING_BANKS[0]
      const cents = (ordinal % 1_000_000) + 1
      const returned = returnEvery > 0 && ordinal % returnEvery === 0
      const trace = `${ORIGINATOR}${digits(ordinal, 7)}`
      const account = `${seed}-${ordinal}`.padEnd(17)
      const name = `Receiver ${ordinal}`.padEnd(22)
      add(
        `6${returned ? '26' : '27'}${bank}${account}${digits(cents, 10)}${`INV${ordinal}`.padEnd(15)}${name}  ${returned ? 1 : 0}${trace}`,
      )
      batchRecords += 1
      if (returned) {
        add(`799R01${trace}      ${bank.slice(0, 8)}${''.padEnd(44)}${trace}`)
        batchRecords += 1
        totals.addenda += 1
        totals.returns += 1
      }
      batchHash += BigInt(bank.slice(0, 8))
      batchDebit += BigInt(cents)
      totals.entries += 1
      if (pieceBytes >= PIECE_BYTES) yield takePiece()
    }
    add(
      `8225${digits(batchRecords, 6)}${digits(batchHash % HASH_MODULUS, 10)}${digits(batchDebit, 12)}${digits(0, 12)}1210428820${''.padEnd(25)}${ORIGINATOR}${number}`,
    )
    totals.batches += 1
    totals.debit += batchDebit
    fileHash += batchHash
  }
  const blocks = Math.ceil((records + 1) / 10)
  add(
    `9${digits(totals.batches, 6)}${digits(blocks, 6)}${digits(totals.entries + totals.addenda, 8)}${digits(fileHash % HASH_MODULUS, 10)}${digits(totals.debit, 12)}${digits(0, 12)}${''.padEnd(39)}`,
  )
  while (records % 10 !== 0) add('9'.repeat(94))
  yield takePiece()
  return totals
}

/** A whole generated file in memory, for tests of a few thousand entries. */
export function nachaFileBytes(options: NachaFileOptions): { bytes: Buffer; totals: NachaFileTotals } {
  const pieces: Buffer[] = []
  const file = nachaFile(options)
  for (;;) {
    const next = file.next()
    if (next.done) return { bytes: Buffer.concat(pieces), totals: next.value }
    pieces.push(next.value)
  }
}

function digits(value: number | bigint, width: number): string {
  return String(value).padStart(width, '0')
}

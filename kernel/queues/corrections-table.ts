import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { CsvError, parse } from 'csv-parse'
import { fail, invalid, ok, type Result } from '../actions/failure.ts'
import { BULK_ROWS_MAX } from '../bulk/bulk-request.ts'
import { fromWritten, say, written } from '../languages/say.ts'
import { cellText, DOWNLOAD_MAX_ROWS, ID_COLUMNS, RESOLUTION_COLUMNS } from './corrections-file.ts'

const CELL_MAX_BYTES = 16_384
const PIECE_BYTES = 4_096
/** Of each the parser makes a row, and of one that is shorter than the first an error too. */
const PIECE_LINES = 100
const COUNTED_AT_ONCE_BYTES = 65_536
/** Whoever adds columns of their own has room for them; a list is downloaded with some thirty. */
export const COLUMNS_MAX = 1_000
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const QUOTE = 0x22
const COMMA = 0x2c

type TableRow = { readonly line: number; readonly cells: Readonly<Record<string, string>> }

/** The rows that say what is to be done, and how many there are of any kind that are not blank. */
export type CorrectionsTable = {
  readonly said: readonly TableRow[]
  readonly saying: number
  readonly rows: number
}

/** Of how many columns, where those stand that mean something here, and where the one of the action does. */
type Header = {
  readonly columns: number
  readonly known: readonly (readonly [string, number])[]
  readonly action: number
}

/**
 * Reads a list that was downloaded and filled in: a piece at a time, since a long one takes seconds, and others have their turn
 * in between. What is kept of a row are the columns that mean something here, and nothing of a row that says nothing: a wide
 * file costs no more than a narrow one.
 *
 * @returns `invalid`, of the field `file`, where it cannot be read as a whole
 */
export async function readCorrectionsTable(file: string): Promise<Result<CorrectionsTable>> {
  const said: TableRow[] = []
  let saying = 0
  let rows = 0
  let line = 0
  // What a file without a line lacks.
  let header = readHeader([])
  try {
    const parser = parse({
      bom: true,
      relax_column_count: true,
      max_record_size: CELL_MAX_BYTES * 4,
      record_delimiter: ['\r\n', '\n', '\r'],
    })
    const bytes = Buffer.from(file)
    const pieces = Readable.from(inPieces(bytes, await pieceEnds(bytes)))
    // A pipe would not pass it on.
    pieces.once('error', (error) => parser.destroy(error))
    for await (const record of pieces.pipe(parser)) {
      const row = record as string[]
      // The header is line 1 and a blank row counts, as in a spreadsheet, whatever line breaks the cells hold.
      line += 1
      if (line > DOWNLOAD_MAX_ROWS + 1) {
        return fail(invalid({ field: 'file', message: tooManyRows() }))
      }
      if (line === 1) {
        header = readHeader(row)
        if (!header.ok) return header
        continue
      }
      if (!header.ok) return header
      const { columns, known, action } = header.value
      if (row.every((cell) => cell.trim() === '')) continue
      if (row.length !== columns) {
        const message = say`has ${row.length} columns in line ${line}, and ${columns} in the first`
        return fail(invalid({ field: 'file', message }))
      }
      rows += 1
      const cell = (column: number) => cellText((row[column] ?? '').trim())
      if (cell(action) === '') continue
      saying += 1
      if (saying > BULK_ROWS_MAX) continue
      said.push({ line, cells: Object.fromEntries(known.map(([name, column]) => [name, cell(column)])) })
    }
  } catch (error) {
    if (error instanceof TooMuch) return fail(invalid({ field: 'file', message: fromWritten(error.message) }))
    if (!(error instanceof CsvError)) throw error
    return fail(invalid({ field: 'file', message: say`is not CSV: ${error.message}` }))
  }
  if (!header.ok) return header
  return ok({ said, saying, rows })
}

class TooMuch extends Error {}

const tooManyRows = () => say`has more rows than a list is downloaded with: at most ${DOWNLOAD_MAX_ROWS}`

/**
 * Where the bytes are cut: into pieces that the parser makes little of at a time, be it of few bytes or of many lines. The
 * parser bounds how long a row is and not of how many cells, and empty ones have no length; so cells and lines are counted
 * before it sees any of them, as it tells them apart.
 *
 * @throws TooMuch
 */
async function pieceEnds(bytes: Buffer): Promise<readonly number[]> {
  const ends: number[] = []
  let quoted = false
  let columns = 1
  let line = 1
  let before = 0
  let lineOfPiece = 1
  for (const [at, byte] of bytes.entries()) {
    if (byte === QUOTE) quoted = !quoted
    else if (!quoted && byte === COMMA) {
      columns += 1
      if (columns > COLUMNS_MAX) {
        throw new TooMuch(
          written(say`has more columns in line ${line} than can be read: at most ${COLUMNS_MAX}`),
        )
      }
    } else if (!quoted && (byte === CARRIAGE_RETURN || byte === LINE_FEED)) {
      columns = 1
      if (byte === CARRIAGE_RETURN || before !== CARRIAGE_RETURN) line += 1
      // Behind the last line there may be a line break.
      if (line > DOWNLOAD_MAX_ROWS + 2) throw new TooMuch(written(tooManyRows()))
    }
    before = byte
    const pieceBytes = at + 1 - (ends.at(-1) ?? 0)
    if (pieceBytes >= PIECE_BYTES || line - lineOfPiece >= PIECE_LINES) {
      ends.push(at + 1)
      lineOfPiece = line
    }
    if (at % COUNTED_AT_ONCE_BYTES === 0) await setImmediate()
  }
  return [...ends, bytes.length]
}

/** A piece at a time, others having their turn in between. */
async function* inPieces(bytes: Buffer, ends: readonly number[]): AsyncGenerator<Buffer, void, undefined> {
  let from = 0
  for (const end of ends) {
    await setImmediate()
    yield bytes.subarray(from, end)
    from = end
  }
}

function readHeader(row: readonly string[]): Result<Header> {
  const wanted: readonly string[] = [...ID_COLUMNS, ...RESOLUTION_COLUMNS]
  const missing = wanted.filter((name) => !row.includes(name))
  if (missing.length > 0) {
    return fail(
      invalid({
        field: 'file',
        message: say`is not the list that was downloaded: it lacks the columns ${missing.join(', ')}`,
      }),
    )
  }
  const names = new Set<string>()
  const twice = row.find((name) => {
    const seen = names.has(name)
    names.add(name)
    return seen
  })
  if (twice !== undefined)
    return fail(invalid({ field: 'file', message: say`has the column ${twice} twice` }))
  const known = row.flatMap((name, column) =>
    wanted.includes(name) || name.startsWith('input.') ? [[name, column] as const] : [],
  )
  return ok({ columns: row.length, known, action: row.indexOf('action') })
}

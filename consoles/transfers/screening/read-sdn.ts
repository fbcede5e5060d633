import { TextDecoder } from 'node:util'
import { CsvError, parse } from 'csv-parse'
import { z } from 'zod'
import type { EntryAlias, EntryKind, ListEntry } from './list-entry.ts'
import { ListRefusal } from './list-refusal.ts'
import { readRemarks } from './sdn-remarks.ts'

/** A file as it comes in; its name is for refusals only. */
export type ListFile = { readonly name: string; readonly bytes: AsyncIterable<Uint8Array> }

/** More than any published list has by far; a file without end is refused, not kept. */
const ROWS_MAX = 500_000
const ROW_CHARACTERS_MAX = 65_536

/** OFAC's word for nothing. */
const NOTHING = '-0-'
/** DOS's end of file, which OFAC still writes. */
const END_OF_FILE = '\u001a'

/** The files of the list by the number of their columns (OFAC, "SDN data formats"). */
const COLUMNS = {
  entries: [
    'ent_num',
    'SDN_Name',
    'SDN_Type',
    'Program',
    'Title',
    'Call_Sign',
    'Vess_type',
    'Tonnage',
    'GRT',
    'Vess_flag',
    'Vess_owner',
    'Remarks',
  ],
  addresses: ['ent_num', 'Add_num', 'Address', 'City/State/Postal Code', 'Country', 'Add_remarks'],
  aliases: ['ent_num', 'alt_num', 'alt_type', 'alt_name', 'alt_remarks'],
  comments: ['ent_num', 'remarks_extended'],
} as const
type FileKind = keyof typeof COLUMNS

const KINDS: Readonly<Record<string, EntryKind>> = {
  individual: 'individual',
  vessel: 'vessel',
  aircraft: 'aircraft',
}
const AliasType = z.enum(['aka', 'fka', 'nka'])

type Row = { readonly kind: FileKind; readonly fields: readonly (string | null)[]; readonly line: number }

/**
 * Reads OFAC's list as it is published in CSV: the file of entries (sdn.csv or cons_prim.csv), with those of aliases, addresses and long
 * remarks where they are given, in whatever order. Which is which is told by the number of columns.
 * @throws ListRefusal for the first row that is not as published, with file, line and column
 */
export async function readSdn(files: readonly ListFile[]): Promise<ListEntry[]> {
  const entries = new Map<string, Row & { file: string }>()
  const aliases = new Map<string, EntryAlias[]>()
  const addresses = new Map<string, string[]>()
  const comments = new Map<string, string>()
  const uses: { file: string; line: number; uid: string }[] = []
  for (const file of files) {
    let kind: FileKind | undefined
    for await (const row of rowsOf(file)) {
      const uid = row.fields[0]
      if (uid === null || uid === undefined || !/^\d{1,12}$/.test(uid)) {
        throw refusal(file, row, 0, 'must be the number of an entry (digits)')
      }
      if (kind === undefined) kind = row.kind
      if (row.kind !== kind) {
        throw new ListRefusal(
          file.name,
          row.line,
          undefined,
          `has ${row.fields.length} columns; the rows before it have ${COLUMNS[kind].length}`,
        )
      }
      if (row.kind === 'entries') {
        if (entries.has(uid)) throw refusal(file, row, 0, `is there a second time: entry ${uid}`)
        checkEntry(file, row)
        entries.set(uid, { ...row, file: file.name })
        continue
      }
      // Of long remarks OFAC's file has those of its other lists too.
      if (row.kind !== 'comments') uses.push({ file: file.name, line: row.line, uid })
      if (row.kind === 'aliases') push(aliases, uid, aliasOf(file, row))
      else if (row.kind === 'addresses')
        push(addresses, uid, row.fields.slice(2, 5).filter(Boolean).join(', '))
      else comments.set(uid, `${comments.get(uid) ?? ''}${row.fields[1] ?? ''}`)
    }
  }
  if (entries.size === 0) {
    throw new ListRefusal(
      files[0]?.name ?? '',
      undefined,
      undefined,
      'there is no file of entries (sdn.csv or cons_prim.csv) with anything in it',
    )
  }
  for (const { file, line, uid } of uses) {
    if (!entries.has(uid))
      throw new ListRefusal(file, line, 1, `names entry ${uid}, which the file of entries does not have`)
  }
  return [...entries].map(([uid, { fields }]) => entryOf(uid, fields, { aliases, addresses, comments }))
}

async function* rowsOf(file: ListFile): AsyncGenerator<Row> {
  const parser = parse({
    info: true,
    relax_column_count: true,
    relax_quotes: false,
    max_record_size: ROW_CHARACTERS_MAX,
    skip_empty_lines: true,
  })
  const feeding = feed(file, parser)
  let rows = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[]
      info: { lines: number }
    }>) {
      if (record.length === 1 && record[0]?.trim() === END_OF_FILE) continue
      rows += 1
      if (rows > ROWS_MAX)
        throw new ListRefusal(file.name, info.lines, undefined, `has more than ${ROWS_MAX} rows`)
      const kind = kindOf(record.length)
      if (kind === undefined) {
        throw new ListRefusal(
          file.name,
          info.lines,
          record.length,
          `has ${record.length} columns; sdn.csv has 12, add.csv 6, alt.csv 5, sdn_comments.csv 2`,
        )
      }
      yield { kind, line: info.lines, fields: record.map(toldIn) }
    }
    await feeding
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const at = error as CsvError & { lines?: number; column?: number }
    const column = typeof at.column === 'number' ? at.column + 1 : undefined
    throw new ListRefusal(
      file.name,
      at.lines,
      column,
      `is not CSV: ${error.message.replace(/ at line \d+.*$/s, '')}`,
    )
  }
}

/** Decodes and hands on piece by piece, as fast as rows are taken. */
async function feed(file: ListFile, parser: ReturnType<typeof parse>): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let lines = 1
  try {
    for await (const piece of file.bytes) {
      for (const text of textOf(decoder, piece)) {
        if (text === undefined)
          throw new ListRefusal(file.name, lines, undefined, 'has bytes that are not UTF-8')
        lines += text.endsWith('\n') ? 1 : 0
        if (!parser.write(text)) await new Promise<void>((resolve) => parser.once('drain', resolve))
      }
    }
    parser.end()
  } catch (error) {
    parser.destroy(error as Error)
  }
}

/** The lines of a piece, the last perhaps without its end; undefined for what is no text. */
function* textOf(decoder: TextDecoder, piece: Uint8Array): Generator<string | undefined> {
  for (let start = 0; start < piece.length; ) {
    const newline = piece.indexOf(0x0a, start)
    const end = newline === -1 ? piece.length : newline + 1
    try {
      yield decoder.decode(piece.subarray(start, end), { stream: true })
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      yield undefined
    }
    start = end
  }
}

function kindOf(columns: number): FileKind | undefined {
  return (Object.keys(COLUMNS) as FileKind[]).find((kind) => COLUMNS[kind].length === columns)
}

function toldIn(field: string): string | null {
  const value = field.trim()
  return value === NOTHING || value === '' ? null : value
}

function refusal(file: ListFile, { kind, line }: Row, column: number, message: string): ListRefusal {
  return new ListRefusal(file.name, line, column + 1, `${COLUMNS[kind][column]} ${message}`)
}

function checkEntry(file: ListFile, row: Row): void {
  if (!row.fields[1]) throw refusal(file, row, 1, 'is missing')
  const type = row.fields[2]
  if (type && KINDS[type] === undefined) {
    throw refusal(
      file,
      row,
      2,
      `is ${JSON.stringify(type)}; individual, vessel, aircraft or ${NOTHING} are known`,
    )
  }
}

function aliasOf(file: ListFile, row: Row): EntryAlias {
  const as = AliasType.safeParse(row.fields[2])
  if (!as.success)
    throw refusal(file, row, 2, `is ${JSON.stringify(row.fields[2])}; aka, fka or nka are known`)
  const name = row.fields[3]
  if (!name) throw refusal(file, row, 3, 'is missing')
  return { name, as: as.data, weak: false }
}

function entryOf(
  uid: string,
  fields: readonly (string | null)[],
  beside: {
    aliases: Map<string, EntryAlias[]>
    addresses: Map<string, string[]>
    comments: Map<string, string>
  },
): ListEntry {
  const [, name, type, program] = fields
  const remarks = `${fields[11] ?? ''}${beside.comments.get(uid) ?? ''}` || null
  const told = readRemarks(remarks)
  return {
    uid,
    kind: type ? (KINDS[type] ?? 'entity') : 'entity',
    name: name ?? '',
    aliases: [...(beside.aliases.get(uid) ?? []), ...told.aliases],
    programs: (program ?? '')
      .split(/\] \[|[[\]]/)
      .map((one) => one.trim())
      .filter(Boolean),
    identifiers: told.identifiers,
    addresses: (beside.addresses.get(uid) ?? []).filter(Boolean),
    remarks,
  }
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

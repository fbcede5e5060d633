import type pg from 'pg'

/** For rows to arrive in; grows by doubling. */
const FIRST_BYTES = 65_536
/** `PGCOPY\n\377\r\n\0`, flags, length of an extension that no server sends. */
const HEADER_BYTES = 19
const ABSENT = -1
/** In the place of a row's count of fields: no row follows. */
const TRAILER = -1
const UINT32_SPAN = 2 ** 32
const MICROS_PER_MS = 1000
const MICROS_PER_S = 1_000_000
/** PostgreSQL counts from 2000-01-01, ECMAScript from 1970-01-01. */
const EPOCH_MS = Date.UTC(2000, 0, 1)

/** The fields of one row in the order of the query, each taken once, and none left. NULL is null. */
export type CopiedFields = {
  /** int2, int4, or int8 up to 2^53. */
  integer(): number | null
  /** text, varchar. */
  text(): string | null
  /** text[] of one dimension; any other array gives a list that equals none of texts. */
  texts(): (string | null)[] | null
  /** bytea; keeps all rows that were fetched with it in memory. */
  bytes(): Buffer | null
  /** timestamptz as RFC 3339 in UTC, with milliseconds, or microseconds where there are any. */
  time(): string | null
}

/**
 * Fetches all rows of a query as PostgreSQL keeps them, by COPY … TO STDOUT (FORMAT binary): less than half of what it
 * costs to have them written as text and read back. For many rows; a row is made when it is taken, so that few live long.
 *
 * @param sql without parameters, which COPY does not know
 * @param read makes a row of its fields
 * @returns once all are here: gives the next row, and undefined behind the last
 * @throws the database's error
 * @see https://www.postgresql.org/docs/current/sql-copy.html "Binary Format"
 */
export function copyRows<Row>(
  client: pg.ClientBase,
  sql: string,
  read: (fields: CopiedFields) => Row,
): Promise<() => Row | undefined> {
  return new Promise((resolve, reject) => {
    let held = Buffer.allocUnsafe(FIRST_BYTES)
    let end = 0
    // As pg-query-stream and pg-copy-streams do: what the client calls of a query, in the place of pg's own Query.
    client.query({
      submit(connection: pg.Connection) {
        connection.query(`COPY (${sql}) TO STDOUT (FORMAT binary)`)
      },
      handleCopyData({ chunk }: { chunk: Buffer }) {
        if (end + chunk.length > held.length) {
          const larger = Buffer.allocUnsafe(Math.max(2 * held.length, end + chunk.length))
          held.copy(larger, 0, 0, end)
          held = larger
        }
        // The client writes over its buffer.
        held.set(chunk, end)
        end += chunk.length
      },
      handleCommandComplete() {
        // What follows is readyForQuery.
      },
      handleReadyForQuery() {
        const fields = fieldsOf(held)
        fields.seek(HEADER_BYTES)
        resolve(() => (fields.begin() ? read(fields) : undefined))
      },
      handleError: reject,
    })
  })
}

/** The fields of the rows in `held`, one after the other. */
function fieldsOf(held: Buffer) {
  let at = 0
  /** Where the next field begins; it ends at `at`. */
  const next = (): number => {
    const length = held.readInt32BE(at)
    const start = at + 4
    at = length === ABSENT ? start : start + length
    return length === ABSENT ? ABSENT : start
  }
  return {
    seek(to: number) {
      at = to
    },
    /** Goes to the next row, all of the one before being read; false where there is none. */
    begin(): boolean {
      if (held.readInt16BE(at) === TRAILER) return false
      at += 2
      return true
    },
    integer() {
      const start = next()
      return start === ABSENT ? null : integerAt(held, start, at)
    },
    text() {
      const start = next()
      return start === ABSENT ? null : held.toString('utf8', start, at)
    },
    texts() {
      const start = next()
      return start === ABSENT ? null : textsAt(held, start)
    },
    bytes() {
      const start = next()
      return start === ABSENT ? null : held.subarray(start, at)
    },
    time() {
      const start = next()
      return start === ABSENT ? null : timeOf(integerAt(held, start, at))
    },
  }
}

function integerAt(row: Buffer, start: number, end: number): number {
  if (end - start === 8) return row.readInt32BE(start) * UINT32_SPAN + row.readUInt32BE(start + 4)
  return end - start === 4 ? row.readInt32BE(start) : row.readInt16BE(start)
}

/** Dimensions, whether there are NULLs, the type; length and lower bound of each dimension; the items. */
function textsAt(row: Buffer, start: number): (string | null)[] {
  const dimensions = row.readInt32BE(start)
  if (dimensions === 0) return []
  const items: (string | null)[] = []
  if (dimensions > 1) return [null]
  const count = row.readInt32BE(start + 12)
  for (let at = start + 20; items.length < count; ) {
    const length = row.readInt32BE(at)
    at += 4
    items.push(length === ABSENT ? null : row.toString('utf8', at, at + length))
    at += Math.max(length, 0)
  }
  return items
}

let second = Number.NaN
let secondText = ''

/** Rows that follow each other are mostly of one second, whose text is made once. */
function timeOf(micros: number): string {
  const of = Math.floor(micros / MICROS_PER_S)
  if (of !== second) {
    const date = new Date(EPOCH_MS + of * 1000)
    // Infinity, and years that no Date holds.
    if (Number.isNaN(date.getTime())) return String(micros)
    secondText = date.toISOString().slice(0, -4)
    second = of
  }
  const fraction = micros - of * MICROS_PER_S
  const ms = fraction % MICROS_PER_MS === 0
  return `${secondText}${ms ? String(fraction / MICROS_PER_MS).padStart(3, '0') : String(fraction).padStart(6, '0')}Z`
}

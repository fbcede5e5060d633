import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Id, Instant, integerParameter } from './fields.ts'
import { refuse } from './problem.ts'
import type { Outcome } from './route.ts'

const PAGE_MAX_RECORDS = 200
const PAGE_DEFAULT_RECORDS = 50

/** The query parameters of every list. */
export const PageQuery = z.strictObject({
  limit: integerParameter(1, PAGE_MAX_RECORDS).optional(),
  cursor: z.string().max(300).optional(),
})

/** A kind of record that is listed and read. */
export type Listing = {
  /** The member that holds the records, and so the plural of their kind. */
  readonly plural: string
  readonly table: string
  /** SQL that makes the JSON of a row `t`. */
  readonly json: string
  /** The column that lists are ordered by, newest first, with the id after it. */
  readonly orderBy: string
}

/** A condition over alias `t`, with `$n` for its value; left out where the value is undefined. */
export type Filter = { readonly sql: (placeholder: string) => string; readonly value: string | undefined }

/** The answer of a list: newest first, stable while records are added. */
export async function listRecords(
  database: Database,
  listing: Listing,
  query: z.output<typeof PageQuery>,
  filters: readonly Filter[] = [],
): Promise<Outcome> {
  const values: unknown[] = []
  const placeholder = (value: unknown) => `$${values.push(value)}`
  const conditions = filters
    .filter((filter) => filter.value !== undefined)
    .map((filter) => filter.sql(placeholder(filter.value)))
  if (query.cursor !== undefined) {
    const from = decodeCursor(query.cursor)
    if (!from) {
      const message = 'must be the next_cursor of an earlier answer'
      return refuse('invalid_request', `cursor ${message}.`, [{ field: 'cursor', message }])
    }
    conditions.push(`(t.${listing.orderBy}, t.id) < (${placeholder(from[0])}, ${placeholder(from[1])})`)
  }
  const limit = query.limit ?? PAGE_DEFAULT_RECORDS
  const { rows } = await database.query<{ id: string; at: string; record: unknown }>(
    `SELECT t.id, platform.instant(t.${listing.orderBy}) AS at, ${listing.json} AS record
     FROM ${listing.table} t
     ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
     ORDER BY t.${listing.orderBy} DESC, t.id DESC
     LIMIT ${placeholder(limit + 1)}`,
    values,
  )
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    status: 200,
    body: {
      [listing.plural]: page.map((row) => row.record),
      next_cursor: rows.length > limit && last ? encodeCursor([last.at, last.id]) : null,
    },
  }
}

/** The answer of one record, with its version as the ETag. */
export async function readRecord(
  database: Database,
  listing: Listing,
  id: string,
  kind: string,
): Promise<Outcome> {
  const { rows } = await database.query<{ record: { version: number } }>(
    `SELECT ${listing.json} AS record FROM ${listing.table} t WHERE id = $1`,
    [id],
  )
  const record = rows[0]?.record
  if (!record) return refuse('not_found', `There is no ${kind} ${id}.`)
  return { status: 200, body: record, version: record.version }
}

/** The schema of a list's answer. */
export function pageOf<T extends z.ZodType>(plural: string, record: T) {
  return z.strictObject({ [plural]: z.array(record), next_cursor: z.string().nullable() })
}

const Cursor = z.tuple([Instant, Id])

function encodeCursor(position: z.infer<typeof Cursor>): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

function decodeCursor(cursor: string): z.infer<typeof Cursor> | undefined {
  try {
    return Cursor.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

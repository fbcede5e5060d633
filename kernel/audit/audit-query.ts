import { type AuditFilter, filterSql, textCondition } from './audit-filter.ts'
import { type AuditEntryView, type StoredEntry, viewEntry } from './audit-view.ts'
import type { Queryable } from './database-tiles.ts'

export const LIST_LIMIT_MAX = 200
export const LIST_LIMIT_DEFAULT = 50
/** What no index finds (a text, the entries of one console) is looked for in at most so many for one page; the cursor goes on from there. */
export const TEXT_SCAN_MAX = 20_000
const BIGINT_MAX = 0x7fff_ffff_ffff_ffffn

/** Microseconds, as the database keeps them: a cursor must not fall between two entries of one millisecond. */
const EXACT_TIME = `to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
const STORED_COLUMNS = `e.canonical, p."values" AS personal, l.leaf_index, who.display_name AS actor_name`
const STORED_JOINS = `LEFT JOIN kernel.audit_personal p ON p.entry_id = e.entry_id
  LEFT JOIN kernel.audit_leaf l ON l.seq = e.seq
  LEFT JOIN kernel.person who ON who.person_id = e.actor_id`

/** A place in the list: after the entry of this time and sequence number, going back in time. */
export type AuditCursor = { readonly at: string; readonly seq: string }

/** The entries of one console: of those who had a role of it then, and of what is its own, whoever attempted that. */
export type AuditScope = {
  readonly roles: readonly string[]
  /** How an action or permission of its own begins: `platform.`, `platform:`. */
  readonly actions: readonly string[]
}

/** The same of an entry that has been read. */
export function isWithin(
  scope: AuditScope,
  { actor, action }: Pick<AuditEntryView, 'actor' | 'action'>,
): boolean {
  return (
    actor.roles.some((role) => scope.roles.includes(role)) ||
    scope.actions.some((begins) => action?.startsWith(begins) === true)
  )
}

export type AuditPage = { readonly items: AuditEntryView[]; readonly next: AuditCursor | undefined }

/**
 * Entries, newest first. Personal values are redacted. With a text or a scope, a page may hold fewer than `limit` entries, even
 * none, and still have a next.
 *
 * @param database as `auditor`
 */
export async function listEntries(
  database: Queryable,
  filter: AuditFilter,
  page: {
    readonly limit: number
    readonly after?: AuditCursor
    readonly textScanMax?: number
    readonly scope?: AuditScope
  },
): Promise<AuditPage> {
  const { conditions, values } = filterSql(filter, { text: false })
  if (page.after) {
    values.push(page.after.at, page.after.seq)
    conditions.push(`(e.at, e.seq) < ($${values.length - 1}::timestamptz, $${values.length}::bigint)`)
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  return filter.text === undefined && page.scope === undefined
    ? listMatching(database, where, values, page.limit)
    : scanFor(database, where, values, { textScanMax: TEXT_SCAN_MAX, ...page }, filter)
}

/** One entry, as stored; {@link viewEntry} shows it. Of two entries with one id, the first. */
export async function readStoredEntry(database: Queryable, id: string): Promise<StoredEntry | undefined> {
  const { rows } = await database.query<StoredEntry>(
    `SELECT ${STORED_COLUMNS} FROM kernel.audit_entry e ${STORED_JOINS} WHERE e.entry_id = $1 ORDER BY e.seq LIMIT 1`,
    [id],
  )
  return rows[0]
}

type ListedRow = StoredEntry & AuditCursor

async function listMatching(
  database: Queryable,
  where: string,
  values: readonly unknown[],
  limit: number,
): Promise<AuditPage> {
  const { rows } = await database.query<ListedRow>(
    `SELECT ${EXACT_TIME} AS at, e.seq, ${STORED_COLUMNS}
       FROM (SELECT at, seq, entry_id, actor_id, canonical FROM kernel.audit_entry e ${where}
              ORDER BY e.at DESC, e.seq DESC LIMIT $${values.length + 1}) e
       ${STORED_JOINS}
      ORDER BY e.at DESC, e.seq DESC`,
    [...values, limit + 1],
  )
  return pageOf(rows, limit, undefined)
}

async function scanFor(
  database: Queryable,
  where: string,
  values: readonly unknown[],
  {
    limit,
    textScanMax,
    scope,
  }: { readonly limit: number; readonly textScanMax: number; readonly scope?: AuditScope },
  { text, called }: Pick<AuditFilter, 'text' | 'called'>,
): Promise<AuditPage> {
  const given: unknown[] = [...values, textScanMax, limit + 1]
  const [scan, most] = [given.length - 1, given.length].map((place) => `$${place}`)
  const wanted: string[] = []
  if (text !== undefined) wanted.push(textCondition(text, called, given))
  if (scope) {
    wanted.push(`(actor_roles && $${given.push(scope.roles)}
                  OR EXISTS (SELECT FROM unnest($${given.push(scope.actions)}::text[]) own WHERE starts_with(action, own)))`)
  }
  const { rows } = await database.query<ListedRow & { scanned: string; last_at: string; last_seq: string }>(
    `WITH scanned AS MATERIALIZED (
       SELECT at, seq, entry_id, actor_id, actor_roles, action, target_kind, target_id, canonical FROM kernel.audit_entry e ${where}
        ORDER BY e.at DESC, e.seq DESC LIMIT ${scan}
     ), found AS (
       SELECT * FROM scanned e WHERE ${wanted.join(' AND ')}
        ORDER BY at DESC, seq DESC LIMIT ${most}
     ), reach AS (
       SELECT count(*) OVER () AS scanned, ${EXACT_TIME} AS last_at, seq AS last_seq FROM scanned e ORDER BY e.at, seq LIMIT 1
     )
     SELECT reach.*, ${EXACT_TIME} AS at, e.seq, ${STORED_COLUMNS}
       FROM reach LEFT JOIN found e ON true ${STORED_JOINS}
      ORDER BY e.at DESC, e.seq DESC`,
    given,
  )
  const reach = rows[0]
  const more = reach !== undefined && Number(reach.scanned) === textScanMax
  const found = rows.filter((row) => row.seq !== null)
  return pageOf(found, limit, more ? { at: reach.last_at, seq: reach.last_seq } : undefined)
}

function pageOf(rows: readonly ListedRow[], limit: number, otherwise: AuditCursor | undefined): AuditPage {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map((row) => viewEntry(row, { revealed: false })),
    next: rows.length > limit && last ? { at: last.at, seq: last.seq } : otherwise,
  }
}

/** The opaque form of a cursor on the wire. */
export function formatCursor({ at, seq }: AuditCursor): string {
  return Buffer.from(`${seq} ${at}`).toString('base64url')
}

/** @returns undefined when the text is none that {@link formatCursor} made */
export function parseCursor(text: string): AuditCursor | undefined {
  const plain = Buffer.from(text, 'base64url').toString('utf8')
  const [, seq, at] = /^(\d{1,19}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)$/.exec(plain) ?? []
  if (seq === undefined || at === undefined || BigInt(seq) > BIGINT_MAX) return undefined
  return Number.isNaN(Date.parse(at)) ? undefined : { at, seq }
}

import { stringify } from 'csv-stringify/sync'
import type pg from 'pg'
import { streamRows, streamSnapshot } from '../db/stream-snapshot.ts'
import { type AuditFilter, filterSql } from './audit-filter.ts'
import { type AuditEntryView, type StoredEntry, viewEntry } from './audit-view.ts'
import { latestCheckpoint } from './inclusion-proof.ts'

/** Entries turned into text at a time. */
const CHUNK_ENTRIES = 500

export type EntryExport = {
  readonly filter: AuditFilter
  /** Personal values as they are; otherwise redacted as everywhere. */
  readonly revealed: boolean
}

/** The columns of the CSV export, in order. */
export const CSV_COLUMNS = [
  'leaf_index',
  'id',
  'at',
  'kind',
  'event_sub_type',
  'severity',
  'actor_id',
  'actor_roles',
  'action',
  'target_kind',
  'target_id',
  'reason_code',
  'reason_note',
  'outcome',
  'ip_address',
  'user_agent',
  'request_id',
  'action_request_id',
  'transition_from',
  'transition_to',
  'transition_revision',
  'tenant_id',
  'detail',
] as const

/**
 * Streams entries as CSV (RFC 4180), oldest first. A cell that a spreadsheet would take for a formula is led by an
 * apostrophe.
 *
 * @param pool as `auditor`
 */
export async function* exportCsv(pool: pg.Pool, what: EntryExport): AsyncGenerator<string, void, undefined> {
  yield csv([[...CSV_COLUMNS]])
  for await (const entries of chunks(streamSnapshot(pool, (client) => entryViews(client, what)))) {
    yield csv(entries.map(csvCells))
  }
}

/**
 * Streams entries as one JSON document, oldest first: `{format, version, filter, checkpoint, entries: […]}`, with the
 * newest signed checkpoint (a bundle has the proofs).
 *
 * @param pool as `auditor`
 */
export async function* exportJson(pool: pg.Pool, what: EntryExport): AsyncGenerator<string, void, undefined> {
  const checkpoint = await latestCheckpoint(pool)
  const head = {
    format: 'countersign-audit-entries',
    version: 1,
    filter: what.filter,
    checkpoint: checkpoint?.note ?? null,
  }
  yield `${JSON.stringify(head).slice(0, -1)},"entries":[`
  let separator = '\n'
  for await (const entries of chunks(streamSnapshot(pool, (client) => entryViews(client, what)))) {
    yield separator + entries.map((entry) => JSON.stringify(entry)).join(',\n')
    separator = ',\n'
  }
  yield '\n]}\n'
}

async function* entryViews(
  client: pg.PoolClient,
  { filter, revealed }: EntryExport,
): AsyncGenerator<AuditEntryView, void, undefined> {
  const { conditions, values } = filterSql(filter, { text: true })
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const stored = streamRows<StoredEntry>(
    client,
    `SELECT e.canonical, p."values" AS personal, l.leaf_index
       FROM kernel.audit_entry e
       LEFT JOIN kernel.audit_personal p ON p.entry_id = e.entry_id
       LEFT JOIN kernel.audit_leaf l ON l.seq = e.seq
       ${where} ORDER BY e.at, e.seq`,
    values,
  )
  for await (const entry of stored) yield viewEntry(entry, { revealed })
}

function csvCells(entry: AuditEntryView): (string | number | null | undefined)[] {
  return [
    entry.leaf_index,
    entry.id,
    entry.at,
    entry.kind,
    entry.event_sub_type,
    entry.severity,
    entry.actor.id,
    entry.actor.roles.join(' '),
    entry.action,
    entry.target?.kind,
    entry.target?.id,
    entry.reason?.code,
    entry.reason?.note,
    entry.outcome,
    entry.ip_address,
    entry.user_agent,
    entry.request_id,
    entry.action_request_id,
    entry.transition?.from,
    entry.transition?.to,
    entry.transition?.revision,
    entry.tenant_id,
    entry.detail && JSON.stringify(entry.detail),
  ]
}

function csv(rows: readonly unknown[][]): string {
  return stringify([...rows], { escape_formulas: true, record_delimiter: '\r\n' })
}

async function* chunks<T>(items: AsyncIterable<T>): AsyncGenerator<T[], void, undefined> {
  let chunk: T[] = []
  for await (const item of items) {
    chunk.push(item)
    if (chunk.length === CHUNK_ENTRIES) {
      yield chunk
      chunk = []
    }
  }
  if (chunk.length > 0) yield chunk
}

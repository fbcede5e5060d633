import type pg from 'pg'
import { type CopiedFields, copyRows } from '../db/copy-rows.ts'
import type { AuditColumns } from './audit-entry.ts'
import { TILE_WIDTH } from './merkle.ts'
import { type BadEntries, FirstBad } from './verify-log.mjs'

/** Read at a time, while those before them are checked. */
export const BATCH_TILES = 8
const BATCH_LEAVES = BATCH_TILES * TILE_WIDTH
/** A leaf whose place was taken away stands before all others. */
const ABSENT_PLACE = -1
/** So many rows of no place in the tree are read with a batch. */
const STRAYS_MAX = 100
const NO_BYTES = Buffer.alloc(0)

/** As they stand in the database, where somebody may have taken its constraints away. */
export type ShownColumns = { readonly [Column in keyof AuditColumns]: unknown }

export type LeafRow = {
  readonly leaf_index: number
  readonly leaf_entry_id: string | null
  readonly leaf_hash: Buffer
  /** Undefined where the entry is gone. */
  readonly entry: EntryRow | undefined
}

export type EntryRow = {
  readonly id: string
  readonly hash: Buffer
  readonly canonical: Buffer
  /** JSON of paths and values, where some are kept. */
  readonly personal: string | null
  readonly columns: ShownColumns
}

/**
 * The leaves of the log with their entries, each taken by its index: one that is not there does not shift those after it.
 *
 * @param client in a transaction of one snapshot
 * @param size of the tree
 * @param bad where rows go that have no place in it
 */
export function leavesByIndex(client: pg.PoolClient, size: number, bad: BadEntries) {
  const read = (from: number) => {
    const batch = copyRows(client, leavesWithEntries(from, size), leafRow)
    // It is awaited below, unless the check ends before; then nobody asks for this batch, nor how it failed.
    batch.catch(() => undefined)
    return batch
  }
  let take: () => LeafRow | undefined = () => undefined
  let upcoming: LeafRow | undefined
  let end = 0
  let ahead = read(0)
  /** Goes past rows of places that have gone before. */
  const upTo = (index: number): LeafRow | undefined => {
    for (; upcoming && upcoming.leaf_index < index; upcoming = take()) {
      bad.add(new FirstBad(index, upcoming.leaf_entry_id, 'inserted: a leaf of no place in the tree'))
    }
    return upcoming
  }
  const load = async (index: number): Promise<void> => {
    if (index < end) return
    upTo(index)
    take = await ahead
    upcoming = take()
    end = index + BATCH_LEAVES
    // The database reads one batch while the other is worked on.
    if (end < size) ahead = read(end)
  }
  return {
    /** To be awaited before the leaves of the tile that begins at `index` are taken. */
    load,
    at(index: number): LeafRow | undefined {
      const row = upTo(index)
      if (row?.leaf_index !== index) return undefined
      upcoming = take()
      return row
    },
    /** The first row behind the tree. */
    async beyond(): Promise<LeafRow | undefined> {
      if (size === 0) await load(0)
      return upTo(size)
    },
  }
}

/** Rows of a batch: those before the tree come with its first, those behind it with its last. */
function leavesWithEntries(from: number, size: number): string {
  const end = from + BATCH_LEAVES
  return `
  SELECT l.leaf_index, l.entry_id::text, l.leaf_hash, e.entry_id::text, e.leaf_hash, e.canonical, p."values"::text,
         e.at, e.format_version, e.kind, e.event_sub_type, e.severity, e.actor_id, e.actor_roles, e.action, e.target_kind,
         e.target_id, e.reason_code, e.outcome, e.action_request_id::text, e.transition_from, e.transition_to,
         e.transition_revision, e.http_request_id, e.tenant_id
    FROM kernel.audit_leaf l
    LEFT JOIN kernel.audit_entry e ON e.seq = l.seq
    LEFT JOIN kernel.audit_personal p ON p.entry_id = e.entry_id
   WHERE ${from === 0 ? '' : `l.leaf_index >= ${from} AND`} ${end < size ? `l.leaf_index < ${end}` : 'true'}
   ORDER BY l.leaf_index LIMIT ${BATCH_LEAVES + STRAYS_MAX}`
}

/** A row of {@link leavesWithEntries}. */
function leafRow(fields: CopiedFields): LeafRow {
  const leaf_index = fields.integer() ?? ABSENT_PLACE
  const leaf_entry_id = fields.text()
  const leaf_hash = fields.bytes() ?? NO_BYTES
  const entry_id = fields.text()
  const hash = fields.bytes() ?? NO_BYTES
  const canonical = fields.bytes() ?? NO_BYTES
  const personal = fields.text()
  const columns: ShownColumns = {
    entry_id,
    at: fields.time(),
    format_version: fields.integer(),
    kind: fields.text(),
    event_sub_type: fields.text(),
    severity: fields.text(),
    actor_id: fields.text(),
    actor_roles: fields.texts(),
    action: fields.text(),
    target_kind: fields.text(),
    target_id: fields.text(),
    reason_code: fields.text(),
    outcome: fields.text(),
    action_request_id: fields.text(),
    transition_from: fields.text(),
    transition_to: fields.text(),
    transition_revision: fields.integer(),
    http_request_id: fields.text(),
    tenant_id: fields.text(),
  }
  const entry = entry_id === null ? undefined : { id: entry_id, hash, canonical, personal, columns }
  return { leaf_index, leaf_entry_id, leaf_hash, entry }
}

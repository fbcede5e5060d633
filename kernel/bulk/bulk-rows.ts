import type pg from 'pg'
import type { BulkRowPart } from '../actions/commit-write.ts'
import type { Considered } from '../actions/consider-action.ts'
import { sealInput } from '../actions/seal-input.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import { canonicalBytes, sha256 } from '../personal-data/canonical-json.ts'

/** The rows as they are written, each sealed under the key of its own record. */
export async function bulkRowParts(kernel: Kernel, accepted: readonly Considered[]): Promise<BulkRowPart[]> {
  const parts: BulkRowPart[] = []
  for (const [index, { action, target, found, input, accepted: decided, ...row }] of accepted.entries()) {
    const connector = action.connectorOf(decided)
    if (connector === null) throw new Error(`${action.name} has no upstream effect`)
    const sealed = await sealInput(kernel.sealer, action.inputSchema, input, undefined, target)
    parts.push({
      position: index + 1,
      target_kind: target.kind,
      target_id: target.id,
      target_version: found.version,
      input: sealed.input,
      decided,
      connector,
      attributes: row.attributes,
      preview: row.preview,
    })
  }
  return parts
}

/** SHA-256, hexadecimal, of the canonical JSON of all rows in order: by it they are part of what is signed. */
export function rowsHash(rows: readonly BulkRowPart[]): string {
  return sha256(canonicalBytes(rows)).toString('hex')
}

const ROW_COLUMNS =
  'r.position, r.target_kind, r.target_id, r.target_version, r.input, r.decided, r.connector, r.attributes, r.preview'

export async function allBulkRows(pool: pg.Pool, requestId: string): Promise<BulkRowPart[]> {
  const { rows } = await pool.query<BulkRowPart>(
    `SELECT ${ROW_COLUMNS} FROM kernel.bulk_row r WHERE r.request_id = $1 ORDER BY r.position`,
    [requestId],
  )
  return rows
}

/** Rows that are nothing yet. */
export async function unmadeRows(pool: pg.Pool, requestId: string, limit: number): Promise<BulkRowPart[]> {
  const { rows } = await pool.query<BulkRowPart>(
    `SELECT ${ROW_COLUMNS} FROM kernel.bulk_row r LEFT JOIN kernel.bulk_child c USING (request_id, position)
      WHERE r.request_id = $1 AND c.position IS NULL ORDER BY r.position LIMIT $2`,
    [requestId, limit],
  )
  return rows
}

/** The records that a request is on, where it is over many; for the timeline of each. */
export async function recordsOf(
  pool: pg.Pool,
  record: { readonly request_id: string; readonly bulk: unknown },
): Promise<EntityRef[]> {
  if (!record.bulk) return []
  const { rows } = await pool.query<EntityRef>(
    'SELECT target_kind AS kind, target_id AS id FROM kernel.bulk_row WHERE request_id = $1 ORDER BY position',
    [record.request_id],
  )
  return rows
}

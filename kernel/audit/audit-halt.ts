import type { Queryable } from './database-tiles.ts'

export type AuditHaltCode =
  /** The database holds fewer entries than the witness has seen: an old backup was restored. */
  | 'rollback'
  /** The database's entries are not those that were signed before. */
  | 'fork'
  /** Rows of the tree are missing, or a checkpoint in the database is not as it was signed. */
  | 'damaged'
  /** The witness no longer holds what the database says it accepted. */
  | 'witness_lost'
  /** What the witness holds is altered, or of another log. */
  | 'witness_damaged'
  /** The log was signed with another key before. */
  | 'key_changed'

/** Why the log may not be believed. While this stands the console is read-only. */
export type AuditHalt = {
  readonly code: AuditHaltCode
  /** For the operator: what was found, and what to do. */
  readonly message: string
  readonly since: Date
  /** What the witness holds as its newest, where the log does not hold it any more. */
  readonly lost?: { readonly size: number; readonly root: Buffer }
}

/**
 * The halt in force, if any.
 *
 * @param database as `app`, `auditor`, `dispatcher` or `signer`
 */
export async function readAuditHalt(database: Queryable): Promise<AuditHalt | undefined> {
  const { rows } = await database.query<{
    halted: boolean
    code: AuditHaltCode
    message: string
    at: Date
    lost_size: string | null
    lost_root: Buffer | null
  }>(
    'SELECT halted, code, message, at, lost_size, lost_root FROM kernel.audit_halt ORDER BY position DESC LIMIT 1',
  )
  const last = rows[0]
  if (!last?.halted) return undefined
  const lost = last.lost_root && { size: Number(last.lost_size), root: last.lost_root }
  return { code: last.code, message: last.message, since: last.at, ...(lost ? { lost } : {}) }
}

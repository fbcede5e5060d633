import type { AuditHalt } from './audit-halt.ts'
import type { Queryable } from './database-tiles.ts'
import { type Halt, HaltError } from './halt-error.ts'
import type { SignerKey } from './signed-note.ts'
import type { WitnessedCheckpoint } from './witness-directory.ts'

/** What the signer knows of the log before it signs. */
export type LogState = {
  readonly size: number
  /** In force; undefined while nothing has been signed. */
  readonly verifierKey: string | undefined
  /** The smallest tree that it signs. */
  readonly keyFrom: number
  readonly offeredKey: string | null
  readonly published: { readonly size: number; readonly note: string } | undefined
}

export async function readLog(database: Queryable): Promise<LogState> {
  const { rows } = await database.query<{
    size: string
    verifier_key: string | null
    valid_from_size: string | null
    offered_key: string | null
    tree_size: string | null
    note: string | null
  }>(`SELECT head.size, signer.verifier_key, signer.valid_from_size, last.tree_size, last.note,
             (SELECT verifier_key FROM kernel.audit_offered_key ORDER BY position DESC LIMIT 1) AS offered_key
        FROM kernel.audit_head head
        LEFT JOIN LATERAL (SELECT verifier_key, valid_from_size FROM kernel.audit_signer_key
                            ORDER BY valid_from_size DESC LIMIT 1) signer ON true
        LEFT JOIN LATERAL (SELECT tree_size, note FROM kernel.audit_checkpoint
                            ORDER BY tree_size DESC LIMIT 1) last ON true`)
  const row = rows[0]
  if (!row) throw new HaltError('damaged', 'The head of the audit log is gone from the database.')
  return {
    size: Number(row.size),
    verifierKey: row.verifier_key ?? undefined,
    keyFrom: Number(row.valid_from_size ?? 0),
    offeredKey: row.offered_key,
    published: row.note === null ? undefined : { size: Number(row.tree_size), note: row.note },
  }
}

/** @returns the key in force: the log's first is the one that it is first signed with */
export async function claimKey(database: Queryable, key: SignerKey): Promise<string> {
  const { rows } = await database.query<{ verifier_key: string }>(
    'SELECT kernel.claim_audit_signer_key($1) AS verifier_key',
    [key.text],
  )
  return rows[0]?.verifier_key ?? ''
}

export async function publish(database: Queryable, { size, root, note }: WitnessedCheckpoint): Promise<void> {
  await database.query('SELECT kernel.publish_audit_checkpoint($1, $2, $3)', [size, root, note])
}

export async function recordHalt(database: Queryable, { code, message, lost }: Halt): Promise<void> {
  await database.query('SELECT kernel.record_audit_halt(true, $1, $2, $3, $4)', [
    code,
    message,
    lost?.size,
    lost?.root,
  ])
}

export async function endHalt(
  database: Queryable,
  { code }: Pick<AuditHalt, 'code'>,
  size: number,
): Promise<void> {
  const message = `The log is consistent again with everything signed before (${size} entries).`
  await database.query('SELECT kernel.record_audit_halt(false, $1, $2)', [code, message])
}

import { type AuditHalt, readAuditHalt } from './audit-halt.ts'
import type { Queryable } from './database-tiles.ts'
import type { DeclaredTree } from './declared-in-log.ts'
import { EMPTY_ROOT } from './merkle.ts'

/** What people decide on when they recover the log or change its key. */
export type AuditLogState = {
  readonly halt: Pick<AuditHalt, 'code' | 'message'> | undefined
  /** The newest checkpoint of the witness, where the log is not the one that it has seen. */
  readonly lost: DeclaredTree | undefined
  /** The newest checkpoint in the database; the empty tree where there is none. */
  readonly published: DeclaredTree
  /** The verifier key in force; undefined while nothing has been signed. */
  readonly key: string | undefined
  /** The key that the signer holds beside it. */
  readonly offeredKey: string | undefined
}

/** @param database as `app` or `auditor` */
export async function readAuditLogState(database: Queryable): Promise<AuditLogState> {
  const halt = await readAuditHalt(database)
  const { rows } = await database.query<{
    tree_size: string | null
    root: Buffer | null
    key: string | null
    offered: string | null
  }>(`SELECT last.tree_size, last.root,
             (SELECT verifier_key FROM kernel.audit_signer_key ORDER BY valid_from_size DESC LIMIT 1) AS key,
             (SELECT verifier_key FROM kernel.audit_offered_key ORDER BY position DESC LIMIT 1) AS offered
        FROM (VALUES (1)) AS always (one)
        LEFT JOIN LATERAL (SELECT tree_size, root FROM kernel.audit_checkpoint
                            ORDER BY tree_size DESC LIMIT 1) last ON true`)
  const row = rows[0]
  return {
    halt: halt && { code: halt.code, message: halt.message },
    lost: halt?.lost && { size: halt.lost.size, root: halt.lost.root.toString('base64') },
    published: {
      size: Number(row?.tree_size ?? 0),
      root: (row?.root ?? EMPTY_ROOT).toString('base64'),
    },
    key: row?.key ?? undefined,
    offeredKey: row?.offered ?? undefined,
  }
}

import { databaseTiles, type Queryable } from './database-tiles.ts'
import { inclusionProof } from './merkle.ts'

/** C-12: what shows that an entry is in the log that was signed. */
export type EntryProof = {
  readonly leaf_index: number
  readonly tree_size: number
  /** base64, from the leaf up (RFC 6962 §2.1.1). */
  readonly inclusion_path: readonly string[]
  /** The signed note. */
  readonly checkpoint: string
}

export type ProofResult =
  | { readonly state: 'proved'; readonly proof: EntryProof }
  | { readonly state: 'unknown_entry' }
  /** The entry is kept; the next checkpoint will cover it. */
  | { readonly state: 'not_signed_yet' }

/** The newest published checkpoint. */
export async function latestCheckpoint(
  database: Queryable,
): Promise<{ readonly size: number; readonly note: string } | undefined> {
  const { rows } = await database.query<{ tree_size: string; note: string }>(
    'SELECT tree_size, note FROM kernel.audit_checkpoint ORDER BY tree_size DESC LIMIT 1',
  )
  return rows[0] && { size: Number(rows[0].tree_size), note: rows[0].note }
}

/** The C2SP verifier key that the log is signed with now, as the database records it. */
export async function signerKeyInForce(database: Queryable): Promise<string | undefined> {
  const { rows } = await database.query<{ verifier_key: string }>(
    'SELECT verifier_key FROM kernel.audit_signer_key ORDER BY valid_from_size DESC LIMIT 1',
  )
  return rows[0]?.verifier_key
}

/** Proves an entry's place under the newest checkpoint. */
export async function proveInclusion(database: Queryable, entryId: string): Promise<ProofResult> {
  const checkpoint = await latestCheckpoint(database)
  const { rows } = await database.query<{ leaf_index: string | null }>(
    `SELECT l.leaf_index FROM kernel.audit_entry e LEFT JOIN kernel.audit_leaf l ON l.seq = e.seq
      WHERE e.entry_id = $1 ORDER BY e.seq LIMIT 1`,
    [entryId],
  )
  const row = rows[0]
  if (!row) return { state: 'unknown_entry' }
  const index = Number(row.leaf_index)
  if (row.leaf_index === null || !checkpoint || index >= checkpoint.size) return { state: 'not_signed_yet' }
  const path = await inclusionProof(databaseTiles(database), index, checkpoint.size)
  return {
    state: 'proved',
    proof: {
      leaf_index: index,
      tree_size: checkpoint.size,
      inclusion_path: path.map((hash) => hash.toString('base64')),
      checkpoint: checkpoint.note,
    },
  }
}

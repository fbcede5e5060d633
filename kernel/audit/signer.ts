import type pg from 'pg'
import { type DutyLock, pause, runAsLeader } from '../db/run-as-leader.ts'
import { type AuditHalt, type AuditHaltCode, readAuditHalt } from './audit-halt.ts'
import { databaseTiles, type Queryable, TileMissingError } from './database-tiles.ts'
import { consistencyProof, treeRoot, verifyConsistency } from './merkle.ts'
import {
  type Checkpoint,
  formatCheckpoint,
  NoteError,
  openCheckpoint,
  type SignerKey,
  signNote,
} from './signed-note.ts'
import { type Witness, type WitnessedCheckpoint, WitnessRefusalError } from './witness-directory.ts'

export const SIGN_INTERVAL_MS = 500
/** A halt ends only when the true log is back, which a person must bring about. */
export const HALT_RECHECK_INTERVAL_MS = 5_000
/** 'audi', and a number for each duty. */
const SIGNER_LOCK: DutyLock = [0x61756469, 2]

export type SignerDuty = {
  readonly key: SignerKey
  readonly witness: Witness
  /**
   * What this process has signed already. Whoever cuts the end off both the database and the witness deceives a signer
   * that begins anew, but not the one that is running.
   */
  readonly memory?: { size: number }
}

export type SignResult =
  | { readonly state: 'signed'; readonly size: number }
  | { readonly state: 'nothing_new'; readonly size: number }
  | { readonly state: 'halted'; readonly halt: Pick<AuditHalt, 'code' | 'message'> }

export type SignerOptions = SignerDuty & {
  /** As `signer`. One of its connections is kept. */
  readonly pool: pg.Pool
  readonly signal: AbortSignal
  readonly intervalMs?: number
  readonly haltRecheckIntervalMs?: number
  readonly standbyIntervalMs?: number
  /** Told of each failure to reach database or witness; signing is then taken up again. */
  readonly onProblem: (error: unknown) => void
  /** Told when the log ceases to be believed. The same stands in `kernel.audit_halt`. */
  readonly onHalt?: (halt: Pick<AuditHalt, 'code' | 'message'>) => void
}

/** Signs until aborted, a checkpoint per interval where there is something new. One process is in charge at a time. */
export function runSigner(options: SignerOptions): Promise<void> {
  const { signal, intervalMs = SIGN_INTERVAL_MS } = options
  const memory = { size: 0 }
  return runAsLeader({ ...options, lock: SIGNER_LOCK }, async (client) => {
    let told: AuditHaltCode | undefined
    while (!signal.aborted) {
      const result = await signOnce(client, { ...options, memory })
      const halt = result.state === 'halted' ? result.halt : undefined
      if (halt && halt.code !== told) options.onHalt?.(halt)
      told = halt?.code
      await pause(halt ? (options.haltRecheckIntervalMs ?? HALT_RECHECK_INTERVAL_MS) : intervalMs, signal)
    }
  })
}

/**
 * Signs the log as it stands, if it extends what was signed last, by the word of the database and of the witness. The
 * witness accepts a checkpoint before the database publishes it, so that none is published that the witness refuses.
 * What forbids signing is recorded in `kernel.audit_halt` and stays in force until the log is found consistent again.
 *
 * @param database as `signer`
 * @throws the error of a database or witness that cannot be reached; nothing is halted by that
 */
export async function signOnce(database: Queryable, duty: SignerDuty): Promise<SignResult> {
  try {
    const result = await signIfConsistent(database, duty)
    if (duty.memory && result.state !== 'halted') duty.memory.size = result.size
    return result
  } catch (error) {
    const halt = haltFor(error)
    if (halt === undefined) throw error
    await recordHalt(database, true, halt)
    return { state: 'halted', halt }
  }
}

async function signIfConsistent(
  database: Queryable,
  { key, witness, memory }: SignerDuty,
): Promise<SignResult> {
  const { size, verifierKey, published } = await readLog(database)
  if (verifierKey !== key.text) await claimKey(database, key)
  const witnessed = await witness.latest()
  const halted = await readAuditHalt(database)

  if (memory && memory.size > size) {
    throw new HaltError(
      'rollback',
      `This signer has signed ${memory.size} entries, and the log has only ${size}: its end was cut off, or an old backup ` +
        'was restored. Restore one that holds them; nothing is signed until then.',
    )
  }
  if (memory && memory.size > (witnessed?.size ?? 0)) throw witnessLost(memory, witnessed)
  if (published && published.size > (witnessed?.size ?? -1)) throw witnessLost(published, witnessed)
  const settled = witnessed !== undefined && published?.note === witnessed.note
  if (settled && witnessed.size === size && !halted) return { state: 'nothing_new', size }

  if (published) await requireInLog(database, size, openPublished(published.note, key), 'The database')
  if (witnessed) await requireInLog(database, size, witnessed, 'The witness')
  if (halted) {
    const message = `The log is consistent again with everything signed before (${size} entries).`
    await recordHalt(database, false, { code: halted.code, message })
  }
  // A signer that died between the witness and the database left its last checkpoint unpublished.
  if (witnessed && !settled) await publish(database, witnessed)
  if (witnessed && witnessed.size === size) return { state: 'nothing_new', size }

  const checkpoint = await signNext(database, { key, witness }, size, witnessed)
  await publish(database, checkpoint)
  return { state: 'signed', size }
}

async function signNext(
  database: Queryable,
  { key, witness }: SignerDuty,
  size: number,
  last: WitnessedCheckpoint | undefined,
): Promise<WitnessedCheckpoint> {
  const read = databaseTiles(database)
  const from = last?.size ?? 0
  const root = await treeRoot(read, size)
  const proof = await consistencyProof(read, from, size)
  if (
    last &&
    from > 0 &&
    !verifyConsistency({ size1: from, size2: size, root1: last.root, root2: root, proof })
  ) {
    throw new HaltError('fork', `The log's ${size} entries do not begin with the ${from} signed before.`)
  }
  const note = signNote(formatCheckpoint({ origin: key.name, size, root }), key)
  await witness.add(note, from, proof)
  return { origin: key.name, size, root, note }
}

async function requireInLog(
  database: Queryable,
  size: number,
  signed: Checkpoint,
  holder: string,
): Promise<void> {
  if (signed.size > size) {
    throw new HaltError(
      'rollback',
      `${holder} holds a signed checkpoint of ${signed.size} entries, but the log has only ${size}: an old backup was ` +
        'restored, or entries were removed. Restore a backup that holds them; nothing is signed until then.',
    )
  }
  const root = await treeRoot(databaseTiles(database), signed.size)
  if (!root.equals(signed.root)) {
    throw new HaltError(
      'fork',
      `The log's first ${signed.size} entries are not those of the checkpoint that ${holder.toLowerCase()} holds. ` +
        'Run `countersign audit verify` to find the first that differs; nothing is signed until then.',
    )
  }
}

function openPublished(note: string, key: SignerKey): Checkpoint {
  try {
    return openCheckpoint(note, [key])
  } catch (error) {
    if (!(error instanceof NoteError)) throw error
    throw new HaltError(
      'damaged',
      `The last checkpoint in the database is not one that was signed: ${error.message}`,
    )
  }
}

function witnessLost(published: { size: number }, witnessed: WitnessedCheckpoint | undefined): HaltError {
  const holds = witnessed ? `one of ${witnessed.size}` : 'none'
  return new HaltError(
    'witness_lost',
    `The witness accepted a checkpoint of ${published.size} entries and now holds ${holds}. Bring its files back; ` +
      'where they are lost, the guide on the audit log says how a new witness is started.',
  )
}

/** What forbids signing. Whatever is not one of these is a failure to find out, and is tried again. */
class HaltError extends Error {
  readonly code: AuditHaltCode
  constructor(code: AuditHaltCode, message: string) {
    super(message)
    this.name = 'HaltError'
    this.code = code
  }
}

function haltFor(error: unknown): Pick<AuditHalt, 'code' | 'message'> | undefined {
  if (error instanceof HaltError) return { code: error.code, message: error.message }
  if (error instanceof TileMissingError) return { code: 'damaged', message: error.message }
  if (!(error instanceof WitnessRefusalError)) return undefined
  switch (error.code) {
    case 'rollback':
    case 'fork':
      return { code: error.code, message: error.message }
    case 'damaged':
    case 'not_this_log':
      return { code: 'witness_damaged', message: error.message }
    case 'stale':
      return undefined
  }
}

type LogState = {
  size: number
  verifierKey: string | undefined
  published: { size: number; note: string } | undefined
}

async function readLog(database: Queryable): Promise<LogState> {
  const { rows } = await database.query<{
    size: string
    verifier_key: string | null
    tree_size: string | null
    note: string | null
  }>(`SELECT head.size, signer.verifier_key, last.tree_size, last.note
        FROM kernel.audit_head head
        LEFT JOIN LATERAL (SELECT verifier_key FROM kernel.audit_signer_key
                            ORDER BY valid_from_size DESC LIMIT 1) signer ON true
        LEFT JOIN LATERAL (SELECT tree_size, note FROM kernel.audit_checkpoint
                            ORDER BY tree_size DESC LIMIT 1) last ON true`)
  const row = rows[0]
  if (!row) throw new HaltError('damaged', 'The head of the audit log is gone from the database.')
  return {
    size: Number(row.size),
    verifierKey: row.verifier_key ?? undefined,
    published: row.note === null ? undefined : { size: Number(row.tree_size), note: row.note },
  }
}

async function claimKey(database: Queryable, key: SignerKey): Promise<void> {
  const { rows } = await database.query<{ verifier_key: string }>(
    'SELECT kernel.claim_audit_signer_key($1) AS verifier_key',
    [key.text],
  )
  const inForce = rows[0]?.verifier_key
  if (inForce !== key.text) {
    throw new HaltError(
      'key_changed',
      `The log is signed with the key ${inForce}, and this signer was given ${key.text}. Give it the log's own key.`,
    )
  }
}

async function publish(database: Queryable, { size, root, note }: WitnessedCheckpoint): Promise<void> {
  await database.query('SELECT kernel.publish_audit_checkpoint($1, $2, $3)', [size, root, note])
}

async function recordHalt(
  database: Queryable,
  halted: boolean,
  { code, message }: Pick<AuditHalt, 'code' | 'message'>,
): Promise<void> {
  await database.query('SELECT kernel.record_audit_halt($1, $2, $3)', [halted, code, message])
}

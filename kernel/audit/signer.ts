import type pg from 'pg'
import { type DutyLock, runAsLeader } from '../db/run-as-leader.ts'
import { type Duty, unwatched } from '../duties/duty-log.ts'
import { pause } from '../time/pause.ts'
import { type AuditHalt, type AuditHaltCode, readAuditHalt } from './audit-halt.ts'
import { databaseTiles, type Queryable } from './database-tiles.ts'
import { HaltError, haltFor, WHAT_TO_RESTORE } from './halt-error.ts'
import { consistencyProof, treeRoot, verifyConsistency } from './merkle.ts'
import { declaredForkFor, signFork } from './sign-fork.ts'
import {
  type Checkpoint,
  formatCheckpoint,
  NoteError,
  openCheckpoint,
  type SignerKey,
  signNote,
} from './signed-note.ts'
import { endHalt, type LogState, publish, readLog, recordHalt } from './signer-log.ts'
import { type HeldKeys, keysOf, offerKey, type Signing, signingKeys, takeRotation } from './signing-keys.ts'
import type { Witness, WitnessedCheckpoint } from './witness-directory.ts'

export const SIGN_INTERVAL_MS = 500
/** A halt ends only when the true log is back, which a person must bring about. */
export const HALT_RECHECK_INTERVAL_MS = 5_000
/** 'audi', and a number for each duty. */
const SIGNER_LOCK: DutyLock = [0x61756469, 2]

export type SignerDuty = HeldKeys & {
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
  /** Watches each round. */
  readonly duty?: Duty
  readonly standbyIntervalMs?: number
  /** Told of each failure to reach database or witness; signing is then taken up again. */
  readonly onProblem: (error: unknown) => void
  /** Told when the log ceases to be believed. The same stands in `kernel.audit_halt`. */
  readonly onHalt?: (halt: Pick<AuditHalt, 'code' | 'message'>) => void
}

/** Signs until aborted, a checkpoint per interval where there is something new. One process is in charge at a time. */
export function runSigner(options: SignerOptions): Promise<void> {
  const { signal, intervalMs = SIGN_INTERVAL_MS, duty = unwatched } = options
  const memory = { size: 0 }
  return runAsLeader({ ...options, lock: SIGNER_LOCK }, async (client) => {
    let told: AuditHaltCode | undefined
    while (!signal.aborted) {
      const result = await duty(() => signOnce(client, { ...options, memory }))
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
    await recordHalt(database, halt)
    return { state: 'halted', halt: { code: halt.code, message: halt.message } }
  }
}

async function signIfConsistent(database: Queryable, duty: SignerDuty): Promise<SignResult> {
  const { witness } = duty
  const log = await readLog(database)
  await offerKey(database, duty, log)
  const signing = await signingKeys(database, duty, log)
  const { size, published } = log
  const witnessed = await witness.latest()
  const halted = await readAuditHalt(database)

  const lost = await whatIsLost(database, duty, log, witnessed, halted !== undefined)
  if (lost instanceof HaltError) {
    const fork = lost.lost && (await declaredForkFor(database, size, lost.lost))
    if (!fork || !witnessed) throw lost
    const checkpoint = await signFork(database, witness, signing, log, lost.lost ?? witnessed, fork)
    await publish(database, checkpoint)
    await takeRotation(database, signing, size)
    if (halted) await endHalt(database, halted, size)
    return { state: 'signed', size }
  }
  const settled = witnessed !== undefined && published?.note === witnessed.note
  if (settled && witnessed.size === size && !halted) return { state: 'nothing_new', size }

  // A signer that died between the witness and the database left its last checkpoint unpublished.
  if (witnessed && !settled) {
    await publish(database, witnessed)
    await takeRotation(database, signing, witnessed.size)
  }
  if (witnessed && witnessed.size === size) {
    if (halted) await endHalt(database, halted, size)
    return { state: 'nothing_new', size }
  }

  const checkpoint = await signNext(database, witness, signing, size, witnessed)
  await publish(database, checkpoint)
  await takeRotation(database, signing, size)
  // Only now: a witness may have refused.
  if (halted) await endHalt(database, halted, size)
  return { state: 'signed', size }
}

/** Why the log as it stands is not the one that was signed; undefined where it is. */
async function whatIsLost(
  database: Queryable,
  duty: SignerDuty,
  { size, published }: LogState,
  witnessed: WitnessedCheckpoint | undefined,
  halted: boolean,
): Promise<HaltError | undefined> {
  const { memory } = duty
  if (memory && memory.size > size) {
    return new HaltError(
      'rollback',
      `This signer has signed ${memory.size} entries, and the log has only ${size}: its end was cut off, or an old backup ` +
        `was restored. ${WHAT_TO_RESTORE}`,
      // A witness that was cut off too knows less than the signer: what it holds is not what was lost.
      witnessed && witnessed.size >= memory.size ? witnessed : undefined,
    )
  }
  if (memory && memory.size > (witnessed?.size ?? 0)) throw witnessLost(memory, witnessed)
  if (published && published.size > (witnessed?.size ?? -1)) throw witnessLost(published, witnessed)
  const settled = witnessed !== undefined && published?.note === witnessed.note
  if (settled && witnessed.size === size && !halted) return undefined
  if (published) {
    const checkpoint = openPublished(published.note, keysOf(duty))
    const fault = await faultInLog(database, size, checkpoint, 'The database')
    if (fault) throw fault
  }
  return witnessed && faultInLog(database, size, witnessed, 'The witness', witnessed)
}

async function signNext(
  database: Queryable,
  witness: Witness,
  { keys }: Signing,
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
    throw new HaltError(
      'fork',
      `The log's ${size} entries do not begin with the ${from} signed before.`,
      last,
    )
  }
  const origin = keys[0].name
  const note = signNote(formatCheckpoint({ origin, size, root }), ...keys)
  const held = await witness.add(note, from, proof, (older) => consistencyProof(read, older, size))
  return { origin, size, root, note: held ?? note }
}

async function faultInLog(
  database: Queryable,
  size: number,
  signed: Checkpoint,
  holder: string,
  lost?: Checkpoint,
): Promise<HaltError | undefined> {
  if (signed.size > size) {
    return new HaltError(
      'rollback',
      `${holder} holds a signed checkpoint of ${signed.size} entries, but the log has only ${size}: an old backup was ` +
        `restored, or entries were removed. ${WHAT_TO_RESTORE}`,
      lost,
    )
  }
  const root = await treeRoot(databaseTiles(database), signed.size)
  if (root.equals(signed.root)) return undefined
  return new HaltError(
    'fork',
    `The log's first ${signed.size} entries are not those of the checkpoint that ${holder.toLowerCase()} holds. ` +
      'Run `countersign audit verify` to find the first that differs; nothing is signed until then.',
    lost,
  )
}

function openPublished(note: string, keys: readonly SignerKey[]): Checkpoint {
  try {
    return openCheckpoint(note, keys)
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

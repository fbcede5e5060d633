import type { Queryable } from './database-tiles.ts'
import { type Declared, declaredRotations, type RotationDeclaration } from './declared-in-log.ts'
import { HaltError } from './halt-error.ts'
import type { SignerKey } from './signed-note.ts'
import { claimKey, type LogState } from './signer-log.ts'

/** The keys that a signer holds. */
export type HeldKeys = {
  readonly key: SignerKey
  /** The key that a rotation goes to, or has gone to; held beside the other while the two change places. */
  readonly next?: SignerKey
}

/** What signs the tree as it stands: the key in force; on the first tree that holds a rotation, the new one too. */
export type Signing = {
  readonly keys: readonly [SignerKey, ...SignerKey[]]
  /** Taken once the checkpoint that both keys have signed is published. */
  readonly rotation?: Declared<RotationDeclaration>
}

export async function signingKeys(database: Queryable, duty: HeldKeys, log: LogState): Promise<Signing> {
  const inForce = log.verifierKey ?? (await claimKey(database, duty.key))
  const current = keysOf(duty).find(({ text }) => text === inForce)
  const rotation = (await declaredRotations(database, log.keyFrom)).find(
    ({ agreed, what }) => agreed.index < log.size && what.old_key === inForce,
  )
  if (!current) {
    throw new HaltError(
      'key_changed',
      `The log is signed with the key ${inForce}, and this signer was given ${duty.key.text}. Give it the log's own key.`,
    )
  }
  if (!rotation) return { keys: [current] }
  const following = keysOf(duty).find(({ text }) => text === rotation.what.new_key)
  if (!following) {
    throw new HaltError(
      'key_changed',
      `The entry at ${rotation.agreed.index} declares the key ${rotation.what.new_key}, which this signer was not given. ` +
        'Give it both keys: together they sign the checkpoint that covers the entry.',
    )
  }
  return { keys: [current, following], rotation }
}

/** From the next checkpoint on the new key signs alone. */
export async function takeRotation(
  database: Queryable,
  { rotation }: Signing,
  signedSize: number,
): Promise<void> {
  if (!rotation || rotation.agreed.index >= signedSize) return
  await database.query('SELECT kernel.take_audit_signer_key($1, $2)', [
    rotation.agreed.index,
    rotation.what.new_key,
  ])
}

/** Says which key a rotation may go to: the one that this signer holds and does not sign with yet. */
export async function offerKey(database: Queryable, { next }: HeldKeys, log: LogState): Promise<void> {
  const offered = next && next.text !== log.verifierKey ? next.text : null
  if (offered !== log.offeredKey) await database.query('SELECT kernel.offer_audit_key($1)', [offered])
}

export function keysOf({ key, next }: HeldKeys): readonly SignerKey[] {
  return next ? [key, next] : [key]
}

import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { NoteError } from './signed-note.ts'

/** C2SP signed note, signature type of a timestamped Ed25519 cosignature (tlog-cosignature). */
const COSIGNATURE = 0x04
const KEY_BYTES = 32
const ID_BYTES = 4
const TIME_BYTES = 8
const SIGNATURE_BYTES = 64
/** RFC 8410: what precedes the key in SubjectPublicKeyInfo. */
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')

/** Who cosigns; `name+hash+base64(0x04 ‖ 32 bytes)` is its text. */
export type CosignerKey = {
  readonly name: string
  readonly id: Buffer
  readonly publicKey: KeyObject
  readonly text: string
}

/** @param publicKey 32 bytes (RFC 8032) */
export function cosignerKey(name: string, publicKey: Uint8Array): CosignerKey {
  const typed = Buffer.concat([Buffer.from([COSIGNATURE]), publicKey])
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, ID_BYTES)
  const key = Buffer.concat([SPKI_ED25519, publicKey])
  return {
    name,
    id,
    publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
    text: `${name}+${id.toString('hex')}+${typed.toString('base64')}`,
  }
}

/** @throws NoteError unless it is the key of a cosigner, and its hash fits */
export function parseCosignerKey(text: string): CosignerKey {
  const [, name, hash, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? []
  const typed = Buffer.from(encoded ?? '', 'base64')
  if (name === undefined || typed[0] !== COSIGNATURE || typed.length !== 1 + KEY_BYTES) {
    throw new NoteError(
      'malformed_key',
      "A witness's key reads name+hash+base64 and is of type 0x04, Ed25519.",
    )
  }
  const key = cosignerKey(name, typed.subarray(1))
  if (key.id.toString('hex') !== hash) {
    throw new NoteError(
      'malformed_key',
      `The witness's key has the hash ${key.id.toString('hex')}, not ${hash}.`,
    )
  }
  return key
}

/**
 * The line that says: at this time, this was the largest tree of the log that the witness has seen.
 *
 * @param text of the checkpoint, without its signatures
 * @param atS seconds since 1970
 */
export function cosign(
  text: string,
  key: CosignerKey & { readonly privateKey: KeyObject },
  atS: number,
): string {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(atS))
  const signature = sign(null, cosigned(text, atS), key.privateKey)
  return `— ${key.name} ${Buffer.concat([key.id, time, signature]).toString('base64')}\n`
}

/** @returns when it was made, in seconds since 1970; undefined where the line is no cosignature of this text by this key */
export function verifyCosignature(line: string, text: string, key: CosignerKey): number | undefined {
  const [, name, encoded] = /^— (\S+) ([A-Za-z0-9+/]+=*)$/u.exec(line) ?? []
  const bytes = Buffer.from(encoded ?? '', 'base64')
  if (name !== key.name || bytes.length !== ID_BYTES + TIME_BYTES + SIGNATURE_BYTES) return undefined
  if (!bytes.subarray(0, ID_BYTES).equals(key.id)) return undefined
  const atS = Number(bytes.readBigUInt64BE(ID_BYTES))
  const signature = bytes.subarray(ID_BYTES + TIME_BYTES)
  return verify(null, cosigned(text, atS), key.publicKey, signature) ? atS : undefined
}

function cosigned(text: string, atS: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${atS}\n${text}`, 'utf8')
}

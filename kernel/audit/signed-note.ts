import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'

/** C2SP signed note: verifiers must accept at least 16; more than this is refused unread. */
const SIGNATURES_MAX = 100
/** C2SP signed note, signature types. */
const ED25519 = 0x01
const SEED_BYTES = 32
/** RFC 8410: what precedes the seed in PKCS #8, and the key in SubjectPublicKeyInfo. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')

/** Who may verify: `name+hash+base64` is its text (C-26). */
export type VerifierKey = {
  readonly name: string
  /** First four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), big-endian. */
  readonly id: number
  readonly publicKey: KeyObject
  readonly text: string
}

export type SignerKey = VerifierKey & { readonly privateKey: KeyObject }

export type OpenedNote = {
  /** Ends in a newline. */
  readonly text: string
  /** Those of the given keys whose signature is on the note and verifies; never empty. */
  readonly signedBy: readonly VerifierKey[]
}

/** A note that is malformed, signed by none of the known keys, or wrongly signed in the name of one. */
export class NoteError extends Error {
  readonly code:
    | 'malformed_key'
    | 'malformed_note'
    | 'unknown_signer'
    | 'bad_signature'
    | 'malformed_checkpoint'
  constructor(code: NoteError['code'], message: string) {
    super(message)
    this.name = 'NoteError'
    this.code = code
  }
}

/** @throws NoteError unless the text is `name+hash+base64`, the hash fits, and the key is Ed25519 */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name, hash, encoded] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? []
  const key = encoded === undefined ? undefined : decodeBase64(encoded)
  if (name === undefined || !isKeyName(name) || key === undefined) {
    throw new NoteError('malformed_key', 'A verifier key reads name+hash+base64.')
  }
  if (key[0] !== ED25519 || key.length !== 1 + SEED_BYTES) {
    throw new NoteError('malformed_key', 'The verifier key is not an Ed25519 key (type 0x01, 32 bytes).')
  }
  const verifier = verifierKey(name, key.subarray(1))
  if (hash !== hexId(verifier.id)) {
    throw new NoteError('malformed_key', `The verifier key's hash is ${hexId(verifier.id)}, not ${hash}.`)
  }
  return verifier
}

/** @param publicKey 32 bytes (RFC 8032) */
export function verifierKey(name: string, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name))
    throw new NoteError('malformed_key', 'A key name has no white space and no plus sign.')
  const typed = Buffer.concat([Buffer.from([ED25519]), publicKey])
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest().readUInt32BE()
  return {
    name,
    id,
    publicKey: createPublicKey({
      key: Buffer.concat([SPKI_ED25519, publicKey]),
      format: 'der',
      type: 'spki',
    }),
    text: `${name}+${hexId(id)}+${typed.toString('base64')}`,
  }
}

/** A new key. Keep the text secret; {@link parseSignerKey} reads it. */
export function generateSignerKey(name: string): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-SEED_BYTES)
  const typed = Buffer.concat([Buffer.from([ED25519]), seed]).toString('base64')
  return `PRIVATE+KEY+${name}+${hexId(signerKey(name, seed).id)}+${typed}`
}

/** Reads the form that Go's `sumdb/note` gave private keys: `PRIVATE+KEY+name+hash+base64(0x01 ‖ seed)`. */
export function parseSignerKey(text: string): SignerKey {
  const [, name, hash, encoded] = /^PRIVATE\+KEY\+([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? []
  const key = encoded === undefined ? undefined : decodeBase64(encoded)
  if (name === undefined || !isKeyName(name) || key?.[0] !== ED25519 || key.length !== 1 + SEED_BYTES) {
    throw new NoteError('malformed_key', 'A signing key reads PRIVATE+KEY+name+hash+base64 and is Ed25519.')
  }
  const signer = signerKey(name, key.subarray(1))
  if (hash !== hexId(signer.id)) {
    throw new NoteError('malformed_key', `The signing key's hash is ${hexId(signer.id)}, not ${hash}.`)
  }
  return signer
}

/**
 * Signs a text, which must end in a newline.
 *
 * @returns the note: text, empty line, a signature line for each key
 */
export function signNote(text: string, ...keys: readonly SignerKey[]): string {
  if (!isNoteText(text) || !text.endsWith('\n')) {
    throw new NoteError('malformed_note', 'A note is UTF-8 without control characters and ends in a newline.')
  }
  const lines = keys.map((key) => {
    const id = Buffer.allocUnsafe(4)
    id.writeUInt32BE(key.id)
    const signature = sign(null, Buffer.from(text, 'utf8'), key.privateKey)
    return `— ${key.name} ${Buffer.concat([id, signature]).toString('base64')}\n`
  })
  return `${text}\n${lines.join('')}`
}

/**
 * Checks a note against the keys one trusts. Signatures of other keys are ignored (C2SP), so that a rotation or a
 * witness may add its own.
 *
 * @throws NoteError `malformed_note`, `bad_signature`, or `unknown_signer` when none of the keys has signed
 */
export function openNote(note: string, keys: readonly VerifierKey[]): OpenedNote {
  const split = note.lastIndexOf('\n\n')
  if (!isNoteText(note) || split < 0 || !note.endsWith('\n')) {
    throw new NoteError('malformed_note', 'The note has no signatures.')
  }
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > SIGNATURES_MAX) {
    throw new NoteError('malformed_note', `The note has more than ${SIGNATURES_MAX} signatures.`)
  }
  const signedBy = new Set<VerifierKey>()
  for (const { name, id, signature } of lines.map(signatureLine)) {
    const key = keys.find((known) => known.name === name && known.id === id)
    if (!key) continue
    if (!verify(null, Buffer.from(text, 'utf8'), key.publicKey, signature)) {
      throw new NoteError('bad_signature', `The signature of ${name}+${hexId(id)} does not verify.`)
    }
    signedBy.add(key)
  }
  if (signedBy.size === 0)
    throw new NoteError('unknown_signer', 'The note is signed by none of the known keys.')
  return { text, signedBy: [...signedBy] }
}

/** C2SP tlog-checkpoint. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Buffer }

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`
}

/** @throws NoteError `malformed_checkpoint`; extension lines are accepted and ignored */
export function parseCheckpoint(text: string): Checkpoint {
  const [, origin, digits, encoded, extensions] =
    /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]+=*)\n((?:[^\n]+\n)*)$/.exec(text) ?? []
  const root = encoded === undefined ? undefined : decodeBase64(encoded)
  const size = Number(digits)
  if (origin === undefined || extensions === undefined || root === undefined || !Number.isSafeInteger(size)) {
    throw new NoteError(
      'malformed_checkpoint',
      'A checkpoint reads: origin, tree size, base64 root, a line each.',
    )
  }
  return { origin, size, root }
}

/** Opens a note and reads it as a checkpoint. */
export function openCheckpoint(note: string, keys: readonly VerifierKey[]): Checkpoint {
  return parseCheckpoint(openNote(note, keys).text)
}

function signerKey(name: string, seed: Uint8Array): SignerKey {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return { ...verifierKey(name, spki.subarray(-SEED_BYTES)), privateKey }
}

function signatureLine(line: string): { name: string; id: number; signature: Buffer } {
  const [, name, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? []
  const bytes = encoded === undefined ? undefined : decodeBase64(encoded)
  if (name === undefined || !isKeyName(name) || bytes === undefined || bytes.length < 5) {
    throw new NoteError('malformed_note', 'A signature line reads: em dash, key name, base64.')
  }
  return { name, id: bytes.readUInt32BE(), signature: bytes.subarray(4) }
}

function isKeyName(name: string): boolean {
  // U+0085 is white space to Unicode, though not to \s.
  return name !== '' && !/[\s+\u0085]/.test(name) && name.isWellFormed()
}

function isNoteText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: C2SP signed note forbids exactly these.
  return !/[\u0000-\u0009\u000b-\u001f]/.test(text) && text.isWellFormed()
}

/** Strict RFC 4648 §4: what does not encode back to the same text is refused. */
function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

function hexId(id: number): string {
  return id.toString(16).padStart(8, '0')
}

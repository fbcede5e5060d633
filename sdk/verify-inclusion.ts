import type { InclusionProof } from './wire/audit.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** A checkpoint of the log: the signed statement "a tree of this size has this root" (C2SP tlog-checkpoint). */
export type Checkpoint = {
  origin: string
  size: number
  root: Bytes
  signed: string
  signatures: NoteSignature[]
}

type NoteSignature = { name: string; keyId: Bytes; signature: Bytes }

/** What a check found. `leaf` is hex, `root` base64 as in a checkpoint; `why` says which step failed. */
export type InclusionResult =
  | {
      ok: true
      leaf: string
      root: string
      size: number
      index: number
      origin: string
      signature: 'verified' | 'unsupported'
    }
  | { ok: false; why: 'leaf_not_in_tree' | 'checkpoint_differs' | 'signature_wrong' | 'malformed' }

/** C2SP signed-note: the algorithm byte of Ed25519 in a verifier key. */
const ED25519_ALGORITHM = 0x01
const KEY_ID_BYTES = 4

/**
 * Proves that `canonical` is a leaf of the log: hashes it (RFC 6962 §2.1), climbs the audit path to a root, compares
 * that with the checkpoint's, and verifies the checkpoint's Ed25519 signature under `verifierKey`
 * (`name+hash+base64`, C2SP signed-note). Nothing is asked of the server.
 */
export async function verifyInclusion(
  canonical: Bytes,
  proof: InclusionProof,
  verifierKey: string,
): Promise<InclusionResult> {
  let checkpoint: Checkpoint
  let path: Bytes[]
  try {
    checkpoint = parseCheckpoint(proof.checkpoint)
    path = proof.inclusion_path.map(fromBase64)
  } catch {
    return { ok: false, why: 'malformed' }
  }
  if (checkpoint.size !== proof.tree_size) return { ok: false, why: 'checkpoint_differs' }
  const leaf = await leafHash(canonical)
  const root = await rootFromPath(leaf, proof.leaf_index, proof.tree_size, path)
  if (root === null || !equalBytes(root, checkpoint.root)) return { ok: false, why: 'leaf_not_in_tree' }
  const signature = await verifySignature(checkpoint, verifierKey)
  if (signature === 'wrong') return { ok: false, why: 'signature_wrong' }
  return {
    ok: true,
    leaf: toHex(leaf),
    root: toBase64(root),
    size: checkpoint.size,
    index: proof.leaf_index,
    origin: checkpoint.origin,
    signature,
  }
}

/** RFC 6962 §2.1: the hash of a leaf is SHA-256(0x00 ‖ entry). */
export function leafHash(canonical: Bytes): Promise<Bytes> {
  return sha256(concat(Uint8Array.of(0x00), canonical))
}

/**
 * The root that an audit path leads to (RFC 9162 §2.1.3.2), or null where the path's length does not fit a tree of
 * that size.
 */
export async function rootFromPath(
  leaf: Bytes,
  index: number,
  size: number,
  path: Bytes[],
): Promise<Bytes | null> {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null
  let node = index
  let last = size - 1
  let hash = leaf
  for (const sibling of path) {
    if (last === 0 || sibling.length !== 32) return null
    if (node % 2 === 1 || node === last) {
      hash = await nodeHash(sibling, hash)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else {
      hash = await nodeHash(hash, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 ? hash : null
}

/** Reads a signed checkpoint (C2SP tlog-checkpoint in a signed-note). Throws on anything else. */
export function parseCheckpoint(note: string): Checkpoint {
  const split = note.indexOf('\n\n')
  if (split < 0) throw new Error('A signed note has an empty line before its signatures.')
  const signed = note.slice(0, split + 1)
  const [origin, size, root] = signed.split('\n')
  if (origin === undefined || size === undefined || root === undefined || !/^(0|[1-9]\d*)$/.test(size)) {
    throw new Error('A checkpoint opens with origin, size and root, a line each.')
  }
  const signatures: NoteSignature[] = []
  for (const line of note.slice(split + 2).split('\n')) {
    const match = /^— (\S+) (\S+)$/.exec(line)
    if (match === null) continue
    const [, name, encoded] = match
    if (name === undefined || encoded === undefined) continue
    const bytes = fromBase64(encoded)
    signatures.push({ name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) })
  }
  const rootBytes = fromBase64(root)
  if (rootBytes.length !== 32) throw new Error('A root is 32 bytes.')
  return { origin, size: Number(size), root: rootBytes, signed, signatures }
}

/** Verifies a checkpoint's signature; `unsupported` where this runtime has no Ed25519. */
export async function verifySignature(
  checkpoint: Checkpoint,
  verifierKey: string,
): Promise<'verified' | 'unsupported' | 'wrong'> {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(verifierKey.trim())
  const [, name, keyIdHex, encoded] = parts ?? []
  if (name === undefined || keyIdHex === undefined || encoded === undefined) return 'wrong'
  const keyBytes = fromBase64(encoded)
  if (keyBytes[0] !== ED25519_ALGORITHM || keyBytes.length !== 33) return 'wrong'
  const derived = await sha256(concat(new TextEncoder().encode(`${name}\n`), keyBytes))
  if (toHex(derived.slice(0, KEY_ID_BYTES)) !== keyIdHex) return 'wrong'
  const own = checkpoint.signatures.find((one) => one.name === name && toHex(one.keyId) === keyIdHex)
  if (own === undefined) return 'wrong'
  let key: Awaited<ReturnType<typeof crypto.subtle.importKey>>
  try {
    key = await crypto.subtle.importKey('raw', keyBytes.slice(1), { name: 'Ed25519' }, false, ['verify'])
  } catch {
    return 'unsupported'
  }
  const signed = new TextEncoder().encode(checkpoint.signed)
  const good = await crypto.subtle.verify({ name: 'Ed25519' }, key, own.signature, signed)
  return good ? 'verified' : 'wrong'
}

/** As a checkpoint has its root, so that one can be held against the other. */
export function toBase64(bytes: Bytes): string {
  return btoa(String.fromCharCode(...bytes))
}

/** Lower-case hex of bytes. */
function toHex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** RFC 6962 §2.1: the hash of a node is SHA-256(0x01 ‖ left ‖ right). */
function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(concat(Uint8Array.of(0x01), left, right))
}

async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

function concat(...parts: Bytes[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

function equalBytes(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

function fromBase64(text: string): Bytes {
  const binary = atob(text)
  return Uint8Array.from(binary, (char) => char.charCodeAt(0))
}

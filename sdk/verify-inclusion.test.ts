import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { verifyInclusion } from './verify-inclusion.ts'

const sha = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const leafOf = (entry: Uint8Array) => sha(Uint8Array.of(0), entry)

/** Merkle tree hash and audit path, word for word from RFC 6962 §2.1 and §2.1.1. */
function treeHash(entries: Uint8Array[]): Buffer {
  const [only] = entries
  if (only === undefined) return sha()
  if (entries.length === 1) return leafOf(only)
  const k = splitPoint(entries.length)
  return sha(Uint8Array.of(1), treeHash(entries.slice(0, k)), treeHash(entries.slice(k)))
}
function auditPath(m: number, entries: Uint8Array[]): Buffer[] {
  if (entries.length === 1) return []
  const k = splitPoint(entries.length)
  return m < k
    ? [...auditPath(m, entries.slice(0, k)), treeHash(entries.slice(k))]
    : [...auditPath(m - k, entries.slice(k)), treeHash(entries.slice(0, k))]
}
function splitPoint(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
const origin = 'log.example'
const keyBytes = Buffer.concat([Buffer.of(1), raw])
const keyId = sha(Buffer.from(`${origin}\n`), keyBytes).subarray(0, 4)
const verifierKey = `${origin}+${keyId.toString('hex')}+${keyBytes.toString('base64')}`

function logOf(entries: Uint8Array<ArrayBuffer>[]) {
  const body = `${origin}\n${entries.length}\n${treeHash(entries).toString('base64')}\n`
  const signature = Buffer.concat([keyId, sign(null, Buffer.from(body), privateKey)]).toString('base64')
  const checkpoint = `${body}\n— ${origin} ${signature}\n`
  return {
    proofOf: (index: number) => ({
      leaf_index: index,
      tree_size: entries.length,
      inclusion_path: auditPath(index, entries).map((hash) => hash.toString('base64')),
      checkpoint,
    }),
  }
}

const entriesOf = (size: number) => Array.from({ length: size }, (_, n) => Buffer.from(`entry ${n}`))
const entryAt = (entries: Uint8Array<ArrayBuffer>[], index: number): Uint8Array<ArrayBuffer> => {
  const entry = entries[index]
  if (entry === undefined) throw new Error(`no entry ${index}`)
  return entry
}

describe('K-34 an inclusion proof is checked without asking the server', () => {
  test('K-34 every leaf of every tree up to 40 entries is proved', async () => {
    for (let size = 1; size <= 40; size += 1) {
      const entries = entriesOf(size)
      const log = logOf(entries)
      for (let index = 0; index < size; index += 1) {
        const result = await verifyInclusion(entryAt(entries, index), log.proofOf(index), verifierKey)
        // The root as the checkpoint has it, and the command line says it.
        const root = treeHash(entries).toString('base64')
        expect(result).toMatchObject({ ok: true, index, size, root, signature: 'verified' })
      }
    }
  })

  test('K-34 an altered entry, position or path is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 2, max: 60 })
          .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1), fc.nat(255))),
        async ([size, index, flip]) => {
          const entries = entriesOf(size)
          const proof = logOf(entries).proofOf(index)
          const altered = Buffer.concat([entryAt(entries, index), Buffer.of(flip)])
          expect(await verifyInclusion(altered, proof, verifierKey)).toEqual({
            ok: false,
            why: 'leaf_not_in_tree',
          })
          const moved = { ...proof, leaf_index: (index + 1) % size }
          expect((await verifyInclusion(entryAt(entries, index), moved, verifierKey)).ok).toBe(false)
          const cut = { ...proof, inclusion_path: proof.inclusion_path.slice(1) }
          expect((await verifyInclusion(entryAt(entries, index), cut, verifierKey)).ok).toBe(false)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('K-34 a checkpoint that another key signed is refused', async () => {
    const entries = entriesOf(5)
    const proof = logOf(entries).proofOf(3)
    const other = generateKeyPairSync('ed25519')
      .publicKey.export({ format: 'der', type: 'spki' })
      .subarray(-32)
    const otherBytes = Buffer.concat([Buffer.of(1), other])
    const otherId = sha(Buffer.from(`${origin}\n`), otherBytes)
      .subarray(0, 4)
      .toString('hex')
    const otherKey = `${origin}+${otherId}+${otherBytes.toString('base64')}`
    const result = await verifyInclusion(entryAt(entries, 3), proof, otherKey)
    expect(result).toEqual({ ok: false, why: 'signature_wrong' })
  })

  test('K-34 a checkpoint whose size was rewritten is refused', async () => {
    const entries = entriesOf(6)
    const proof = logOf(entries).proofOf(2)
    const rewritten = { ...proof, checkpoint: proof.checkpoint.replace('\n6\n', '\n7\n') }
    expect(await verifyInclusion(entryAt(entries, 2), rewritten, verifierKey)).toEqual({
      ok: false,
      why: 'checkpoint_differs',
    })
    const both = { ...rewritten, tree_size: 7 }
    expect((await verifyInclusion(entryAt(entries, 2), both, verifierKey)).ok).toBe(false)
  })
})

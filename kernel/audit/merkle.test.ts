import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  leafHash,
  nodeHash,
  type TileReader,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'
import { growTree } from './sequencer.ts'
import { createCheck, leafHash as independentLeafHash } from './verify-log.mjs'

// RFC 6962 §2.1, word by word, over plain arrays; shares nothing with the code under test.
const H = (...parts: (Buffer | number[])[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(Buffer.from(part))
  return hash.digest()
}
const split = (n: number) => {
  let k = 1
  while (k << 1 < n) k <<= 1
  return k
}
const MTH = (D: Buffer[]): Buffer => {
  if (D.length === 0) return H()
  if (D.length === 1) return H([0], D[0] as Buffer)
  const k = split(D.length)
  return H([1], MTH(D.slice(0, k)), MTH(D.slice(k)))
}
const PATH = (m: number, D: Buffer[]): Buffer[] => {
  if (D.length === 1) return []
  const k = split(D.length)
  return m < k
    ? [...PATH(m, D.slice(0, k)), MTH(D.slice(k))]
    : [...PATH(m - k, D.slice(k)), MTH(D.slice(0, k))]
}
const SUBPROOF = (m: number, D: Buffer[], b: boolean): Buffer[] => {
  if (m === D.length) return b ? [] : [MTH(D)]
  const k = split(D.length)
  return m <= k
    ? [...SUBPROOF(m, D.slice(0, k), b), MTH(D.slice(k))]
    : [...SUBPROOF(m - k, D.slice(k), false), MTH(D.slice(0, k))]
}

/** The published inputs of the RFC 6962 reference trees (transparency-dev/merkle, testonly/constants.go). */
const INPUTS = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'))
const PUBLISHED_ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

/** A tree grown in the given batches, as the sequencer grows it, kept in memory. */
async function growInBatches(entries: Buffer[], batches: number[]): Promise<TileReader> {
  const tiles = new Map<string, Buffer>()
  const roots = new Map<string, Buffer>()
  const leaves: Buffer[] = []
  let tail: Buffer = Buffer.alloc(0)
  const read: TileReader = async (level, index, width) => {
    const full = tiles.get(`${level}/${index}`)
    if (full && width === 256) return full
    const first = index * 256
    if (level === 0) return Buffer.concat(leaves.slice(first, first + width))
    return Buffer.concat(
      Array.from({ length: width }, (_, at) => roots.get(`${level - 1}/${first + at}`) ?? Buffer.alloc(0)),
    )
  }
  for (let at = 0, batch = 0; at < entries.length; batch += 1) {
    const count = batches[batch % batches.length] ?? entries.length
    const added = entries.slice(at, at + count).map((entry) => leafHash(entry))
    const grown = await growTree(read, leaves.length, tail, added)
    leaves.push(...added)
    tail = grown.tail
    for (const tile of grown.tiles) {
      tiles.set(`${tile.level}/${tile.index}`, tile.hashes)
      roots.set(`${tile.level}/${tile.index}`, tile.root)
    }
    at += count
  }
  return read
}

const entriesOf = (count: number) => Array.from({ length: count }, (_, at) => Buffer.from(`entry ${at}`))

describe('RFC 6962', () => {
  test('K-33 published roots of the reference trees', async () => {
    const read = await growInBatches(INPUTS, [3])
    for (const [size, root] of PUBLISHED_ROOTS.entries()) {
      expect((await treeRoot(read, size)).toString('hex'), `tree of ${size}`).toBe(root)
    }
    expect(EMPTY_ROOT.toString('hex')).toBe(PUBLISHED_ROOTS[0])
  })

  test('K-33 a published inclusion proof is made and verified', async () => {
    const read = await growInBatches(INPUTS, [8])
    // transparency-dev/merkle, testdata/inclusion/1/happy-path.json
    const published = [
      'lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=',
      'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
      'a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=',
    ]
    const proof = await inclusionProof(read, 0, 8)
    expect(proof.map((hash) => hash.toString('base64'))).toEqual(published)
    const root = Buffer.from(PUBLISHED_ROOTS[8] ?? '', 'hex')
    const leaf = leafHash(INPUTS[0] ?? Buffer.alloc(0))
    expect(verifyInclusion({ leafHash: leaf, index: 0, size: 8, proof, root })).toBe(true)
    expect(verifyInclusion({ leafHash: leaf, index: 1, size: 8, proof, root })).toBe(false)
    expect(verifyInclusion({ leafHash: leaf, index: 0, size: 8, proof: proof.slice(1), root })).toBe(false)
    expect(verifyInclusion({ leafHash: leaf, index: 0, size: 8, proof: [...proof, root], root })).toBe(false)
    expect(verifyInclusion({ leafHash: leaf, index: 8, size: 8, proof, root })).toBe(false)
  })

  test('K-33 roots and proofs equal the definitions, whatever the batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_100 }),
        fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.nat(),
        async (size, batches, m, n) => {
          const entries = entriesOf(size)
          const read = await growInBatches(entries, batches)
          const size1 = 1 + (n % size)
          const index = m % size1
          const older = entries.slice(0, size1)

          expect(await treeRoot(read, size)).toEqual(MTH(entries))
          expect(await treeRoot(read, size1)).toEqual(MTH(older))
          const inclusion = await inclusionProof(read, index, size1)
          expect(inclusion).toEqual(PATH(index, older))
          const consistency = await consistencyProof(read, size1, size)
          expect(consistency).toEqual(size1 === size ? [] : SUBPROOF(size1, entries, true))

          const leaf = leafHash(entries[index] ?? Buffer.alloc(0))
          expect(
            verifyInclusion({ leafHash: leaf, index, size: size1, proof: inclusion, root: MTH(older) }),
          ).toBe(true)
          expect(
            verifyConsistency({
              size1,
              size2: size,
              root1: MTH(older),
              root2: MTH(entries),
              proof: consistency,
            }),
          ).toBe(true)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('K-33 a proof with any bit changed, or for another leaf, is refused', async () => {
    const entries = entriesOf(300)
    const read = await growInBatches(entries, [300])
    const root = MTH(entries)
    await fc.assert(
      fc.asyncProperty(fc.nat(299), fc.nat(), fc.nat(), async (index, step, bit) => {
        const proof = await inclusionProof(read, index, 300)
        const leaf = leafHash(entries[index] ?? Buffer.alloc(0))
        const damaged = proof.map((hash) => Buffer.from(hash))
        const hit = damaged[step % damaged.length]
        const byte = (bit >> 3) % 32
        hit?.writeUInt8(hit.readUInt8(byte) ^ (1 << (bit & 7)), byte)
        expect(verifyInclusion({ leafHash: leaf, index, size: 300, proof: damaged, root })).toBe(false)
        const other = (index + 1 + (bit % 298)) % 300
        expect(verifyInclusion({ leafHash: leaf, index: other, size: 300, proof, root })).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  test('K-33 a tree two levels of tiles high', async () => {
    const entries = entriesOf(70_000)
    const read = await growInBatches(entries, [4_096])
    const root = MTH(entries)
    expect(await treeRoot(read, 70_000)).toEqual(root)
    const proof = await inclusionProof(read, 65_537, 70_000)
    const leaf = leafHash(entries[65_537] ?? Buffer.alloc(0))
    expect(verifyInclusion({ leafHash: leaf, index: 65_537, size: 70_000, proof, root })).toBe(true)
    const root1 = await treeRoot(read, 65_536)
    expect(
      verifyConsistency({
        size1: 65_536,
        size2: 70_000,
        root1,
        root2: root,
        proof: await consistencyProof(read, 65_536, 70_000),
      }),
    ).toBe(true)
  })

  test('K-33 the stand-alone verifier computes the same tree by itself', async () => {
    for (const size of [0, 1, 2, 255, 256, 257, 513]) {
      const entries = entriesOf(size)
      const check = createCheck({ treeSize: size, complete: true })
      for (let first = 0; first < size; first += 256) {
        const tile = entries.slice(first, first + 256)
        check.tile(first / 256, Buffer.concat(tile.map((entry) => leafHash(entry))))
        for (const [at, entry] of tile.entries()) check.entry(first + at, entry)
      }
      expect(check.finish().root).toBe(MTH(entries).toString('base64'))
    }
    expect(independentLeafHash(Buffer.from('x'))).toEqual(leafHash(Buffer.from('x')))
    expect(nodeHash(EMPTY_ROOT, EMPTY_ROOT)).toEqual(H([1], EMPTY_ROOT, EMPTY_ROOT))
  })
})

const vectors = join(
  process.env.COUNTERSIGN_DATA ?? resolve('../shared/data'),
  'D13_merkle_vectors_dev/testdata/consistency',
)
type ConsistencyVector = {
  size1: number
  size2: number
  root1: string
  root2: string
  proof: string[] | null
  desc: string
  wantErr: boolean
}

test.skipIf(!existsSync(vectors))('K-33 consistency vectors: 6 verify, 92 are refused', () => {
  const counts = { verified: 0, refused: 0 }
  for (const name of readdirSync(vectors, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.json')) continue
    const vector = JSON.parse(readFileSync(join(vectors, name), 'utf8')) as ConsistencyVector
    const verified = verifyConsistency({
      size1: vector.size1,
      size2: vector.size2,
      root1: Buffer.from(vector.root1, 'base64'),
      root2: Buffer.from(vector.root2, 'base64'),
      proof: (vector.proof ?? []).map((hash) => Buffer.from(hash, 'base64')),
    })
    expect(verified, `${name}: ${vector.desc}`).toBe(!vector.wantErr)
    counts[verified ? 'verified' : 'refused'] += 1
  }
  expect(counts).toEqual({ verified: 6, refused: 92 })
})

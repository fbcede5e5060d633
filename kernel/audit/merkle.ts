import { createHash, hash } from 'node:crypto'

/** Bytes of a SHA-256 hash. */
export const HASH_BYTES = 32
/** C2SP tlog-tiles: a tile is 8 levels of the tree, stored as its bottom row. */
export const TILE_HEIGHT = 8
export const TILE_WIDTH = 256

/**
 * Reads the first `width` hashes (1 to 256) of a tile, concatenated. At level 0 the hashes are those of leaves; at
 * level n each is the root of a full tile of level n − 1.
 */
export type TileReader = (level: number, index: number, width: number) => Promise<Buffer>

/** RFC 6962 §2.1: the root of no leaves. */
export const EMPTY_ROOT = createHash('sha256').digest()

/** RFC 6962 §2.1: SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF_PREFIX).update(entry).digest()
}

/** RFC 6962 §2.1: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    // A step of somebody's proof may be of any length; then it proves nothing.
    return createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest()
  }
  const node = Buffer.allocUnsafe(HASH_BYTES)
  writeNodeHash(left, right, node, 0)
  return node
}

/** To ask for hexadecimal and write it costs a seventh of a hash object that gives a Buffer. */
function writeNodeHash(left: Uint8Array, right: Uint8Array, out: Buffer, at: number): void {
  nodeInput.set(left, 1)
  nodeInput.set(right, 1 + HASH_BYTES)
  out.write(hash('sha256', nodeInput, 'hex'), at, 'hex')
}

/**
 * The root over a power of two of neighbouring hashes.
 *
 * @param hashes concatenated, 32 bytes each
 */
export function rootOfRow(hashes: Buffer): Buffer {
  let row = hashes
  while (row.length > HASH_BYTES) {
    const above = Buffer.allocUnsafe(row.length / 2)
    for (let at = 0; at < row.length; at += 2 * HASH_BYTES) {
      const [left, right] = [at, at + HASH_BYTES]
      writeNodeHash(row.subarray(left, right), row.subarray(right, right + HASH_BYTES), above, at / 2)
    }
    row = above
  }
  return Buffer.from(row)
}

/** RFC 6962 §2.1: the root of the tree of the first `size` leaves. */
export async function treeRoot(read: TileReader, size: number): Promise<Buffer> {
  requireSize('size', size)
  return size === 0 ? EMPTY_ROOT : subtree(readingOnce(read), size)(0, size)
}

/**
 * The hash over the leaves `index * 2^level` to `(index + 1) * 2^level`, which must all be in the tree.
 *
 * @param size of the tree, which says how wide its tiles are
 */
export async function completeNode(
  read: TileReader,
  size: number,
  level: number,
  index: number,
): Promise<Buffer> {
  const tileLevel = Math.floor(level / TILE_HEIGHT)
  const span = 2 ** (level % TILE_HEIGHT)
  const first = index * span
  const tileIndex = Math.floor(first / TILE_WIDTH)
  const available = Math.floor(size / TILE_WIDTH ** tileLevel) - tileIndex * TILE_WIDTH
  const offset = first % TILE_WIDTH
  const tile = await read(tileLevel, tileIndex, Math.min(available, TILE_WIDTH))
  return rootOfRow(tile.subarray(offset * HASH_BYTES, (offset + span) * HASH_BYTES))
}

/**
 * RFC 6962 §2.1.1: the hashes that lead from a leaf to the root, from the leaf up.
 *
 * @param index of the leaf, below `size`
 */
export async function inclusionProof(read: TileReader, index: number, size: number): Promise<Buffer[]> {
  requireSize('size', size)
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`There is no leaf ${index} in a tree of ${size}.`)
  }
  const hashOf = subtree(readingOnce(read), size)
  const path = async (start: number, end: number): Promise<Buffer[]> => {
    if (end - start === 1) return []
    const middle = start + largestPowerOfTwoBelow(end - start)
    return index < middle
      ? [...(await path(start, middle)), await hashOf(middle, end)]
      : [...(await path(middle, end)), await hashOf(start, middle)]
  }
  return path(0, size)
}

/**
 * RFC 6962 §2.1.2: the hashes that show the first `size1` leaves of the tree of `size2` to be the tree of `size1`.
 * From an empty tree, and between equal sizes, the proof is empty.
 */
export async function consistencyProof(read: TileReader, size1: number, size2: number): Promise<Buffer[]> {
  requireSize('size1', size1)
  requireSize('size2', size2)
  if (size1 > size2) throw new RangeError(`A tree does not shrink from ${size1} to ${size2}.`)
  if (size1 === 0 || size1 === size2) return []
  const hashOf = subtree(readingOnce(read), size2)
  const subproof = async (end1: number, start: number, end: number, known: boolean): Promise<Buffer[]> => {
    if (end1 === end) return known ? [] : [await hashOf(start, end)]
    const middle = start + largestPowerOfTwoBelow(end - start)
    return end1 <= middle
      ? [...(await subproof(end1, start, middle, known)), await hashOf(middle, end)]
      : [...(await subproof(end1, middle, end, false)), await hashOf(start, middle)]
  }
  return subproof(size1, 0, size2, true)
}

export type InclusionClaim = {
  readonly leafHash: Uint8Array
  readonly index: number
  readonly size: number
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}

/** RFC 9162 §2.1.3.2. */
export function verifyInclusion({ leafHash, index, size, proof, root }: InclusionClaim): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false
  let fn = BigInt(index)
  let sn = BigInt(size) - 1n
  let hash: Uint8Array = leafHash
  for (const step of proof) {
    if (sn === 0n) return false
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(step, hash)
      while (!isOdd(fn) && fn !== 0n) {
        fn >>= 1n
        sn >>= 1n
      }
    } else {
      hash = nodeHash(hash, step)
    }
    fn >>= 1n
    sn >>= 1n
  }
  return sn === 0n && Buffer.compare(hash, root) === 0
}

export type ConsistencyClaim = {
  readonly size1: number
  readonly size2: number
  readonly root1: Uint8Array
  readonly root2: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/**
 * RFC 9162 §2.1.4.2. From an empty tree nothing can be shown, so that is false; a caller to whom any tree is
 * consistent with none says so itself.
 */
export function verifyConsistency({ size1, size2, root1, root2, proof }: ConsistencyClaim): boolean {
  if (!isSize(size1) || !isSize(size2) || size1 === 0 || size1 > size2) return false
  if (size1 === size2) return proof.length === 0 && Buffer.compare(root1, root2) === 0
  const steps = Number.isInteger(Math.log2(size1)) ? [root1, ...proof] : [...proof]
  const [first, ...rest] = steps
  if (first === undefined || proof.length === 0) return false
  let fn = BigInt(size1) - 1n
  let sn = BigInt(size2) - 1n
  while (isOdd(fn)) {
    fn >>= 1n
    sn >>= 1n
  }
  let hash1: Uint8Array = first
  let hash2: Uint8Array = first
  for (const step of rest) {
    if (sn === 0n) return false
    if (isOdd(fn) || fn === sn) {
      hash1 = nodeHash(step, hash1)
      hash2 = nodeHash(step, hash2)
      while (!isOdd(fn) && fn !== 0n) {
        fn >>= 1n
        sn >>= 1n
      }
    } else {
      hash2 = nodeHash(hash2, step)
    }
    fn >>= 1n
    sn >>= 1n
  }
  return sn === 0n && Buffer.compare(hash1, root1) === 0 && Buffer.compare(hash2, root2) === 0
}

const LEAF_PREFIX = Buffer.from([0])
const NODE_PREFIX = Buffer.from([1])
/** RFC 6962 §2.1: 0x01 ‖ left ‖ right. */
const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

/** MTH(D[start:end]) for the ranges that RFC 6962's recursion meets: each starts at a multiple of its own width. */
function subtree(read: TileReader, size: number): (start: number, end: number) => Promise<Buffer> {
  const hashOf = async (start: number, end: number): Promise<Buffer> => {
    const width = end - start
    const left = largestPowerOfTwoBelow(width)
    if (width === 1 || left * 2 === width) {
      return completeNode(read, size, Math.log2(width), start / width)
    }
    return nodeHash(await hashOf(start, start + left), await hashOf(start + left, end))
  }
  return hashOf
}

/** The steps of one proof share most of their tiles. */
function readingOnce(read: TileReader): TileReader {
  const tiles = new Map<string, Promise<Buffer>>()
  return (level, index, width) => {
    const key = `${level}/${index}/${width}`
    const known = tiles.get(key)
    if (known) return known
    const tile = read(level, index, width)
    tiles.set(key, tile)
    return tile
  }
}

/** The largest power of two smaller than `n`; 1 for 1. */
function largestPowerOfTwoBelow(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

function isOdd(n: bigint): boolean {
  return (n & 1n) === 1n
}

function isSize(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0
}

function requireSize(name: string, n: number): void {
  if (!isSize(n)) throw new RangeError(`${name} must be a whole number from 0, not ${n}.`)
}

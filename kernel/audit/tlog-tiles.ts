import { TILE_WIDTH } from './merkle.ts'

/** A tile or entry bundle of C2SP tlog-tiles. A width of 256 is full; below that the tile is partial. */
export type TileAddress = { readonly index: number; readonly width: number } & (
  | { readonly kind: 'hashes'; readonly level: number }
  | { readonly kind: 'entries' }
)

/** C2SP tlog-tiles: levels go to 63, though a tree of 2^53 leaves fills only 7. */
const LEVEL_MAX = 63
const UINT16_MAX = 0xffff
const PATH = /^(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/

/** The path below `tile/`: `0/x001/234.p/17`, `entries/x001/234`. */
export function tilePath(address: TileAddress): string {
  const row = address.kind === 'entries' ? 'entries' : String(address.level)
  const suffix = address.width === TILE_WIDTH ? '' : `.p/${address.width}`
  return `${row}/${indexPath(address.index)}${suffix}`
}

/** Reads a path below `tile/`; undefined unless it is exactly as {@link tilePath} would write it. */
export function parseTilePath(path: string): TileAddress | undefined {
  const [, row, digits, partial] = PATH.exec(path) ?? []
  if (row === undefined || digits === undefined) return undefined
  const index = Number(digits.replaceAll(/[x/]/g, ''))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  if (!Number.isSafeInteger(index) || width < 1 || (partial !== undefined && width >= TILE_WIDTH))
    return undefined
  const address: TileAddress =
    row === 'entries'
      ? { kind: 'entries', index, width }
      : { kind: 'hashes', level: Number(row), index, width }
  if (address.kind === 'hashes' && address.level > LEVEL_MAX) return undefined
  // Leading zeroes would give one resource two names.
  return tilePath(address) === path ? address : undefined
}

/** 1234067 → `x001/x234/067`. */
export function indexPath(index: number): string {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/')
}

/** How many hashes of a tile a tree of `size` holds: 0 to 256. */
export function tileWidthAt(size: number, level: number, index: number): number {
  const row = Math.floor(size / TILE_WIDTH ** level)
  return Math.max(0, Math.min(TILE_WIDTH, row - index * TILE_WIDTH))
}

/** Entries, each behind its length as a big-endian uint16. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > UINT16_MAX) throw new RangeError(`An entry of ${entry.length} bytes fits no bundle.`)
      const length = Buffer.allocUnsafe(2)
      length.writeUInt16BE(entry.length)
      return [length, entry]
    }),
  )
}

/** @throws RangeError when the bytes are not whole entries, 256 at most */
export function decodeEntryBundle(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = []
  for (let at = 0; at < bundle.length; ) {
    if (entries.length === TILE_WIDTH) throw new RangeError(`More than ${TILE_WIDTH} entries in a bundle.`)
    const start = at + 2
    const end = start <= bundle.length ? start + bundle.readUInt16BE(at) : start
    if (end > bundle.length) throw new RangeError(`The bundle ends inside entry ${entries.length}.`)
    entries.push(bundle.subarray(start, end))
    at = end
  }
  return entries
}

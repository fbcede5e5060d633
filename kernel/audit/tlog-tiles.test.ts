import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeEntryBundle,
  encodeEntryBundle,
  indexPath,
  parseTilePath,
  tilePath,
  tileWidthAt,
} from './tlog-tiles.ts'

test('C-13 the index of the specification: 1234067 is x001/x234/067', () => {
  expect(indexPath(1_234_067)).toBe('x001/x234/067')
  expect(indexPath(0)).toBe('000')
  expect(indexPath(999)).toBe('999')
  expect(indexPath(1_000)).toBe('x001/000')
})

test('C-13 the tiles of a tree of 70,000, as the specification lists them', () => {
  const partialAndFull = (level: number) => {
    const row = Math.floor(70_000 / 256 ** level)
    return { full: Math.floor(row / 256), partial: tileWidthAt(70_000, level, Math.floor(row / 256)) }
  }
  expect(partialAndFull(0)).toEqual({ full: 273, partial: 112 })
  expect(partialAndFull(1)).toEqual({ full: 1, partial: 17 })
  expect(partialAndFull(2)).toEqual({ full: 0, partial: 1 })
  expect(tileWidthAt(256, 0, 0)).toBe(256)
  expect(tileWidthAt(256, 1, 0)).toBe(1)
  expect(tileWidthAt(70_000, 0, 274)).toBe(0)
})

test('C-13 paths are read as they are written', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.integer({ min: 1, max: 256 }),
      fc.option(fc.nat(63)),
      (index, width, level) => {
        const address =
          level === null
            ? ({ kind: 'entries', index, width } as const)
            : ({ kind: 'hashes', level, index, width } as const)
        expect(parseTilePath(tilePath(address))).toEqual(address)
      },
    ),
  )
  expect(tilePath({ kind: 'hashes', level: 1, index: 1_234_067, width: 8 })).toBe('1/x001/x234/067.p/8')
  expect(tilePath({ kind: 'entries', index: 1_234_067, width: 256 })).toBe('entries/x001/x234/067')
})

test.each([
  '0/00',
  '0/0000',
  '0/x000/001',
  '00/001',
  '64/001',
  '-1/001',
  '0/001.p/0',
  '0/001.p/256',
  '0/001.p/08',
  '0/001/002',
  '0/x001',
  '0/001.p',
  'data/001',
  'entries/1',
  '0/x999/x999/x999/x999/x999/999',
  '',
])('C-13 %j is no tile', (path) => {
  expect(parseTilePath(path)).toBeUndefined()
})

test('C-13 a bundle is uint16 big-endian length and bytes, entry after entry', () => {
  const bundle = encodeEntryBundle([Buffer.from('abc'), Buffer.alloc(0), Buffer.alloc(0x0102, 7)])
  expect(bundle.subarray(0, 9).toString('hex')).toBe('000361626300000102')
  expect(decodeEntryBundle(bundle).map((entry) => entry.length)).toEqual([3, 0, 0x0102])
  expect(() => decodeEntryBundle(bundle.subarray(0, -1))).toThrow(/ends inside entry 2/)
  expect(() => decodeEntryBundle(Buffer.from([0]))).toThrow(/ends inside entry 0/)
  expect(() => encodeEntryBundle([Buffer.alloc(65_536)])).toThrow(/65536/)
})

import { createHash } from 'node:crypto'

/** A source of chance that gives the same values for the same seed. */
export type Random = {
  /** In [0, 1). */
  next(): number
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number
  /** @throws RangeError on an empty list */
  pick<T>(from: readonly T[]): T
  /** So many decimal digits. */
  digits(count: number): string
  /** A copy in another order. */
  shuffled<T>(list: readonly T[]): T[]
}

/** sfc32 (Chris Doty-Humphrey, PractRand), keyed by the SHA-256 of the seed. */
export function seededRandom(seed: string): Random {
  const key = createHash('sha256').update(seed).digest()
  let a = key.readInt32LE(0)
  let b = key.readInt32LE(4)
  let c = key.readInt32LE(8)
  let counter = key.readInt32LE(12)
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 4_294_967_296
  }
  const whole = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    whole,
    pick(from) {
      const [picked] = from.slice(whole(0, from.length - 1))
      if (picked === undefined) throw new RangeError('there is nothing to pick from')
      return picked
    },
    digits: (count) => Array.from({ length: count }, () => whole(0, 9)).join(''),
    shuffled(list) {
      return list
        .map((value) => ({ value, order: next() }))
        .sort((x, y) => x.order - y.order)
        .map(({ value }) => value)
    },
  }
}

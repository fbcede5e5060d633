import { isIP } from 'node:net'

/** A network of IPv4 or IPv6: its first and last address as numbers, and how it is written. */
export type Network = {
  readonly family: 4 | 6
  readonly first: bigint
  readonly last: bigint
  /** Regular: RFC 5952 for IPv6, dots for IPv4, always with its length. */
  readonly cidr: string
}

const BITS = { 4: 32, 6: 128 } as const
/** `::ffff:0:0/96`: IPv4 addresses as IPv6 sockets see them (RFC 4291 §2.5.5.2). */
const MAPPED_FIRST = 0xffffn << 32n
const MAPPED_BITS = 96

/**
 * Reads a network such as `203.0.113.0/24`, `2001:db8::/32`, or one address. What is mapped into IPv6 is the IPv4 network
 * that it stands for: a list that holds it twice, or under the other name only, would not do what it seems to.
 *
 * @returns a sentence that begins with "must" where it is none
 */
export function readNetwork(written: string): Network | string {
  const [address = '', length, ...more] = written.split('/')
  const read = readAddress(address)
  if (!read || more.length > 0 || (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length))) {
    return 'must be a network in CIDR such as 203.0.113.0/24 or 2001:db8::/32, or one address'
  }
  const given = length === undefined ? BITS[read.family] : Number(length)
  if (given > BITS[read.family]) {
    return `must have a length of at most ${BITS[read.family]} after the slash`
  }
  const whole = networkOf(read.family, read.value, given)
  if (whole.first !== read.value) return `must be a network: ${written} is an address in ${whole.cidr}`
  if (read.family === 4) return whole
  if (whole.first >> 32n === MAPPED_FIRST >> 32n && given >= MAPPED_BITS) {
    return networkOf(4, whole.first - MAPPED_FIRST, given - MAPPED_BITS)
  }
  if (given < MAPPED_BITS && whole.first <= MAPPED_FIRST && MAPPED_FIRST <= whole.last) {
    return 'must not hold the IPv4 addresses that are mapped into IPv6 (::ffff:0:0/96) among others: name the IPv4 network by itself'
  }
  return whole
}

/** Reads one address, in the family that counts: a mapped one is IPv4. */
export function addressOf(written: string): Network | undefined {
  if (written.includes('/')) return undefined
  const read = readNetwork(written)
  return typeof read === 'string' ? undefined : read
}

/** Whether two networks have an address in common. */
export function overlap(one: Network, other: Network): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last
}

function readAddress(address: string): { family: 4 | 6; value: bigint } | undefined {
  const family = isIP(address)
  if (family === 4) return { family, value: valueOfIPv4(address) }
  // A zone (`fe80::1%eth0`) is of one machine and means nothing elsewhere.
  if (family === 6 && !address.includes('%')) return { family, value: valueOfIPv6(address) }
  return undefined
}

function valueOfIPv4(address: string): bigint {
  return address.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

function valueOfIPv6(address: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  const plain = dotted
    ? `${dotted[1]}${(valueOfIPv4(dotted[2] ?? '') >> 16n).toString(16)}:${(valueOfIPv4(dotted[2] ?? '') & 0xffffn).toString(16)}`
    : address
  const [head = '', tail] = plain.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const before = groups(head)
  const after = groups(tail ?? '')
  const between = Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...between, ...after].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}

function networkOf(family: 4 | 6, value: bigint, length: number): Network {
  const hosts = (1n << BigInt(BITS[family] - length)) - 1n
  const first = value & ~hosts
  return { family, first, last: first | hosts, cidr: `${writtenOf(family, first)}/${length}` }
}

function writtenOf(family: 4 | 6, value: bigint): string {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 0xffn).toString()).join('.')
  }
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  )
  return shortened(groups)
}

/** The longest run of two or more groups of nothing is left out, the first of equals (RFC 5952 §4.2). */
function shortened(groups: readonly string[]): string {
  let best = { at: 0, length: 1 }
  for (let at = 0; at < groups.length; at += 1) {
    let length = 0
    while (groups[at + length] === '0') length += 1
    if (length > best.length) best = { at, length }
  }
  if (best.length < 2) return groups.join(':')
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`
}

import { isIP } from 'node:net'
import { say, type Text } from '@countersign/kernel/languages/say.ts'
import ipaddr from 'ipaddr.js'

const BITS = { ipv4: 32, ipv6: 128 } as const
/** `::ffff:0:0/96`: IPv4 addresses as sockets of IPv6 see them (RFC 4291 §2.5.5.2). */
const MAPPED_BITS = 96
const MAPPED = ipaddr.IPv6.parse('::ffff:0:0')

type Address = ipaddr.IPv4 | ipaddr.IPv6

export type Network = {
  readonly family: 'ipv4' | 'ipv6'
  /** The first of its addresses. */
  readonly address: string
  readonly length: number
  /** Regular: RFC 5952 for IPv6, always with its length. */
  readonly cidr: string
}

/**
 * Reads a network such as `203.0.113.0/24` or `2001:db8::/32`, or one address. What is mapped into IPv6 is the IPv4 network that it
 * stands for.
 *
 * @returns what it must be, where it is none
 */
export function readNetwork(written: string): Network | { readonly wrong: Text } {
  const [text = '', length, ...more] = written.split('/')
  const address = addressIn(text)
  if (!address || more.length > 0 || (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length))) {
    return { wrong: say`must be a network in CIDR such as 203.0.113.0/24 or 2001:db8::/32, or one address` }
  }
  const bits = BITS[address.kind()]
  const given = length === undefined ? bits : Number(length)
  if (given > bits) return { wrong: say`must have a length of at most ${bits} after the slash` }
  const first = firstOf(address, given)
  if (first.toNormalizedString() !== address.toNormalizedString()) {
    const whole = networkOf(first, given).cidr
    return { wrong: say`must be a network, without host bits: ${written} is an address in ${whole}` }
  }
  if (first.kind() === 'ipv4') return networkOf(first, given)
  const sixth = first as ipaddr.IPv6
  if (given >= MAPPED_BITS && sixth.isIPv4MappedAddress()) {
    return networkOf(sixth.toIPv4Address(), given - MAPPED_BITS)
  }
  if (given < MAPPED_BITS && MAPPED.match(sixth, given)) {
    return {
      wrong: say`must not hold the IPv4 addresses that are mapped into IPv6 (::ffff:0:0/96) among others: name the IPv4 network by itself`,
    }
  }
  return networkOf(first, given)
}

/** Whether two networks have an address in common: then one is in the other. */
export function overlap(one: Network, other: Network): boolean {
  return (
    one.family === other.family &&
    ipaddr.parse(one.address).match(ipaddr.parse(other.address), Math.min(one.length, other.length))
  )
}

/** Whether an address, as a socket or a proxy names it, is in a network; what is no address is in none. */
export function holds({ address, length, family }: Network, written: string): boolean {
  const read = addressIn(written)
  const counted = read instanceof ipaddr.IPv6 && read.isIPv4MappedAddress() ? read.toIPv4Address() : read
  return counted?.kind() === family && counted.match(ipaddr.parse(address), length)
}

/** Written in full alone: what others read in `10.1` or `0x7f.1` is not agreed on. A zone means nothing elsewhere. */
function addressIn(text: string): Address | undefined {
  return isIP(text) === 0 || text.includes('%') ? undefined : ipaddr.parse(inGroups(text))
}

/** The library takes `::192.0.2.1` for `::ffff:192.0.2.1`; in groups of hexadecimals nothing is mistaken. */
function inGroups(text: string): string {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text)
  if (!dotted) return text
  const [first = 0, second = 0, third = 0, fourth = 0] = dotted.slice(2).map(Number)
  return `${dotted[1]}${(first * 256 + second).toString(16)}:${(third * 256 + fourth).toString(16)}`
}

function firstOf(address: Address, length: number): Address {
  const within = `${address.toString()}/${length}`
  return address.kind() === 'ipv4'
    ? ipaddr.IPv4.networkAddressFromCIDR(within)
    : ipaddr.IPv6.networkAddressFromCIDR(within)
}

function networkOf(first: Address, length: number): Network {
  const address = first.kind() === 'ipv4' ? first.toString() : (first as ipaddr.IPv6).toRFC5952String()
  return { family: first.kind(), address, length, cidr: `${address}/${length}` }
}

import { type LookupAddress, lookup as resolveName } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Networks that are not the public internet (RFC 6890, the IANA special-purpose registries). */
const SPECIAL_NETWORKS: readonly (readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  // IPv4 addresses written into IPv6 ones reach IPv4 hosts by translation or tunnel.
  ['::', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]
const special = new BlockList()
for (const network of SPECIAL_NETWORKS) special.addSubnet(...network)

/** The address is of a private network that the configuration does not name. */
export class AddressNotAllowedError extends Error {
  readonly code = 'address_not_allowed'
  constructor(host: string, address: string) {
    super(`${host} is ${address}, an address of a private network`)
    this.name = 'AddressNotAllowedError'
  }
}

export type OutgoingAddresses = {
  /** @throws AddressNotAllowedError where the host is itself an address that may not be reached */
  readonly checkHost: (host: string) => void
  /**
   * For `http.request`: resolves and checks in one step, so that the address connected to is the one checked, however
   * often the name is answered differently (DNS rebinding). One address that is not allowed refuses the name.
   */
  readonly lookup: LookupFunction
}

type Resolve = (
  host: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * Where a request that leaves the product may go: the public internet, and of private networks those named (O-15).
 *
 * @param allowedNetworks addresses and CIDR ranges
 * @param resolve how names are answered; the system's way unless given
 */
export function outgoingAddresses(
  allowedNetworks: readonly string[],
  resolve: Resolve = resolveName,
): OutgoingAddresses {
  const allowed = new BlockList()
  for (const network of allowedNetworks) {
    const [address = '', prefix] = network.split('/')
    const family = familyOf(address)
    if (prefix === undefined) allowed.addAddress(address, family)
    else allowed.addSubnet(address, Number(prefix), family)
  }
  const check = (host: string, address: string) => {
    const family = familyOf(address)
    if (special.check(address, family) && !allowed.check(address, family)) {
      throw new AddressNotAllowedError(host, address)
    }
  }
  return {
    checkHost(host) {
      const bare = host.replace(/^\[|\]$/g, '')
      if (isIP(bare) !== 0) check(bare, bare)
    },
    lookup(host, options, done) {
      resolve(host, { all: true }, (error, addresses) => {
        if (error) return done(error, '', 0)
        const [first] = addresses
        if (!first) return done(new Error(`${host} has no address`), '', 0)
        try {
          for (const { address } of addresses) check(host, address)
        } catch (refused) {
          return done(refused as Error, '', 0)
        }
        return options.all ? done(null, addresses) : done(null, first.address, first.family)
      })
    },
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}

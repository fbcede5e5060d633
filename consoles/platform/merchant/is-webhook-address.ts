import { isIP } from 'node:net'

/** Names that stand for a network of one's own (RFC 6761, RFC 6762, RFC 8375, and what clouds call theirs). */
const OF_ONES_OWN = /(^|\.)(localhost|local|internal|lan|home\.arpa)\.?$/i

/** What services call the part of an address that lets in whoever knows it. */
const SECRET = /(^|[-_.])(key|apikey|token|secret|password|passwd|pwd|auth|sig|signature)$/i

/**
 * Whether webhooks may be sent there: to a host that is named, and not within the network of whoever sends them; a secret in the address
 * would stand in the log in clear. Where the name leads is for the sender to look at when it sends.
 */
export function isWebhookAddress(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { hostname, username, password, searchParams } = new URL(address)
  const host = hostname.replace(/^\[|\]$/g, '')
  const telling =
    username !== '' || password !== '' || [...searchParams.keys()].some((name) => SECRET.test(name))
  return !telling && isIP(host) === 0 && host.includes('.') && !OF_ONES_OWN.test(host)
}

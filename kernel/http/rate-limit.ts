import { isIPv6 } from 'node:net'
import type { Failure } from '../actions/failure.ts'
import { say } from '../languages/say.ts'

/** Callers remembered; beyond it the one heard of longest ago is forgotten, and begins anew. */
const CALLERS_MAX = 50_000
const MINUTE_S = 60
/** Of an IPv6 address, whoever has one has the whole of its /64 network (RFC 6177 §2). */
const IPV6_NETWORK_GROUPS = 4

export type RateLimit = {
  /** Takes one request of this caller. @returns the refusal where none is left */
  readonly take: (caller: string) => Failure | undefined
  /** Whether there is one left, taking none. @returns the refusal where there is not */
  readonly peek: (caller: string) => Failure | undefined
}

/** How much each caller may do: `limit` in a window, and `burst` more at once where fewer came before. */
export type Quota = { readonly limit: number; readonly windowS: number; readonly burst: number }

/** A token bucket a caller: `perMinute` at once, and as many again in each minute. */
export function makeRateLimit(perMinute: number, now: () => Date): RateLimit {
  return makeQuotaLimit({ limit: perMinute, windowS: MINUTE_S, burst: 0 }, now)
}

/** A token bucket a caller, which holds limit and burst together and gains the limit in a window. */
export function makeQuotaLimit({ limit, windowS, burst }: Quota, now: () => Date): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>()
  const leftOf = (caller: string, at: number) => {
    const before = buckets.get(caller) ?? { left: limit + burst, at }
    return Math.min(limit + burst, before.left + (Math.max(0, at - before.at) / (windowS * 1000)) * limit)
  }
  const refusal = (left: number) =>
    tooManyRequests({ limit, windowS }, Math.max(1, Math.ceil(((1 - left) / limit) * windowS)))
  return {
    peek(caller) {
      const left = leftOf(caller, now().getTime())
      return left >= 1 ? undefined : refusal(left)
    },
    take(caller) {
      const at = now().getTime()
      const left = leftOf(caller, at)
      // Set anew, so that the first of the map is the one heard of longest ago.
      buckets.delete(caller)
      const taken = left >= 1
      buckets.set(caller, { left: taken ? left - 1 : left, at })
      if (buckets.size > CALLERS_MAX) {
        const oldest = buckets.keys().next()
        if (!oldest.done) buckets.delete(oldest.value)
      }
      return taken ? undefined : refusal(left)
    },
  }
}

function tooManyRequests({ limit, windowS }: Omit<Quota, 'burst'>, retryAfterS: number): Failure {
  return {
    kind: 'too_many_requests',
    code: 'too_many_requests',
    message:
      windowS === MINUTE_S
        ? say`More than ${limit} requests in a minute. Try again in ${retryAfterS} s.`
        : say`More than ${limit} requests in ${windowS} s. Try again in ${retryAfterS} s.`,
    retryAfterS,
    extra: windowS === MINUTE_S ? { limit_per_minute: limit } : { limit, window_s: windowS },
  }
}

/** The RateLimit header fields of a refusal (draft-ietf-httpapi-ratelimit-headers-10). */
export function rateLimitHeaders({ extra, retryAfterS = 1 }: Failure): Record<string, string> {
  const [name, quota, windowS] =
    extra?.window_s === undefined
      ? ['minute', extra?.limit_per_minute, MINUTE_S]
      : ['window', extra.limit, extra.window_s]
  return {
    'ratelimit-policy': `"${name}";q=${quota};w=${windowS}`,
    ratelimit: `"${name}";r=0;t=${retryAfterS}`,
  }
}

/** What stands for whoever has this address: itself, or the network of an IPv6 one. */
export function addressOf(ip: string): string {
  if (!isIPv6(ip) || ip.includes('.')) return ip
  const [head = '', tail] = ip.split('::')
  const front = head.split(':').filter(Boolean)
  const back = (tail ?? '').split(':').filter(Boolean)
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length
  const groups = [...front, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...back]
  return `${groups.slice(0, IPV6_NETWORK_GROUPS).join(':')}::/64`
}

import { fail } from '../actions/failure.ts'
import { addressOf, type RateLimit, tooManyRequests } from '../http/rate-limit.ts'
import type { Authenticate } from './authenticate.ts'

/**
 * Whoever has shown who they are is limited by that alone, so that nobody is kept out by what a stranger behind the same
 * address does; whoever has not, by the address.
 */
export function withRateLimits(
  authenticate: Authenticate,
  limits: { readonly addresses: RateLimit; readonly principals: RateLimit },
): Authenticate {
  return async (request) => {
    const identity = await authenticate(request)
    if (!identity.ok && identity.failure.kind === 'upstream_unavailable') return identity
    const wait = identity.ok
      ? limits.principals.take(identity.value.id)
      : limits.addresses.take(addressOf(request.ip))
    return wait === undefined ? identity : fail(tooManyRequests(wait))
  }
}

import type { FastifyRequest } from 'fastify'
import { fail } from '../actions/failure.ts'
import { addressOf, type RateLimit } from '../http/rate-limit.ts'
import type { Authenticate } from './authenticate.ts'

/**
 * Whoever has shown who they are is limited by that alone, so that nobody is kept out by what a stranger behind the same
 * address does; whoever has not, by the address. Each action and each kind of decision has a quota of its own, so that
 * containing something and approving never wait for reading (C-27).
 */
export function withRateLimits(
  authenticate: Authenticate,
  limits: {
    readonly addresses: RateLimit
    readonly principals: RateLimit
    readonly isAction: (type: string) => boolean
  },
): Authenticate {
  return async (request) => {
    const identity = await authenticate(request)
    if (!identity.ok && identity.failure.kind === 'upstream_unavailable') return identity
    const tooMany = identity.ok
      ? limits.principals.take(`${identity.value.id} ${quotaOf(request, limits.isAction)}`)
      : limits.addresses.take(addressOf(request.ip))
    return tooMany ? fail(tooMany) : identity
  }
}

/** One of few: what a caller can invent must not make a quota. */
function quotaOf(request: FastifyRequest, isAction: (type: string) => boolean): string {
  if (request.method === 'GET' || request.method === 'HEAD') return 'read'
  const { type = '' } = request.params as { readonly type?: string }
  return `${request.routeOptions.url ?? 'nothing'} ${isAction(type) ? type : ''}`
}

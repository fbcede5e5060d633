import type { FastifyRequest } from 'fastify'
import { say } from '../languages/say.ts'
import { makePlaces, type Places } from './places.ts'
import { addressOf } from './rate-limit.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** To be called when the body is there. */
    bodyHasCome?: () => void
  }
}

/** A browser sends six at a time. */
export const BODIES_OF_A_CALLER = 64

/**
 * Bodies that are still to come, by whom they come from. Until one is there nothing is done for it, so it takes no place of
 * what can be done at a time: however slowly somebody sends, nobody else is kept out.
 */
export function makeBodiesAwaited(): Places {
  return makePlaces({
    ofAll: Number.POSITIVE_INFINITY,
    ofOne: BODIES_OF_A_CALLER,
    refusal: {
      kind: 'too_many_requests',
      code: 'bodies_under_way',
      message: say`${BODIES_OF_A_CALLER} requests of yours have not been sent in full yet. Send the rest of those first.`,
      retryAfterS: 1,
    },
  })
}

/** Whether a body follows the header of a request (RFC 9112 §6.3). */
export function announcesBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Who sends it: the person, or where nobody is known yet, the address. */
export function senderOf({ principal, ip }: FastifyRequest): string {
  return principal ? `person ${principal.id}` : `address ${addressOf(ip)}`
}

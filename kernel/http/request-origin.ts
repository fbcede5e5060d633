import type { FastifyRequest } from 'fastify'
import type { RequestOrigin } from '../identity/principal.ts'

/** Where a request came from, as audit entries keep it. */
export function originOf(request: FastifyRequest): RequestOrigin {
  return {
    httpRequestId: request.id,
    ip: request.ip,
    userAgent: request.headers['user-agent'] ?? '',
  }
}

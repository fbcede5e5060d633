import type { FastifyRequest } from 'fastify'
import type { Failure } from '../actions/failure.ts'
import { say } from '../languages/say.ts'

/**
 * A state-changing request that a browser sends from another site is refused. A bearer token is not sent by a browser
 * on its own, so only requests that come with the session's cookie need an origin.
 */
export function crossSiteProblem(request: FastifyRequest, allowed: readonly string[]): Failure | undefined {
  const { origin, authorization, cookie } = request.headers
  if (authorization !== undefined && cookie === undefined) return undefined
  if (origin !== undefined && allowed.includes(origin)) return undefined
  // Nothing that identifies anybody: the answer is 401, which says more than a refusal for the origin.
  if (origin === undefined && authorization === undefined && cookie === undefined) return undefined
  return {
    kind: 'forbidden',
    code: 'cross_site_request',
    message: say`A request that changes something must come from the console itself, or carry a bearer token.`,
  }
}

import type { FastifyRequest } from 'fastify'
import type { Result } from '../actions/failure.ts'
import type { Principal } from './principal.ts'

/** Who sends this request, from its session cookie or bearer token; `x-user-role` and the like are not looked at. */
export type Authenticate = (request: FastifyRequest) => Promise<Result<Principal>>

declare module 'fastify' {
  interface FastifyRequest {
    principal?: Principal
  }
}

import type { FastifyBaseLogger } from 'fastify'
import type { Authenticate } from '../identity/authenticate.ts'
import type { Kernel } from '../kernel.ts'
import type { Admission } from './admission.ts'
import type { RateLimit } from './rate-limit.ts'
import type { Route } from './route.ts'

/** What the HTTP server is made of. */
export type HttpServerOptions = {
  readonly kernel: Kernel
  readonly authenticate: Authenticate
  readonly routes: readonly Route[]
  /** Origins from which a browser may send a state-changing request with the session's cookie. */
  readonly allowedOrigins: readonly string[]
  /** Proxies whose `X-Forwarded-For` is believed; none by default. */
  readonly trustProxy: readonly string[]
  /** Which requests are let in when there is more to do than can be done. */
  readonly admission: Admission
  /** How many more requests somebody may send who has not shown who they are. */
  readonly addresses: RateLimit
  /** Structured; what a request contained is the audit log's to keep, so no headers and no bodies. */
  readonly logger: FastifyBaseLogger
  readonly observe: (seen: { route: string; method: string; status: number; seconds: number }) => void
  /** Why nothing but containment may be changed now (a fork of the audit log, say); undefined when all is well. */
  readonly readOnlyBecause: () => Promise<string | undefined>
}

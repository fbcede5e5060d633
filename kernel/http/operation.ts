import type { z } from 'zod'
import type { Route } from './route.ts'

/** What a served route is, for whoever reads the API: the published contract and the tests are made of these. */
export type Operation = {
  readonly method: string
  /** Fastify path: `/v1/requests/:id`. */
  readonly url: string
  readonly summary: string
  /** Permissions of which one is needed; `signed-in` where who asks is all that counts. */
  readonly access: 'public' | 'signed-in' | readonly string[]
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** Media types of a body that is a file. */
  readonly takesBytes?: readonly string[]
  readonly idempotencyKey?: 'required' | 'honoured'
  /** A POST that changes nothing. */
  readonly readsOnly?: true
  /** Name of the schema of what it answers, under `components.schemas`. */
  readonly answer?: string
  /** The media type of an answer that is not JSON. */
  readonly answerType?: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of routes that are not declared as a {@link Route}. */
    operation?: Omit<Operation, 'method' | 'url'>
  }
  interface FastifyInstance {
    /** Everything that is served, in the order of being registered. */
    operations: Operation[]
  }
}

export function operationOf(route: Route): Omit<Operation, 'method' | 'url'> {
  const { summary, params, query, body, takesBytes, idempotencyKey, readsOnly, answer, answerType } = route
  return {
    summary,
    params,
    query,
    body,
    takesBytes,
    idempotencyKey,
    readsOnly,
    answer,
    answerType,
    access: accessOf(route.access),
  }
}

function accessOf(access: Route['access']): Operation['access'] {
  if (access === 'public' || access === 'signed-in') return access
  // A door whose path says which action it is asks for that action; see the entries of the actions themselves.
  if ('governed' in access) return access.governed({})?.permissions ?? []
  return [access.permission]
}

import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { readEvents } from '../events/read-events.ts'
import type { AnyUpstream, Upstream } from '../upstreams.ts'
import { Id, Instant, integerParameter, text, Version } from './fields.ts'
import { KEY_RETENTION_S } from './perform-once.ts'
import { refuse } from './problem.ts'
import { defineRoute, type Route } from './route.ts'

const EVENTS_MAX = 500
const EVENTS_DEFAULT = 100

const Ref = z.strictObject({ kind: z.string(), id: Id })

export const EventSchema = z.strictObject({
  id: Id,
  type: z.string(),
  schema_version: z.number().int(),
  sequence: z.number().int(),
  occurred_at: Instant,
  subject: Ref,
  subject_version: Version,
  refs: z.array(Ref),
  caused_by: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
})

/** What every upstream offers about itself: about, health, read-back of operations, events. */
export function upstreamRoutes(database: Database, upstream: Upstream, isWell: () => boolean): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/about',
      operationId: 'about',
      summary: 'How this upstream treats idempotency keys',
      replies: {
        200: z.strictObject({
          upstream: z.literal(upstream),
          class: z.literal('A'),
          key_retention_s: z.number().int(),
        }),
      },
      refusals: [],
      async handle() {
        return { status: 200, body: { upstream, class: 'A', key_retention_s: KEY_RETENTION_S } }
      },
    }),
    healthRoute(database, isWell),
    defineRoute({
      method: 'GET',
      path: '/operations/{key}',
      operationId: 'readOperation',
      summary: 'Did the thing with this Idempotency-Key happen?',
      params: z.strictObject({ key: text(255, 1) }),
      replies: {
        200: z.strictObject({
          key: z.string(),
          operation: z.string(),
          target: z.string(),
          performed_at: Instant,
          result: z.unknown(),
        }),
      },
      refusals: ['invalid_request', 'not_found'],
      async handle({ params }) {
        const { rows } = await database.query(
          `SELECT key, operation, target, platform.instant(performed_at) AS performed_at, result
           FROM platform.effect WHERE upstream = $1 AND key = $2`,
          [upstream, params.key],
        )
        return rows[0]
          ? { status: 200, body: rows[0] }
          : refuse('not_found', `Nothing was done under the key ${params.key}.`)
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/events',
      operationId: 'listEvents',
      summary: 'The whole history in order, for catching up',
      query: z.strictObject({
        after: integerParameter(0, Number.MAX_SAFE_INTEGER).optional(),
        limit: integerParameter(1, EVENTS_MAX).optional(),
      }),
      replies: { 200: z.strictObject({ events: z.array(EventSchema), next_after: z.number().int() }) },
      refusals: ['invalid_request'],
      async handle({ query }) {
        const after = query.after ?? 0
        const events = await readEvents(database, upstream, after, query.limit ?? EVENTS_DEFAULT)
        const body = {
          events: events.map(({ json }) => JSON.parse(json)),
          next_after: events.at(-1)?.sequence ?? after,
        }
        return { status: 200, body }
      },
    }),
  ]
}

/** What an upstream that knows no keys says about itself, and whether it is well. */
export function outsidePartyRoutes(
  database: Database,
  about: {
    readonly upstream: AnyUpstream
    readonly class: 'B' | 'C' | 'D'
    readonly settles_within_s?: number
  },
  isWell: () => boolean,
): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/about',
      operationId: 'about',
      summary: 'What can be relied on when an answer is lost',
      replies: {
        200: z.strictObject({
          upstream: z.literal(about.upstream),
          class: z.literal(about.class),
          settles_within_s: z.number().int().optional(),
        }),
      },
      refusals: [],
      async handle() {
        return { status: 200, body: about }
      },
    }),
    healthRoute(database, isWell),
  ]
}

function healthRoute(database: Database, isWell: () => boolean): Route {
  return defineRoute({
    method: 'GET',
    path: '/health',
    operationId: 'health',
    summary: 'Whether the upstream is well; degraded while it was told to misbehave',
    replies: { 200: z.strictObject({ status: z.enum(['ok', 'degraded']) }) },
    refusals: [],
    async handle() {
      await database.query('SELECT 1')
      return { status: 200, body: { status: isWell() ? 'ok' : 'degraded' } }
    },
  })
}

import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Instant, integerParameter, text } from '../http/fields.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { EVERY_UPSTREAM } from '../upstreams.ts'
import { type Misbehaviour, MODES, type Rule } from './misbehaviour.ts'

const LATENCY_DEFAULT_MS = 1_000
const LATENCY_MAX_MS = 60_000
const EFFECTS_MAX = 10_000
const EFFECTS_DEFAULT = 1_000

const UpstreamName = z.enum(EVERY_UPSTREAM)

const Instruction = z.strictObject({
  upstream: UpstreamName,
  mode: z.enum([...MODES, 'off']),
  rate: z.number().min(0).max(1).default(1),
  count: z.number().int().min(1).max(1_000_000).nullable().default(null),
  on: z.enum(['any', 'reads', 'writes']).default('any'),
  latency_ms: z.number().int().min(0).max(LATENCY_MAX_MS).optional(),
})

const RuleSchema = z.strictObject({
  mode: z.enum(MODES),
  rate: z.number(),
  remaining: z.number().int().nullable(),
  on: z.enum(['any', 'reads', 'writes']),
  latency_ms: z.number().int().optional(),
})
const RulesReply = z.strictObject({ upstream: UpstreamName, rules: z.array(RuleSchema) })

const EffectsReply = z.strictObject({
  effects: z.array(
    z.strictObject({
      key: z.string(),
      upstream: UpstreamName,
      operation: z.string(),
      target: z.string(),
      performed_at: Instant,
      count: z.number().int(),
    }),
  ),
})

/** `/_sandbox/misbehave` and `/_sandbox/effects`. */
export function controlRoutes(database: Database, misbehaviour: Misbehaviour): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/misbehave',
      operationId: 'misbehave',
      summary: 'Tell an upstream to misbehave; several modes may stand at once, `off` ends them all',
      body: Instruction,
      replies: { 200: RulesReply },
      refusals: ['invalid_request'],
      async handle({ body }) {
        const { upstream, mode, count, ...rest } = body
        if (mode === 'off') {
          misbehaviour.off(upstream)
        } else {
          const latency = mode === 'latency' ? { latency_ms: rest.latency_ms ?? LATENCY_DEFAULT_MS } : {}
          const rule: Rule = { mode, rate: rest.rate, remaining: count, on: rest.on, ...latency }
          misbehaviour.set(upstream, rule)
        }
        return { status: 200, body: { upstream, rules: misbehaviour.rules(upstream) } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/misbehave',
      operationId: 'listMisbehaviour',
      summary: 'What each upstream was told',
      replies: { 200: z.strictObject({ upstreams: z.array(RulesReply) }) },
      refusals: [],
      async handle() {
        const upstreams = EVERY_UPSTREAM.map((upstream) => ({
          upstream,
          rules: misbehaviour.rules(upstream),
        }))
        return { status: 200, body: { upstreams } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/effects',
      operationId: 'listEffects',
      summary: 'Every effect that was performed, counted per idempotency key; oldest first',
      query: z.strictObject({
        key: text(255).optional(),
        upstream: UpstreamName.optional(),
        since: Instant.optional(),
        limit: integerParameter(1, EFFECTS_MAX).optional(),
      }),
      replies: { 200: EffectsReply },
      refusals: ['invalid_request'],
      async handle({ query }) {
        const { rows } = await database.query(
          `SELECT key, upstream, operation, target, platform.instant(performed_at) AS performed_at, count
           FROM platform.effect
           WHERE ($1::text IS NULL OR key = $1) AND ($2::text IS NULL OR upstream = $2)
             AND ($3::timestamptz IS NULL OR performed_at >= $3)
           ORDER BY performed_at, upstream, key LIMIT $4`,
          [query.key ?? null, query.upstream ?? null, query.since ?? null, query.limit ?? EFFECTS_DEFAULT],
        )
        return { status: 200, body: { effects: rows } }
      },
    }),
  ]
}

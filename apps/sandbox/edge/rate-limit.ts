import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { Id, Instant, text, Version } from '../http/fields.ts'
import { isRefusal, refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import {
  type Asked,
  ConsoleName,
  keepVersion,
  RATE_LIMIT,
  recordToChange,
  unknownMerchant,
} from './edge-record.ts'

const LIMIT_MAX = 1_000_000
const WINDOW_MAX_S = 86_400

export const Route = z
  .string()
  .max(200)
  .regex(
    /^\/[A-Za-z0-9/_.-]*$/,
    'must be how a path begins, such as /v1/payments: / and A-Z a-z 0-9 _ . - after a /',
  )

const Rule = z.strictObject({
  limit: z
    .number()
    .int()
    .min(1, `must be 1 to ${LIMIT_MAX}. To let nothing of a merchant through, suspend the merchant`)
    .max(LIMIT_MAX)
    .meta({ description: 'Requests in a window.' }),
  window_s: z.number().int().min(1).max(WINDOW_MAX_S),
  burst: z
    .number()
    .int()
    .min(0)
    .max(LIMIT_MAX)
    .meta({ description: 'So many more may come at once, where fewer came before.' }),
})
const Facts = Rule.extend({
  scope: z
    .enum(['global', 'merchant', 'console'])
    .meta({ description: '`console`: each of its operators for themselves.' }),
  merchant_id: Id.optional(),
  console: ConsoleName.optional(),
  route: Route.meta({ description: 'How the path begins; `/` is every request.' }),
})

export const RateLimitSchema = Facts.extend({
  id: Id,
  version: Version,
  state: z.enum(['active', 'withdrawn']),
  reason: z.string().optional(),
  created_at: Instant,
  changed_at: Instant,
})

export const NewRateLimit = Facts.extend({ reason: text(200, 1), note: text(4_000).optional() })
  .refine(({ scope, merchant_id }) => (scope === 'merchant') === (merchant_id !== undefined), {
    path: ['merchant_id'],
    message: 'must be there for the scope merchant, and only for that',
  })
  .refine(({ scope, console }) => (scope === 'console') === (console !== undefined), {
    path: ['console'],
    message: 'must be there for the scope console, and only for that',
  })
export const RateLimitChange = Rule.partial()
  .extend({ reason: text(200, 1), note: text(4_000).optional() })
  .refine(({ limit, window_s, burst }) => [limit, window_s, burst].some((one) => one !== undefined), {
    path: ['limit'],
    message: 'must be there, or window_s, or burst',
  })

/** Limits what one merchant, or all together, may send to a route. */
export async function addRateLimit(
  tx: Transaction,
  asked: Asked,
  wanted: z.infer<typeof NewRateLimit>,
): Promise<Outcome> {
  const unknown = await unknownMerchant(tx, wanted.merchant_id)
  if (unknown) return unknown
  await oneAtATime(tx)
  const added = await tx.query(
    `INSERT INTO edge.rate_limit (id, merchant_id, console, route, max_requests, window_s, burst, reason, created_at, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
     ON CONFLICT (coalesce(merchant_id, ''), coalesce(console, ''), route, window_s) WHERE state = 'active' DO NOTHING`,
    [
      asked.id,
      wanted.merchant_id ?? null,
      wanted.console ?? null,
      wanted.route,
      wanted.limit,
      wanted.window_s,
      wanted.burst,
      wanted.reason,
      asked.at,
    ],
  )
  if (added.rowCount === 0) return alreadyLimited(tx, wanted)
  return keepVersion(tx, RATE_LIMIT, 'created', asked)
}

/** Changes how much a limit lets through; whom and what it limits stays, or it would be another one. */
export async function changeRateLimit(
  tx: Transaction,
  asked: Asked,
  wanted: z.infer<typeof RateLimitChange>,
): Promise<Outcome> {
  await oneAtATime(tx)
  const record = await recordToChange(tx, RATE_LIMIT, asked)
  if (isRefusal(record)) return record
  const before = RateLimitSchema.parse(record)
  const after = { ...before, ...wanted }
  const taken = await tx.query(
    `SELECT FROM edge.rate_limit WHERE state = 'active' AND coalesce(merchant_id, '') = $1 AND route = $2
       AND window_s = $3 AND id <> $4 AND coalesce(console, '') = $5`,
    [before.merchant_id ?? '', before.route, after.window_s, asked.id, before.console ?? ''],
  )
  if (taken.rowCount !== 0) return alreadyLimited(tx, after)
  await tx.query(
    `UPDATE edge.rate_limit SET max_requests = $2, window_s = $3, burst = $4, reason = $5, changed_at = $6,
       version = version + 1
     WHERE id = $1`,
    [asked.id, after.limit, after.window_s, after.burst, wanted.reason, asked.at],
  )
  // A full bucket of the new size: nobody is refused for what was allowed when he sent it.
  await tx.query('DELETE FROM edge.bucket WHERE limit_id = $1', [asked.id])
  return keepVersion(tx, RATE_LIMIT, 'changed', asked)
}

/** Whoever makes or changes a limit sees those of the others: of two that would be the same, one is refused. */
async function oneAtATime(tx: Transaction): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('edge.rate_limit'))`)
}

async function alreadyLimited(
  tx: Transaction,
  wanted: {
    readonly merchant_id?: string | undefined
    readonly console?: string | undefined
    readonly route: string
    readonly window_s: number
  },
): Promise<Outcome> {
  const { rows } = await tx.query<{ id: string; max_requests: number }>(
    `SELECT id, max_requests FROM edge.rate_limit
     WHERE state = 'active' AND coalesce(merchant_id, '') = $1 AND route = $2 AND window_s = $3
       AND coalesce(console, '') = $4`,
    [wanted.merchant_id ?? '', wanted.route, wanted.window_s, wanted.console ?? ''],
  )
  const whose = wanted.merchant_id
    ? `the merchant ${wanted.merchant_id}`
    : wanted.console
      ? `each operator of the console ${wanted.console}`
      : 'all merchants together'
  return refuse(
    'limit_exists',
    `${rows[0]?.id} limits ${whose} to ${rows[0]?.max_requests} in ${wanted.window_s} s at ${wanted.route}. Change that one.`,
  )
}

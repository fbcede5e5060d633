import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { Instant, text } from '../http/fields.ts'
import { isRefusal, refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { type Asked, changedGateway, gatewayToChange } from './gateway.ts'

/** How long somebody's will may stand before it is asked for anew. */
const FORCED_MAX_H = 24
const HOUR_MS = 3_600_000

export const BreakerRequest = z
  .strictObject({
    force: z
      .enum(['open', 'closed', 'automatic'])
      .meta({ description: '`automatic` takes back what was forced.' }),
    until: Instant.optional().meta({
      description: `When it falls back to automatic by itself: within ${FORCED_MAX_H} hours, which is what holds if absent.`,
    }),
    reason: text(200, 1),
    note: text(4_000).optional(),
  })
  .refine(({ force, until }) => force !== 'automatic' || until === undefined, {
    path: ['until'],
    message: 'must be absent where force is automatic',
  })

/** Forces a breaker open or closed for a time, or leaves it to itself again. */
export async function forceBreaker(
  tx: Transaction,
  asked: Asked,
  { force, until, reason }: z.infer<typeof BreakerRequest>,
): Promise<Outcome> {
  const gateway = await gatewayToChange(tx, asked)
  if (isRefusal(gateway)) return gateway
  if (force === 'automatic') {
    if (gateway.breaker.forced === undefined) {
      return refuse('already_so', `Nobody has forced the breaker of ${gateway.name}.`)
    }
    return releaseBreaker(tx, asked)
  }
  const last = new Date(asked.at.getTime() + FORCED_MAX_H * HOUR_MS)
  const ends = until === undefined ? last : new Date(until)
  if (ends <= asked.at || ends > last) {
    const message = `must be after ${asked.at.toISOString()} and at the latest ${last.toISOString()}`
    return refuse('invalid_request', `until ${message}.`, [{ field: 'until', message }])
  }
  await tx.query(
    `UPDATE gateways.gateway SET breaker = $2, breaker_since = CASE WHEN breaker = $2 THEN breaker_since ELSE $3 END,
       breaker_forced = $2, breaker_forced_until = $4, breaker_reason = $5, failures = 0, trials = 0,
       next_probe_at = NULL, version = version + 1
     WHERE id = $1`,
    [asked.id, force, asked.at, ends, reason],
  )
  return changedGateway(tx, 'gateway.breaker_forced', asked)
}

/** Leaves a forced breaker to itself: one that was open is tried before it is trusted. */
export async function releaseBreaker(tx: Transaction, asked: Asked): Promise<Outcome> {
  await tx.query(
    `UPDATE gateways.gateway SET breaker = CASE WHEN breaker = 'open' THEN 'half_open' ELSE breaker END,
       breaker_since = CASE WHEN breaker = 'open' THEN $2 ELSE breaker_since END,
       breaker_forced = NULL, breaker_forced_until = NULL, breaker_reason = NULL, version = version + 1
     WHERE id = $1`,
    [asked.id, asked.at],
  )
  return changedGateway(tx, 'gateway.breaker_released', asked)
}

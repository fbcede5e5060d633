import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { Id, Instant, text } from '../http/fields.ts'
import { isRefusal, type Refusal, refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { type Asked, changedGateway, type Gateway, gatewayToChange, Percent } from './gateway.ts'

/** How long somebody's will may stand before it is asked for anew. */
const OVERRIDE_MAX_H = 24
const HOUR_MS = 3_600_000

export const OverrideRequest = z.strictObject({
  to: Id.meta({ description: 'Another gateway of the kind, that takes payments now.' }),
  percent: Percent,
  until: Instant.meta({ description: `When it ends by itself: within ${OVERRIDE_MAX_H} hours.` }),
  reason: text(200, 1),
  note: text(4_000).optional(),
})
export const EndOverrideRequest = z.strictObject({ reason: text(200, 1), note: text(4_000).optional() })

/** Has so many of a hundred authorisations whose turn is a gateway's go by another one, for a time. */
export async function overrideRouting(
  tx: Transaction,
  asked: Asked,
  { to, percent, until, reason }: z.infer<typeof OverrideRequest>,
): Promise<Outcome> {
  // All of them, in one order: two that send to each other at a time must see each other.
  await tx.query('SELECT FROM gateways.gateway ORDER BY id FOR UPDATE')
  const gateway = await gatewayToChange(tx, asked)
  if (isRefusal(gateway)) return gateway
  const { override } = gateway
  if (override !== undefined && new Date(override.until) > asked.at) {
    return refuse(
      'override_in_force',
      `What is the turn of ${gateway.name} goes to ${override.to} until ${override.until}. End that first.`,
    )
  }
  const last = new Date(asked.at.getTime() + OVERRIDE_MAX_H * HOUR_MS)
  if (new Date(until) <= asked.at || new Date(until) > last) {
    const message = `must be after ${asked.at.toISOString()} and at the latest ${last.toISOString()}`
    return refuse('invalid_request', `until ${message}.`, [{ field: 'until', message }])
  }
  const unsuitable = await unsuitableFor(tx, gateway, to, asked.at)
  if (unsuitable) return unsuitable
  await tx.query(
    `UPDATE gateways.gateway SET override_to = $2, override_percent = $3, override_since = $4, override_until = $5,
       override_reason = $6, version = version + 1
     WHERE id = $1`,
    [asked.id, to, percent, asked.at, until, reason],
  )
  return changedGateway(tx, 'gateway.override_set', asked)
}

/** Ends an override before its time: routing is by priority and weight again. */
export async function endOverride(tx: Transaction, asked: Asked): Promise<Outcome> {
  const gateway = await gatewayToChange(tx, asked)
  if (isRefusal(gateway)) return gateway
  const { override } = gateway
  if (override === undefined || new Date(override.until) <= asked.at) {
    return refuse('no_override', `What is the turn of ${gateway.name} goes nowhere else.`)
  }
  await clearOverride(tx, asked.id)
  return changedGateway(tx, 'gateway.override_ended', asked)
}

/** What the time of has come ends by itself. */
export async function lapseOverrides(tx: Transaction, at: Date): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    'SELECT id FROM gateways.gateway WHERE override_until <= $1 ORDER BY id FOR UPDATE',
    [at],
  )
  for (const { id } of rows) {
    await clearOverride(tx, id)
    await changedGateway(tx, 'gateway.override_lapsed', { id, at })
  }
}

async function clearOverride(tx: Transaction, id: string): Promise<void> {
  await tx.query(
    `UPDATE gateways.gateway SET override_to = NULL, override_percent = NULL, override_since = NULL,
       override_until = NULL, override_reason = NULL, version = version + 1
     WHERE id = $1`,
    [id],
  )
}

/** Where nothing can go, or would not stay: what comes by an override is sent on by none. */
async function unsuitableFor(
  tx: Transaction,
  { id, kind, name }: Gateway,
  to: string,
  at: Date,
): Promise<Refusal | undefined> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id FROM gateways.gateway
     WHERE kind = $1 AND id <> $2 AND status IN ('operational', 'degraded') AND breaker <> 'open'
       AND (override_until IS NULL OR override_until <= $3)
     ORDER BY id`,
    [kind, id, at],
  )
  const allowed = rows.map((able) => able.id)
  if (allowed.includes(to)) return undefined
  const message = `must be another gateway for ${kind} that takes payments and from which nothing is sent on`
  return refuse('gateway_unsuitable', `In place of ${name}, to ${message}.`, [
    { field: 'to', message, allowed },
  ])
}

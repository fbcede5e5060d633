import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { text } from '../http/fields.ts'
import { isRefusal, refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { type Asked, changedGateway, GATEWAY_STATUSES, gatewayToChange, Priority, Weight } from './gateway.ts'

const SHOWN_OF_SECRET_CHARACTERS = 4

export const StatusRequest = z.strictObject({
  status: z.enum(GATEWAY_STATUSES),
  reason: text(200, 1),
  note: text(4_000).optional(),
})
export const RoutingRequest = z
  .strictObject({
    weight: Weight.optional(),
    priority: Priority.optional(),
    reason: text(200, 1).optional(),
    note: text(4_000).optional(),
  })
  .refine(({ weight, priority }) => weight !== undefined || priority !== undefined, {
    path: ['weight'],
    message: 'must be there, or priority, or both',
  })
export const CredentialRequest = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be a name such as api_key: a-z, 0-9 and _, at most 40'),
  secret: z
    .string()
    .regex(/^[\x21-\x7e]{16,500}$/, 'must be 16 to 500 visible ASCII characters')
    .meta({ description: 'Only its digest and its last four characters are kept.' }),
})

/** Says how a gateway is. One that is down or in maintenance takes no payment. */
export async function setStatus(
  tx: Transaction,
  asked: Asked,
  { status, reason }: z.infer<typeof StatusRequest>,
): Promise<Outcome> {
  const gateway = await gatewayToChange(tx, asked)
  if (isRefusal(gateway)) return gateway
  if (gateway.status === status) return refuse('already_so', `${gateway.name} is ${status} already.`)
  await tx.query(
    `UPDATE gateways.gateway SET status = $2, status_since = $3, status_reason = $4, version = version + 1 WHERE id = $1`,
    [asked.id, status, asked.at, reason],
  )
  return changedGateway(tx, 'gateway.status_changed', asked)
}

/** Changes whose turn a gateway's is. The last weight of a kind of payment is not taken away. */
export async function setRouting(
  tx: Transaction,
  asked: Asked,
  wanted: z.infer<typeof RoutingRequest>,
): Promise<Outcome> {
  // All of them, in one order: two that take away the last two weights at a time must see each other.
  await tx.query('SELECT FROM gateways.gateway ORDER BY id FOR UPDATE')
  const gateway = await gatewayToChange(tx, asked)
  if (isRefusal(gateway)) return gateway
  const { weight = gateway.weight, priority = gateway.priority } = wanted
  if (weight === gateway.weight && priority === gateway.priority) {
    return refuse('already_so', `${gateway.name} has weight ${weight} and priority ${priority} already.`)
  }
  if (weight === 0) {
    const others = await tx.query(
      'SELECT FROM gateways.gateway WHERE kind = $1 AND weight > 0 AND id <> $2 LIMIT 1',
      [gateway.kind, asked.id],
    )
    if (others.rowCount === 0) {
      const message = `must be more than 0: no other gateway takes payments by ${gateway.kind}. Give another one a weight first`
      return refuse('last_of_kind', `weight ${message}.`, [{ field: 'weight', message }])
    }
  }
  await tx.query(
    'UPDATE gateways.gateway SET weight = $2, priority = $3, version = version + 1 WHERE id = $1',
    [asked.id, weight, priority],
  )
  return changedGateway(tx, 'gateway.routing_changed', asked)
}

/** Replaces what we present to a gateway. Neither the answer nor the database has the secret. */
export async function setCredential(
  tx: Transaction,
  asked: Asked,
  { name, secret }: z.infer<typeof CredentialRequest>,
): Promise<Outcome> {
  const gateway = await gatewayToChange(tx, asked)
  if (isRefusal(gateway)) return gateway
  await tx.query(
    `INSERT INTO gateways.credential (gateway_id, name, sha256, ends_with, set_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (gateway_id, name) DO UPDATE
       SET sha256 = excluded.sha256, ends_with = excluded.ends_with, set_at = excluded.set_at`,
    [
      asked.id,
      name,
      createHash('sha256').update(secret).digest('hex'),
      secret.slice(-SHOWN_OF_SECRET_CHARACTERS),
      asked.at,
    ],
  )
  await tx.query('UPDATE gateways.gateway SET version = version + 1 WHERE id = $1', [asked.id])
  return changedGateway(tx, 'gateway.credential_set', asked)
}

import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { type EventSource, recordEvents } from '../events/record-events.ts'
import { Id, Instant, text, Version } from '../http/fields.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import { CHECKOUT_METHODS } from '../merchants/merchant.ts'

export const GATEWAY_STATUSES = ['operational', 'degraded', 'maintenance', 'down'] as const
export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const

export const Priority = z
  .number()
  .int()
  .min(1)
  .max(9)
  .meta({ description: 'The gateways of the lowest number take the payments.' })
export const Weight = z
  .number()
  .int()
  .min(0)
  .max(100)
  .meta({ description: 'The share among gateways of one priority; 0 takes none.' })

export const Percent = z
  .number()
  .int()
  .min(1)
  .max(100)
  .meta({ description: 'Of a hundred authorisations, so many.' })

export const GatewaySchema = z.strictObject({
  id: Id,
  version: Version,
  name: text(140, 1),
  kind: z.enum(CHECKOUT_METHODS),
  status: z.enum(GATEWAY_STATUSES),
  status_since: Instant,
  status_reason: z.string().optional(),
  priority: Priority,
  weight: Weight,
  breaker: z.strictObject({
    state: z.enum(BREAKER_STATES),
    since: Instant,
    forced: z.enum(['open', 'closed']).optional(),
    forced_until: Instant.optional(),
    reason: z.string().optional(),
    trips: z.number().int().min(0),
    next_probe_at: Instant.optional(),
  }),
  override: z
    .strictObject({ to: Id, percent: Percent, since: Instant, until: Instant, reason: z.string() })
    .optional()
    .meta({ description: 'Where what is its turn goes for a time.' }),
  credentials: z
    .array(
      z.strictObject({ name: z.string(), ends_with: z.string(), fingerprint: z.string(), set_at: Instant }),
    )
    .meta({ description: 'Never the secrets: those are not kept here.' }),
  created_at: Instant,
})
export type Gateway = z.infer<typeof GatewaySchema>

/** How `gateway.*` events are drawn. */
const GATEWAY_EVENTS: EventSource = {
  upstream: 'gateways',
  subjectKind: 'gateway',
  table: 'gateways.gateway',
  version: 't.version',
  data: 'gateways.gateway_json(t)',
  refs: `'[]'::jsonb`,
}

/** What is asked of one gateway: when, over which version, under which key. */
export type Asked = {
  readonly id: string
  readonly at: Date
  readonly ifMatch?: number | undefined
  readonly key?: string | undefined
}

/** The gateway, held to the end of the transaction, unless there is none or the caller saw another version. */
export async function gatewayToChange(tx: Transaction, { id, ifMatch }: Asked): Promise<Gateway | Refusal> {
  const gateway = await readGateway(tx, id)
  if (!gateway) return refuse('not_found', `There is no gateway ${id}.`)
  return staleVersion(ifMatch, gateway.version) ?? gateway
}

/** The answer of a write that has changed a gateway, after its event. */
export async function changedGateway(
  tx: Transaction,
  type: `gateway.${string}`,
  { id, at, key }: Asked,
): Promise<Outcome> {
  await recordEvents(tx, GATEWAY_EVENTS, type, [{ id, at }], key)
  const gateway = await readGateway(tx, id)
  return { status: 200, body: { gateway }, version: gateway?.version }
}

async function readGateway(tx: Transaction, id: string): Promise<Gateway | undefined> {
  const { rows } = await tx.query<{ gateway: Gateway }>(
    'SELECT gateways.gateway_json(t) AS gateway FROM gateways.gateway t WHERE id = $1 FOR UPDATE',
    [id],
  )
  return rows[0]?.gateway
}

import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'

export const GATEWAY_KINDS = ['card', 'wallet', 'bank_transfer'] as const
export const GATEWAY_STATUSES = ['operational', 'degraded', 'maintenance', 'down'] as const
export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const

/**
 * By which way authorisations go. What is presented to it stands in the same record upstream and is left there: nothing here can show or
 * change it. Nothing of it settles or pays out (P-11).
 */
export const gatewaySchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  name: z.string(),
  kind: z.enum(GATEWAY_KINDS),
  status: z.enum(GATEWAY_STATUSES),
  status_since: instant,
  status_reason: z.string().optional(),
  /** The gateways of the lowest number have their turn, by weight among equals. */
  priority: z.int(),
  weight: z.int(),
  breaker: z.object({
    state: z.enum(BREAKER_STATES),
    since: instant,
    forced: z.enum(['open', 'closed']).optional(),
    forced_until: instant.optional(),
    reason: z.string().optional(),
    trips: z.int().min(0),
    next_probe_at: instant.optional(),
  }),
  /** Where so many of a hundred authorisations whose turn it is go, for a time. */
  override: z
    .object({ to: entityId, percent: z.int(), since: instant, until: instant, reason: z.string() })
    .optional(),
  created_at: instant,
})
export type Gateway = z.output<typeof gatewaySchema>
export type Override = NonNullable<Gateway['override']>

/** Whether an authorisation can go by it now. */
export function takesPayments({ status, breaker }: Gateway): boolean {
  return (status === 'operational' || status === 'degraded') && breaker.state !== 'open'
}

/** One whose time has come holds no longer, whether or not its system of record has noticed yet. */
export function overrideInForce({ override }: Gateway, now: Date): Override | undefined {
  return override !== undefined && new Date(override.until) > now ? override : undefined
}

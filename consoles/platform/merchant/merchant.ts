import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'

/** How somebody can pay at a merchant's checkout. */
export const CHECKOUT_METHODS = ['card', 'wallet', 'bank_transfer'] as const

export const MERCHANT_STATES = ['pending', 'active', 'suspended'] as const

/**
 * Somebody who sells through the platform. When and in which currency a merchant is settled stands in the same record upstream and is
 * left there: it is of finance, and nothing here can show or change it (P-11).
 */
export const merchantSchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  name: z.string(),
  legal_name: z.string(),
  country: z.string(),
  /** ISO 18245. */
  mcc: z.string(),
  contact: z.object({ email: z.string() }),
  config: z.object({
    checkout_methods: z.array(z.string()),
    api_access: z.boolean(),
    webhook_url: z.string().optional(),
  }),
  state: z.enum(MERCHANT_STATES),
  suspended_since: instant.optional(),
  suspend_reason: z.string().optional(),
  created_at: instant,
})
export type Merchant = z.output<typeof merchantSchema>

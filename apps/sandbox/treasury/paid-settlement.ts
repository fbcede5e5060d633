import { z } from 'zod'
import type { EventSource } from '../events/record-events.ts'
import { Instant } from '../http/fields.ts'
import { SettlementSchema } from '../merchants/settlement.ts'

/** `paid_out`: its money has left, and it waits for finance to confirm it. */
export const PAID_SETTLEMENT_STATES = ['paid_out', 'confirmed'] as const

/** A settlement as finance sees it. */
export const PaidSettlementSchema = SettlementSchema.extend({
  merchant_name: z.string(),
  state: z.enum(PAID_SETTLEMENT_STATES),
  confirmed_at: Instant.optional(),
  confirm_reason: z.string().optional(),
})
export type PaidSettlement = z.infer<typeof PaidSettlementSchema>

/** How `settlement.paid_out` and `settlement.confirmed` are drawn. */
export const PAID_SETTLEMENT_EVENTS: EventSource = {
  upstream: 'treasury',
  subjectKind: 'settlement',
  table: 'merchants.settlement',
  version: 't.version',
  data: 'merchants.paid_settlement_json(t)',
  refs: `jsonb_build_array(jsonb_build_object('kind', 'merchant', 'id', t.merchant_id))`,
}

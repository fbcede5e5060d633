import { z } from 'zod'
import type { EventSource } from '../events/record-events.ts'
import { Id, Instant, Version } from '../http/fields.ts'
import { MoneySchema } from '../http/money.ts'
import { CHECKOUT_METHODS } from './merchant.ts'

export const TRANSACTION_STATUSES = ['captured', 'declined', 'failed'] as const
export type TransactionStatus = (typeof TRANSACTION_STATUSES)[number]
/** Why the payer's bank would not, and why the gateway could not. */
export const DECLINES = ['insufficient_funds', 'do_not_honour', 'expired_card', 'suspected_fraud'] as const
export const FAILURES = ['gateway_timeout', 'gateway_error', 'network_unavailable'] as const
export const NETWORKS = ['visa', 'mastercard', 'amex', 'discover'] as const

export const TransactionSchema = z.strictObject({
  id: Id,
  version: Version,
  merchant_id: Id,
  gateway: Id,
  network: z.enum(NETWORKS),
  method: z.enum(CHECKOUT_METHODS),
  status: z.enum(TRANSACTION_STATUSES),
  failure_code: z.string().optional().meta({ description: 'Why nothing was captured.' }),
  amount: MoneySchema,
  created_at: Instant,
})

/** How `transaction.recorded` is drawn. */
export const TRANSACTION_EVENTS: EventSource = {
  upstream: 'merchants',
  subjectKind: 'transaction',
  table: 'merchants.transaction',
  version: 't.version',
  data: 'merchants.transaction_json(t)',
  refs: `jsonb_build_array(jsonb_build_object('kind', 'merchant', 'id', t.merchant_id))`,
}

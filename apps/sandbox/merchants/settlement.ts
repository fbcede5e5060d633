import { z } from 'zod'
import type { EventSource } from '../events/record-events.ts'
import { Id, Instant, Version } from '../http/fields.ts'
import { MoneySchema } from '../http/money.ts'

export const SettlementSchema = z.strictObject({
  id: Id,
  version: Version,
  merchant_id: Id,
  period_start: Instant,
  period_end: Instant,
  amount: MoneySchema,
  posting_id: Id.meta({ description: 'The posting at the ledger.' }),
  settled_at: Instant,
})

export const BalanceOfMerchant = z.strictObject({
  merchant_id: Id,
  version: Version,
  pending: MoneySchema.meta({ description: 'Captured since period_start, and due at due_at.' }),
  settled: MoneySchema.meta({ description: 'What has been settled so far.' }),
  period_start: Instant,
  due_at: Instant,
})

/** How `settlement.completed` is drawn. */
export const SETTLEMENT_EVENTS: EventSource = {
  upstream: 'merchants',
  subjectKind: 'settlement',
  table: 'merchants.settlement',
  version: 't.version',
  data: 'merchants.settlement_json(t)',
  refs: `jsonb_build_array(jsonb_build_object('kind', 'merchant', 'id', t.merchant_id))`,
}

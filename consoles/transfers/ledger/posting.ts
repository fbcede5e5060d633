import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { wireMoney } from '@countersign/kernel/money/money.ts'
import { z } from 'zod'

/** A double-entry posting: its lines sum to zero per currency. */
export const postingSchema = z.object({
  id: entityId,
  version: z.int(),
  transfer_id: entityId.optional(),
  exception_id: entityId.optional(),
  at: z.string(),
  description: z.string(),
  lines: z.array(
    z.object({
      account: z.string(),
      account_name: z.string(),
      side: z.enum(['debit', 'credit']),
      amount: wireMoney,
    }),
  ),
})
export type Posting = z.output<typeof postingSchema>

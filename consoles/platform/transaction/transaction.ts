import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { wireMoney } from '@countersign/kernel/money/money.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'

export const TRANSACTION_STATUSES = ['captured', 'declined', 'failed'] as const

/** A payment at a merchant's checkout, as operations may see it: what became of it, and by which gateway it went. */
export const transactionSchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  merchant_id: entityId,
  gateway: entityId,
  network: z.string(),
  method: z.string(),
  status: z.enum(TRANSACTION_STATUSES),
  /** Why nothing was captured. */
  failure_code: z.string().optional(),
  amount: wireMoney,
  created_at: instant,
})
export type Transaction = z.output<typeof transactionSchema>

/** One in a list, with what its merchant and its gateway are called where that is known. */
export type ListedTransaction = Transaction & {
  readonly merchant_name?: string
  readonly gateway_name?: string
}

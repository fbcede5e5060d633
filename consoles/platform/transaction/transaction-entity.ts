import { defineEntity } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { TRANSACTION_STATUSES, type Transaction } from './transaction.ts'

const AMOUNT = /^(0|[1-9]\d{0,12})(\.\d{1,4})?$/

/**
 * What is paid to merchants, to look at only: no action has it as its target, and none can be declared on it without a port that writes
 * to it. A refund is the merchant's own to make (P-03).
 */
export const transactionEntity = defineEntity<Transaction, Upstreams>({
  kind: 'transaction',
  console: 'platform',
  read: (id, { merchants }, { signal }) => merchants.transaction(id, signal),
  present: ({ id, merchant_id, status, version: _version, ...record }) => ({
    title: `${record.amount.amount} ${record.amount.currency}`,
    state: status,
    data: { ...record, id, merchant_id, failure_code: record.failure_code ?? null },
    related: [{ kind: 'merchant', id: merchant_id, title: merchant_id, relation: say`Merchant` }],
  }),
  list: {
    filters: z.object({
      merchant_id: entityId.optional(),
      gateway: entityId.optional(),
      status: z.enum(TRANSACTION_STATUSES).optional(),
      from: instant.optional().meta({ description: 'Made then or later.' }),
      to: instant.optional().meta({ description: 'Made before then.' }),
      amount_from: z
        .string()
        .regex(AMOUNT)
        .optional()
        .meta({ description: 'At least so much, in units of its currency, such as 1204.50.' }),
      amount_to: z
        .string()
        .regex(AMOUNT)
        .optional()
        .meta({ description: 'At most so much, in units of its currency.' }),
    }),
    page: (query, { merchants }, signal) => merchants.transactions(query, signal),
    door: {
      path: '/api/ops/transactions',
      summary: 'Transactions, newest first; to look at only',
      member: 'transactions',
      item: ({ version: _version, ...record }) => ({ ...record, failure_code: record.failure_code ?? null }),
      beside: {
        success: true,
        note: say`Transaction monitoring is read-only. Merchants initiate refunds via their dashboard.`,
      },
    },
  },
})

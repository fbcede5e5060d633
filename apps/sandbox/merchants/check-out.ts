import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { MoneySchema, minorUnits } from '../http/money.ts'
import { refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { notActive, readMerchant, unknownMerchant } from './change-merchant.ts'
import { CHECKOUT_METHODS } from './merchant.ts'
import { NETWORKS, TRANSACTION_EVENTS } from './transaction.ts'

export const CheckoutRequest = z.strictObject({
  method: z.enum(CHECKOUT_METHODS),
  network: z.enum(NETWORKS),
  amount: MoneySchema.refine((amount) => !/^[0.]+$/.test(amount.amount), 'must be more than nothing'),
})

/** Somebody pays at a merchant's checkout: it is captured by the gateway that most goes through. */
export async function checkOut(
  tx: Transaction,
  { id, at, key }: { readonly id: string; readonly at: Date; readonly key: string | undefined },
  paid: z.infer<typeof CheckoutRequest>,
): Promise<Outcome> {
  const merchant = await readMerchant(tx, id, 'FOR SHARE')
  if (!merchant) return unknownMerchant(id)
  if (merchant.state !== 'active') return notActive(merchant)
  const { checkout_methods, settlement } = merchant.config
  if (!checkout_methods.includes(paid.method)) {
    return notOfMerchant('method', checkout_methods)
  }
  if (paid.amount.currency !== settlement.currency) {
    return notOfMerchant('amount.currency', [settlement.currency])
  }
  const amount = minorUnits(paid.amount).toString()
  const { rows } = await tx.query<{ period_start: Date }>(
    `UPDATE merchants.balance SET pending_minor = pending_minor + $2, version = version + 1
     WHERE merchant_id = $1 RETURNING period_start`,
    [id, amount],
  )
  const begins = rows[0]?.period_start
  if (!begins) throw new Error(`the merchant ${id} has no balance`)
  const transactionId = `txn_${randomUUID()}`
  await tx.query(
    `INSERT INTO merchants.transaction (id, merchant_id, gateway, network, method, status, amount_minor, currency,
       created_at)
     VALUES ($1, $2, (SELECT id FROM gateways.gateway ORDER BY (routing = 'on') DESC, weight DESC, id LIMIT 1),
       $3, $4, 'captured', $5, $6, greatest($7::timestamptz, $8::timestamptz))`,
    // What comes after a period was settled is of the next, whatever the clock said when it was sent.
    [transactionId, id, paid.network, paid.method, amount, paid.amount.currency, at, begins],
  )
  await recordEvents(tx, TRANSACTION_EVENTS, 'transaction.recorded', [{ id: transactionId, at }], key)
  const made = await tx.query<{ transaction: unknown }>(
    'SELECT merchants.transaction_json(t) AS transaction FROM merchants.transaction t WHERE id = $1',
    [transactionId],
  )
  return { status: 201, body: { transaction: made.rows[0]?.transaction }, version: 1 }
}

function notOfMerchant(field: string, allowed: readonly string[]): Outcome {
  const message = `must be one of ${allowed.join(', ')} at this merchant`
  return refuse('not_of_merchant', `${field} ${message}.`, [{ field, message, allowed }])
}

import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { noteOutcome } from '../gateways/move-breaker.ts'
import { pickGateway } from '../gateways/pick-gateway.ts'
import { MoneySchema, minorUnits } from '../http/money.ts'
import { refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { notActive, readMerchant, unknownMerchant } from './change-merchant.ts'
import { CHECKOUT_METHODS } from './merchant.ts'
import { DECLINES, FAILURES, NETWORKS, TRANSACTION_EVENTS, type TransactionStatus } from './transaction.ts'

export const CheckoutRequest = z.strictObject({
  method: z.enum(CHECKOUT_METHODS),
  network: z.enum(NETWORKS),
  amount: MoneySchema.refine((amount) => !/^[0.]+$/.test(amount.amount), 'must be more than nothing'),
  fails_with: z
    .enum([...DECLINES, ...FAILURES])
    .optional()
    .meta({
      description: 'Plays that the payer’s bank declines it, or that the gateway fails; absent: captured.',
    }),
  latency_ms: z
    .number()
    .int()
    .min(0)
    .max(60_000)
    .optional()
    .meta({ description: 'Plays how long the gateway takes.' }),
})

/** Somebody pays at a merchant's checkout, by the gateway whose turn it is; its breaker hears how that went. */
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
  const transactionId = `txn_${randomUUID()}`
  const gateway = await pickGateway(tx, paid.method, { id: transactionId, at })
  if (gateway === undefined) {
    return refuse(
      'no_gateway',
      `Every gateway for ${paid.method} is down, in maintenance, without a weight, or has its breaker open.`,
    )
  }
  const amount = minorUnits(paid.amount).toString()
  const status = statusOf(paid.fails_with)
  const { rows } = await tx.query<{ period_start: Date }>(
    `UPDATE merchants.balance SET pending_minor = pending_minor + $2, version = version + 1
     WHERE merchant_id = $1 RETURNING period_start`,
    [id, status === 'captured' ? amount : 0],
  )
  const begins = rows[0]?.period_start
  if (!begins) throw new Error(`the merchant ${id} has no balance`)
  await tx.query(
    `INSERT INTO merchants.transaction (id, merchant_id, gateway, network, method, status, failure_code, latency_ms,
       amount_minor, currency, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7,
       coalesce($8, gateways.drawn_latency($3, merchants.chance($1, 0, 'latency'), $7 IS NOT DISTINCT FROM 'gateway_timeout')),
       $9, $10, greatest($11::timestamptz, $12::timestamptz))`,
    // What comes after a period was settled is of the next, whatever the clock said when it was sent.
    [
      transactionId,
      id,
      gateway,
      paid.network,
      paid.method,
      status,
      paid.fails_with ?? null,
      paid.latency_ms ?? null,
      amount,
      paid.amount.currency,
      at,
      begins,
    ],
  )
  await recordEvents(tx, TRANSACTION_EVENTS, 'transaction.recorded', [{ id: transactionId, at }], key)
  // A bank that declines has been reached.
  await noteOutcome(tx, { id: gateway, at, key }, status !== 'failed')
  const made = await tx.query<{ transaction: unknown }>(
    'SELECT merchants.transaction_json(t) AS transaction FROM merchants.transaction t WHERE id = $1',
    [transactionId],
  )
  return { status: 201, body: { transaction: made.rows[0]?.transaction }, version: 1 }
}

function statusOf(failsWith: z.infer<typeof CheckoutRequest>['fails_with']): TransactionStatus {
  if (failsWith === undefined) return 'captured'
  return (DECLINES as readonly string[]).includes(failsWith) ? 'declined' : 'failed'
}

function notOfMerchant(field: string, allowed: readonly string[]): Outcome {
  const message = `must be one of ${allowed.join(', ')} at this merchant`
  return refuse('not_of_merchant', `${field} ${message}.`, [{ field, message, allowed }])
}

import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { countEffect } from '../http/count-effect.ts'
import { Id, Instant, text } from '../http/fields.ts'
import { MoneySchema, minorUnits } from '../http/money.ts'
import { defineRoute, type Route } from '../http/route.ts'

/** A payment order that it has not begun on within this time it drops. */
export const SETTLES_WITHIN_S = 30
const FOUND_MAX_PAYMENTS = 50

const PaymentOrder = z.strictObject({
  reference: Id,
  amount: MoneySchema,
  creditor: z.strictObject({ name: text(140, 1), account: text(34, 1) }),
})
const Payment = PaymentOrder.extend({ id: Id, state: z.literal('accepted'), accepted_at: Instant })

const PAYMENT_JSON = `jsonb_build_object('id', id, 'reference', reference, 'amount', platform.money(amount_minor, currency),
  'creditor', jsonb_build_object('name', creditor_name, 'account', creditor_account), 'state', 'accepted',
  'accepted_at', platform.instant(accepted_at))`

/** `/banks`, class B: no idempotency keys, but every payment is found by the reference that its order gave. */
export function bankRoutes(database: Database, now: () => Date): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/payments',
      operationId: 'orderPayment',
      summary: 'Pay. The same order sent again is another payment',
      body: PaymentOrder,
      replies: { 201: z.strictObject({ payment: Payment }) },
      refusals: ['invalid_request', 'too_late'],
      async handle({ body }) {
        const { reference, creditor } = body
        const at = now()
        return database.transaction(async (tx) => {
          const id = `pay_${randomUUID()}`
          const { rows } = await tx.query<{ payment: unknown }>(
            `INSERT INTO banks.payment (id, reference, amount_minor, currency, creditor_name, creditor_account, accepted_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${PAYMENT_JSON} AS payment`,
            [
              id,
              reference,
              minorUnits(body.amount),
              body.amount.currency,
              creditor.name,
              creditor.account,
              at,
            ],
          )
          const result = { payment: rows[0]?.payment }
          const effect = { upstream: 'banks', operation: 'payment.order', at, result } as const
          await countEffect(tx, { ...effect, order: reference, target: id })
          return { status: 201, body: result }
        })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/payments',
      operationId: 'findPayments',
      summary: 'The payments with this reference, oldest first; none: it has not paid',
      query: z.strictObject({ reference: Id }),
      replies: { 200: z.strictObject({ payments: z.array(Payment) }) },
      refusals: ['invalid_request'],
      async handle({ query }) {
        const { rows } = await database.query<{ payment: unknown }>(
          `SELECT ${PAYMENT_JSON} AS payment FROM banks.payment WHERE reference = $1 ORDER BY accepted_at, id LIMIT $2`,
          [query.reference, FOUND_MAX_PAYMENTS],
        )
        return { status: 200, body: { payments: rows.map(({ payment }) => payment) } }
      },
    }),
  ]
}

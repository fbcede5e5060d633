import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Id, Instant, text } from '../http/fields.ts'
import { listRecords, PageQuery, pageOf, readRecord } from '../http/list-records.ts'
import { OF_A_KEY, onceAt } from '../http/perform-once.ts'
import { refuse } from '../http/problem.ts'
import { defineRoute, type Outcome, type Route } from '../http/route.ts'
import {
  ActivateRequest,
  activateMerchant,
  notActive,
  readMerchant,
  SuspendRequest,
  suspendMerchant,
  unknownMerchant,
} from './change-merchant.ts'
import { CheckoutRequest, checkOut } from './check-out.ts'
import { MERCHANT_STATES, MerchantSchema, NewMerchant } from './merchant.ts'
import { openMerchants } from './open-merchants.ts'
import { BalanceOfMerchant, SettlementSchema } from './settlement.ts'
import { standardSettlement } from './standard-settlement.ts'
import { TRANSACTION_STATUSES, TransactionSchema } from './transaction.ts'

const MERCHANTS = {
  plural: 'merchants',
  table: 'merchants.merchant',
  json: 'merchants.merchant_json(t)',
  orderBy: 'created_at',
}
const TRANSACTIONS = {
  plural: 'transactions',
  table: 'merchants.transaction',
  json: 'merchants.transaction_json(t)',
  orderBy: 'created_at',
}
const SETTLEMENTS = {
  plural: 'settlements',
  table: 'merchants.settlement',
  json: 'merchants.settlement_json(t)',
  orderBy: 'period_end',
}
const ById = z.strictObject({ id: Id })
const Decimal = z.string().regex(/^(0|[1-9]\d{0,12})(\.\d{1,4})?$/, 'must be a decimal such as 1204.50')

/** `/merchants`: who sells, what was paid to them, and what is settled to them by itself. */
export function merchantRoutes(database: Database, now: () => Date): Route[] {
  const once = onceAt(database, now, 'merchants')
  return [
    defineRoute({
      method: 'GET',
      path: '/merchants',
      operationId: 'listMerchants',
      summary: 'Merchants, newest first; `name` finds those whose name begins so, whatever its case',
      query: PageQuery.extend({
        state: z.enum(MERCHANT_STATES).optional(),
        country: z
          .string()
          .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code of two capital letters')
          .optional(),
        mcc: z
          .string()
          .regex(/^\d{4}$/, 'must be a merchant category code of four digits')
          .optional(),
        name: text(140, 1).optional(),
      }),
      replies: { 200: pageOf('merchants', MerchantSchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) =>
        listRecords(database, MERCHANTS, query, [
          { value: query.state, sql: (state) => `t.state = ${state}` },
          { value: query.country, sql: (country) => `t.country = ${country}` },
          { value: query.mcc, sql: (mcc) => `t.mcc = ${mcc}` },
          { value: query.name, sql: (name) => `lower(t.name) COLLATE "C" ^@ lower(${name}::text)` },
        ]),
    }),
    defineRoute({
      method: 'GET',
      path: '/merchants/{id}',
      operationId: 'readMerchant',
      summary: 'One merchant as it is now',
      params: ById,
      replies: { 200: MerchantSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, MERCHANTS, params.id, 'merchant'),
    }),
    defineRoute({
      method: 'POST',
      path: '/merchants',
      operationId: 'createMerchant',
      summary: 'Open a merchant, which waits for its activation',
      body: NewMerchant,
      key: 'required',
      replies: { 201: z.strictObject({ merchant: MerchantSchema }) },
      refusals: OF_A_KEY,
      handle: ({ body, key }) =>
        once('merchant.create', { target: 'merchant', body, key }, async (tx, at) => {
          const id = `mer_${randomUUID()}`
          const settlement = body.config.settlement ?? standardSettlement(body.country)
          const facts = { ...body, config: { ...body.config, settlement } }
          await openMerchants(tx, [{ id, at, facts, state: 'pending' }], at, key)
          const merchant = await readMerchant(tx, id, 'FOR SHARE')
          return { status: 201, body: { merchant }, version: merchant?.version }
        }),
    }),
    defineRoute({
      method: 'POST',
      path: '/merchants/{id}/activate',
      operationId: 'activateMerchant',
      summary: 'Open the checkout, API and webhooks of a merchant',
      params: ById,
      body: ActivateRequest,
      key: 'required',
      conditional: true,
      replies: { 200: z.strictObject({ merchant: MerchantSchema }) },
      refusals: [...OF_A_KEY, 'not_found', 'already_active', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('merchant.activate', { target: id, body, key }, (tx, at) =>
          activateMerchant(tx, { id, at, ifMatch, key }),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/merchants/{id}/suspend',
      operationId: 'suspendMerchant',
      summary: 'Close the checkout, API and webhooks of a merchant, and nothing else',
      params: ById,
      body: SuspendRequest,
      key: 'required',
      conditional: true,
      replies: { 200: z.strictObject({ merchant: MerchantSchema }) },
      refusals: [...OF_A_KEY, 'not_found', 'merchant_not_active', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('merchant.suspend', { target: id, body, key }, (tx, at) =>
          suspendMerchant(tx, { id, at, ifMatch, key }, body.reason),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/merchants/{id}/checkout',
      operationId: 'checkOut',
      summary: 'Plays a payment at a merchant’s checkout',
      params: ById,
      body: CheckoutRequest,
      key: 'required',
      replies: { 201: z.strictObject({ transaction: TransactionSchema }) },
      refusals: [...OF_A_KEY, 'not_found', 'merchant_not_active', 'not_of_merchant', 'no_gateway'],
      handle: ({ params: { id }, body, key }) =>
        once('merchant.checkout', { target: id, body, key }, (tx, at) => checkOut(tx, { id, at, key }, body)),
    }),
    defineRoute({
      method: 'POST',
      path: '/merchants/{id}/api-calls',
      operationId: 'callAsMerchant',
      summary: 'Plays a call that a merchant makes to the API of the platform; nothing is changed by it',
      params: ById,
      replies: { 200: z.strictObject({ merchant_id: Id, answered_at: Instant }) },
      refusals: ['invalid_request', 'not_found', 'merchant_not_active', 'api_access_off'],
      handle: ({ params: { id } }) =>
        database.transaction<Outcome>(async (tx) => {
          const merchant = await readMerchant(tx, id, 'FOR SHARE')
          if (!merchant) return unknownMerchant(id)
          if (merchant.state !== 'active') return notActive(merchant)
          if (!merchant.config.api_access) return refuse('api_access_off', 'It sells by its checkout alone.')
          return { status: 200, body: { merchant_id: id, answered_at: now().toISOString() } }
        }),
    }),
    defineRoute({
      method: 'POST',
      path: '/merchants/{id}/webhook-deliveries',
      operationId: 'deliverToMerchant',
      summary: 'Plays a delivery to the webhook of a merchant; nothing leaves the sandbox',
      params: ById,
      replies: { 200: z.strictObject({ merchant_id: Id, delivered_to: z.string(), delivered_at: Instant }) },
      refusals: ['invalid_request', 'not_found', 'merchant_not_active', 'no_webhook'],
      handle: ({ params: { id } }) =>
        database.transaction<Outcome>(async (tx) => {
          const merchant = await readMerchant(tx, id, 'FOR SHARE')
          if (!merchant) return unknownMerchant(id)
          if (merchant.state !== 'active') return notActive(merchant)
          const url = merchant.config.webhook_url
          if (url === undefined) return refuse('no_webhook', 'It has named no address.')
          const body = { merchant_id: id, delivered_to: url, delivered_at: now().toISOString() }
          return { status: 200, body }
        }),
    }),
    defineRoute({
      method: 'GET',
      path: '/merchants/{id}/balance',
      operationId: 'readBalance',
      summary: 'What is due to a merchant, and when',
      params: ById,
      replies: { 200: BalanceOfMerchant },
      refusals: ['invalid_request', 'not_found'],
      async handle({ params: { id } }) {
        const { rows } = await database.query<{ balance: { version: number } }>(
          'SELECT merchants.balance_json(t) AS balance FROM merchants.balance t WHERE merchant_id = $1',
          [id],
        )
        const balance = rows[0]?.balance
        return balance ? { status: 200, body: balance, version: balance.version } : unknownMerchant(id)
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/settlements',
      operationId: 'listSettlements',
      summary: 'What was settled to merchants, newest period first; they come by schedule alone',
      query: PageQuery.extend({ merchant_id: Id.optional() }),
      replies: { 200: pageOf('settlements', SettlementSchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) =>
        listRecords(database, SETTLEMENTS, query, [
          { value: query.merchant_id, sql: (merchant) => `t.merchant_id = ${merchant}` },
        ]),
    }),
    defineRoute({
      method: 'GET',
      path: '/settlements/{id}',
      operationId: 'readSettlement',
      summary: 'One settlement',
      params: ById,
      replies: { 200: SettlementSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, SETTLEMENTS, params.id, 'settlement'),
    }),
    defineRoute({
      method: 'GET',
      path: '/transactions',
      operationId: 'listTransactions',
      summary: 'Transactions, newest first; from and amount_from are included, to is not, amount_to is',
      query: PageQuery.extend({
        merchant_id: Id.optional(),
        gateway: Id.optional(),
        status: z.enum(TRANSACTION_STATUSES).optional(),
        from: Instant.optional(),
        to: Instant.optional(),
        amount_from: Decimal.optional(),
        amount_to: Decimal.optional(),
      }),
      replies: { 200: pageOf('transactions', TransactionSchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) => {
        const minor = (value: string) =>
          `(${value}::numeric * 10::numeric ^ platform.currency_digits(t.currency))`
        return listRecords(database, TRANSACTIONS, query, [
          { value: query.merchant_id, sql: (merchant) => `t.merchant_id = ${merchant}` },
          { value: query.gateway, sql: (gateway) => `t.gateway = ${gateway}` },
          // The planner has to see that it is not the one status that has no index.
          {
            value: query.status,
            sql: (status) =>
              `t.status = ${status}${query.status === 'captured' ? '' : ` AND t.status <> 'captured'`}`,
          },
          { value: query.from, sql: (from) => `t.created_at >= ${from}` },
          { value: query.to, sql: (to) => `t.created_at < ${to}` },
          { value: query.amount_from, sql: (amount) => `t.amount_minor >= ${minor(amount)}` },
          { value: query.amount_to, sql: (amount) => `t.amount_minor <= ${minor(amount)}` },
        ])
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/transactions/{id}',
      operationId: 'readTransaction',
      summary: 'One transaction',
      params: ById,
      replies: { 200: TransactionSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, TRANSACTIONS, params.id, 'transaction'),
    }),
  ]
}

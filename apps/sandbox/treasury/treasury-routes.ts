import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Id, Instant } from '../http/fields.ts'
import { listRecords, PageQuery, pageOf, readRecord } from '../http/list-records.ts'
import { OF_A_KEY, onceAt } from '../http/perform-once.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { PostingSchema } from '../ledger/posting.ts'
import { PERIOD_STATES, PeriodSchema, PeriodWithTotals } from './accounting-period.ts'
import { ConfirmRequest, confirmSettlement } from './confirm-settlement.ts'
import { LockRequest, lockPeriod } from './lock-period.ts'
import { PAID_SETTLEMENT_STATES, PaidSettlementSchema } from './paid-settlement.ts'

const ENTRIES = { plural: 'entries', table: 'ledger.posting', json: 'ledger.posting_json(t)', orderBy: 'at' }
const SETTLEMENTS = {
  plural: 'settlements',
  table: 'merchants.settlement',
  json: 'merchants.paid_settlement_json(t)',
  orderBy: 'period_end',
}
const PERIODS = {
  plural: 'accounting_periods',
  table: 'ledger.period',
  json: 'ledger.period_json(t)',
  orderBy: 'starts_at',
}
const PERIOD = { ...PERIODS, json: 'ledger.period_with_totals(t)' }
const ById = z.strictObject({ id: Id })

/**
 * `/treasury`: the books as finance works on them. An upstream of its own, although what it shows lives with the ledger and the merchants:
 * operations have a connection to the merchants' system, and nothing that confirms or closes may lie within its reach.
 */
export function treasuryRoutes(database: Database, now: () => Date): Route[] {
  const once = onceAt(database, now, 'treasury')
  return [
    defineRoute({
      method: 'GET',
      path: '/entries',
      operationId: 'listEntries',
      summary: 'Entries of the ledger, newest first; from is included, to is not',
      query: PageQuery.extend({
        account: Id.optional(),
        transfer_id: Id.optional(),
        settlement_id: Id.optional(),
        from: Instant.optional(),
        to: Instant.optional(),
      }),
      replies: { 200: pageOf('entries', PostingSchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) =>
        listRecords(database, ENTRIES, query, [
          {
            value: query.account,
            sql: (account) =>
              `EXISTS (SELECT FROM ledger.posting_line l WHERE l.posting_id = t.id AND l.account = ${account})`,
          },
          { value: query.transfer_id, sql: (transfer) => `t.transfer_id = ${transfer}` },
          { value: query.settlement_id, sql: (settlement) => `t.settlement_id = ${settlement}` },
          { value: query.from, sql: (from) => `t.at >= ${from}` },
          { value: query.to, sql: (to) => `t.at < ${to}` },
        ]),
    }),
    defineRoute({
      method: 'GET',
      path: '/entries/{id}',
      operationId: 'readEntry',
      summary: 'One entry with its lines',
      params: ById,
      replies: { 200: PostingSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, ENTRIES, params.id, 'entry'),
    }),
    defineRoute({
      method: 'GET',
      path: '/settlements',
      operationId: 'listPaidSettlements',
      summary: 'What was paid out to merchants, newest period first',
      query: PageQuery.extend({
        state: z.enum(PAID_SETTLEMENT_STATES).optional(),
        merchant_id: Id.optional(),
      }),
      replies: { 200: pageOf('settlements', PaidSettlementSchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) =>
        listRecords(database, SETTLEMENTS, query, [
          { value: query.state, sql: (state) => `t.state = ${state}` },
          { value: query.merchant_id, sql: (merchant) => `t.merchant_id = ${merchant}` },
        ]),
    }),
    defineRoute({
      method: 'GET',
      path: '/settlements/{id}',
      operationId: 'readPaidSettlement',
      summary: 'One settlement, and whether it is confirmed',
      params: ById,
      replies: { 200: PaidSettlementSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, SETTLEMENTS, params.id, 'settlement'),
    }),
    defineRoute({
      method: 'POST',
      path: '/settlements/{id}/confirm',
      operationId: 'confirmSettlement',
      summary: 'Confirm what was paid out',
      params: ById,
      body: ConfirmRequest,
      key: 'required',
      conditional: true,
      replies: { 200: z.strictObject({ settlement: PaidSettlementSchema }) },
      refusals: [...OF_A_KEY, 'not_found', 'already_confirmed', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('settlement.confirm', { target: id, body, key }, (tx, at) =>
          confirmSettlement(tx, { id, at, ifMatch, key }, body.reason),
        ),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounting-periods',
      operationId: 'listPeriods',
      summary: 'Months of the books, newest first; what stands in one is told where it is read by itself',
      query: PageQuery.extend({ state: z.enum(PERIOD_STATES).optional() }),
      replies: { 200: pageOf('accounting_periods', PeriodSchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) =>
        listRecords(database, PERIODS, query, [{ value: query.state, sql: (state) => `t.state = ${state}` }]),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounting-periods/{id}',
      operationId: 'readPeriod',
      summary: 'One month, with how many postings it has and what they come to',
      params: ById,
      replies: { 200: PeriodWithTotals },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, PERIOD, params.id, 'accounting period'),
    }),
    defineRoute({
      method: 'POST',
      path: '/accounting-periods/{id}/lock',
      operationId: 'lockPeriod',
      summary: 'Close a month that is over: nothing is posted into it any more',
      params: ById,
      body: LockRequest,
      key: 'required',
      conditional: true,
      replies: { 200: z.strictObject({ accounting_period: PeriodWithTotals }) },
      refusals: [
        ...OF_A_KEY,
        ...(['not_found', 'period_locked', 'period_not_over', 'earlier_period_open'] as const),
        ...(['period_moved', 'version_conflict'] as const),
      ],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('accounting_period.lock', { target: id, body, key }, (tx, at) =>
          lockPeriod(tx, { id, at, ifMatch, key }, body),
        ),
    }),
  ]
}

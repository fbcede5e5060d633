import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Id } from '../http/fields.ts'
import { listRecords, PageQuery, pageOf, readRecord } from '../http/list-records.ts'
import { refuse } from '../http/problem.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { AccountSchema, PostingSchema } from './posting.ts'

const LISTING = { plural: 'postings', table: 'ledger.posting', json: 'ledger.posting_json(t)', orderBy: 'at' }

/** `/ledger`: read only; postings come from CTS. */
export function ledgerRoutes(database: Database): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/postings',
      operationId: 'listPostings',
      summary: 'Postings, newest first',
      query: PageQuery.extend({ transfer_id: Id.optional() }),
      replies: { 200: pageOf('postings', PostingSchema) },
      refusals: ['invalid_request'],
      async handle({ query }) {
        return listRecords(database, LISTING, query, [
          { value: query.transfer_id, sql: (transfer) => `t.transfer_id = ${transfer}` },
        ])
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/postings/{id}',
      operationId: 'readPosting',
      summary: 'One posting with its lines',
      params: z.strictObject({ id: Id }),
      replies: { 200: PostingSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, LISTING, params.id, 'posting'),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/{number}',
      operationId: 'readAccount',
      summary: 'An account and its balance',
      params: z.strictObject({ number: Id }),
      replies: { 200: AccountSchema },
      refusals: ['invalid_request', 'not_found'],
      async handle({ params }) {
        const { rows } = await database.query<z.infer<typeof AccountSchema>>(
          `SELECT a.number, a.name, a.currency, count(l.posting_id)::integer AS version,
                  platform.decimal(coalesce(sum(
                    CASE l.side WHEN 'debit' THEN l.amount_minor ELSE -l.amount_minor END), 0),
                    a.currency) AS balance
           FROM ledger.account a LEFT JOIN ledger.posting_line l ON l.account = a.number
           WHERE a.number = $1 GROUP BY a.number`,
          [params.number],
        )
        const account = rows[0]
        if (!account) return refuse('not_found', `There is no account ${params.number}.`)
        return { status: 200, body: account, version: account.version }
      },
    }),
  ]
}

import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Id } from '../http/fields.ts'
import { type Filter, listRecords, PageQuery, pageOf, readRecord } from '../http/list-records.ts'
import { performOnce } from '../http/perform-once.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { RAILS } from './return-deadlines.ts'
import { ReturnRequest, returnTransfer } from './return-transfer.ts'
import { TRANSFER_STATES, TransferSchema } from './transfer.ts'

const LISTING = {
  plural: 'transfers',
  table: 'cts.transfer',
  json: `cts.transfer_json(t) || jsonb_build_object('frozen_parties', ARRAY(
           SELECT f.party_id FROM cts.frozen_party f
            WHERE f.party_id IN (t.originator_party_id, t.receiver_party_id) ORDER BY f.party_id))`,
  orderBy: 'created_at',
}

/** `/cts/transfers`. */
export function transferRoutes(database: Database, now: () => Date): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/transfers',
      operationId: 'listTransfers',
      summary: 'Transfers, newest first',
      query: PageQuery.extend({
        state: z.enum(TRANSFER_STATES).optional(),
        rail: z.enum(RAILS).optional(),
        party_id: Id.optional(),
      }),
      replies: { 200: pageOf('transfers', TransferSchema) },
      refusals: ['invalid_request'],
      async handle({ query }) {
        const filters: Filter[] = [
          { value: query.state, sql: (state) => `t.state = ${state}` },
          { value: query.rail, sql: (rail) => `t.rail = ${rail}` },
          {
            value: query.party_id,
            sql: (party) => `${party} IN (t.originator_party_id, t.receiver_party_id)`,
          },
        ]
        return listRecords(database, LISTING, query, filters)
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/transfers/{id}',
      operationId: 'readTransfer',
      summary: 'One transfer as it is now',
      params: z.strictObject({ id: Id }),
      replies: { 200: TransferSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, LISTING, params.id, 'transfer'),
    }),
    defineRoute({
      method: 'POST',
      path: '/transfers/{id}/returns',
      operationId: 'returnTransfer',
      summary: "Book a bank's return, or send an incoming transfer back",
      params: z.strictObject({ id: Id }),
      body: ReturnRequest,
      key: 'required',
      conditional: true,
      replies: { 201: z.strictObject({ transfer: TransferSchema }) },
      refusals: [
        'invalid_request',
        'idempotency_key_required',
        'not_found',
        'transfer_not_returnable',
        'party_frozen',
        'version_conflict',
        'return_window_closed',
        'reason_not_of_rail',
        'idempotency_key_reused',
        'request_in_flight',
      ],
      async handle({ params, body, ifMatch, key = '' }) {
        const request = {
          upstream: 'cts',
          key,
          operation: 'transfer.return',
          target: params.id,
          body,
          keepRefusals: true,
        } as const
        const at = now()
        return performOnce(database, at, request, (tx) =>
          returnTransfer(tx, at, params.id, body, ifMatch, key),
        )
      },
    }),
  ]
}

import { z } from 'zod'
import type { Database, Transaction } from '../database/database.ts'
import { Id } from '../http/fields.ts'
import { type Filter, listRecords, PageQuery, pageOf, readRecord } from '../http/list-records.ts'
import { performOnce } from '../http/perform-once.ts'
import type { RefusalCode } from '../http/problem.ts'
import { defineRoute, type Outcome, type Route } from '../http/route.ts'
import { answerChange, ChangeAnswerRequest } from './answer-change.ts'
import type { Asked } from './change-transfer.ts'
import { AcceptRequest, acceptDishonour, ContestRequest, contestDishonour } from './contest-dishonour.ts'
import { DishonourRequest, dishonourReturn } from './dishonour-return.ts'
import { RAILS } from './return-deadlines.ts'
import { ReturnRequest, returnTransfer } from './return-transfer.ts'
import { SendAgainRequest, sendAgain } from './send-again.ts'
import { TRANSFER_STATES, TransferSchema } from './transfer.ts'

const LISTING = {
  plural: 'transfers',
  table: 'cts.transfer',
  json: `cts.transfer_json(t) || jsonb_build_object('frozen_parties', ARRAY(
           SELECT f.party_id FROM cts.frozen_party f
            WHERE f.party_id IN (t.originator_party_id, t.receiver_party_id) ORDER BY f.party_id))
         || coalesce((SELECT jsonb_build_object('on_file', f.data || jsonb_build_object('version', f.version)) FROM cts.account_on_file f
                       WHERE f.party_id = t.receiver_party_id), '{}')`,
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
    answerRoute(database, now, {
      path: 'dishonours',
      operationId: 'dishonourReturn',
      operation: 'transfer.dishonour_return',
      summary: "Send a bank's return back to it",
      body: DishonourRequest,
      refusals: [
        ...['return_not_dishonourable', 'reason_not_of_rail', 'reason_not_of_history'],
        ...['return_window_closed', 'party_frozen'],
      ] as RefusalCode[],
      perform: dishonourReturn,
    }),
    answerRoute(database, now, {
      path: 'contests',
      operationId: 'contestDishonour',
      operation: 'transfer.contest_dishonour',
      summary: 'Insist on what was sent back and dishonoured',
      body: ContestRequest,
      refusals: [
        ...['dishonour_not_contestable', 'reason_not_of_rail', 'reason_not_of_history'],
        'return_window_closed',
      ] as RefusalCode[],
      perform: contestDishonour,
    }),
    answerRoute(database, now, {
      path: 'dishonour-acceptances',
      operationId: 'acceptDishonour',
      operation: 'transfer.accept_dishonour',
      summary: 'Let the dishonour of what was sent back stand',
      body: AcceptRequest,
      refusals: ['dishonour_not_contestable', 'party_frozen'],
      perform: (tx, _request, asked) => acceptDishonour(tx, asked),
    }),
    answerRoute(database, now, {
      path: 'resubmissions',
      operationId: 'sendAgain',
      operation: 'transfer.send_again',
      summary: 'Send a payment that came back again',
      body: SendAgainRequest,
      beside: { sent_again_as: Id },
      refusals: [
        ...['transfer_not_resendable', 'account_changed', 'resubmissions_exhausted', 'return_window_closed'],
        ...['authorisation_required', 'party_frozen', 'correction_required'],
      ] as RefusalCode[],
      perform: sendAgain,
    }),
    answerRoute(database, now, {
      path: 'change-answers',
      operationId: 'answerChange',
      operation: 'transfer.answer_change',
      summary: 'Answer a notification of change',
      body: ChangeAnswerRequest,
      refusals: ['no_change_to_answer', 'correction_unreadable', 'return_window_closed'],
      perform: answerChange,
    }),
  ]
}

/** One decision on what came back, made once under its key. */
function answerRoute<Body extends z.ZodType>(
  database: Database,
  now: () => Date,
  declared: {
    readonly path: string
    readonly operationId: string
    readonly operation: string
    readonly summary: string
    readonly body: Body
    readonly beside?: z.ZodRawShape
    readonly refusals: readonly RefusalCode[]
    readonly perform: (tx: Transaction, request: z.output<Body>, asked: Asked) => Promise<Outcome>
  },
): Route {
  return defineRoute({
    method: 'POST',
    path: `/transfers/{id}/${declared.path}`,
    operationId: declared.operationId,
    summary: declared.summary,
    params: z.strictObject({ id: Id }),
    body: declared.body,
    key: 'required',
    conditional: true,
    replies: { 201: z.strictObject({ transfer: TransferSchema, ...declared.beside }) },
    refusals: [
      'invalid_request',
      'idempotency_key_required',
      'not_found',
      'version_conflict',
      ...declared.refusals,
      'idempotency_key_reused',
      'request_in_flight',
    ],
    async handle({ params, body, ifMatch, key = '' }) {
      const at = now()
      const { operation } = declared
      const target = params.id
      const request = { upstream: 'cts', key, operation, target, body, keepRefusals: true } as const
      return performOnce(database, at, request, (tx) =>
        declared.perform(tx, body, { id: params.id, ifMatch, key, now: at }),
      )
    },
  })
}

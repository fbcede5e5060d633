import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Id } from '../http/fields.ts'
import { listRecords, PageQuery, pageOf, readRecord } from '../http/list-records.ts'
import { onceAt } from '../http/perform-once.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { decideHit } from './decide-hit.ts'
import { FreezeRequest, freezeParty, ReasonRequest, UnfreezeRequest, unfreezeParty } from './freeze-party.ts'
import { HIT_STATES, HitSchema } from './hit.ts'
import { PartySchema } from './party.ts'

const PARTIES = {
  plural: 'parties',
  table: 'compliance.party',
  json: 'compliance.party_json(t)',
  orderBy: 'created_at',
}
const HITS = {
  plural: 'hits',
  table: 'compliance.hit',
  json: 'compliance.hit_json(t)',
  orderBy: 'raised_at',
}
const ById = z.strictObject({ id: Id })

/** `/compliance`: the system of record for parties, hits and freezes. */
export function complianceRoutes(database: Database, now: () => Date): Route[] {
  const once = onceAt(database, now, 'compliance')
  return [
    defineRoute({
      method: 'GET',
      path: '/parties',
      operationId: 'listParties',
      summary: 'Parties, newest first',
      query: PageQuery,
      replies: { 200: pageOf('parties', PartySchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) => listRecords(database, PARTIES, query),
    }),
    defineRoute({
      method: 'GET',
      path: '/parties/{id}',
      operationId: 'readParty',
      summary: 'One party as it is now',
      params: ById,
      replies: { 200: PartySchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, PARTIES, params.id, 'party'),
    }),
    defineRoute({
      method: 'GET',
      path: '/hits',
      operationId: 'listHits',
      summary: 'Screening hits, newest first',
      query: PageQuery.extend({ state: z.enum(HIT_STATES).optional(), party_id: Id.optional() }),
      replies: { 200: pageOf('hits', HitSchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) =>
        listRecords(database, HITS, query, [
          { value: query.state, sql: (state) => `t.state = ${state}` },
          { value: query.party_id, sql: (party) => `t.party_id = ${party}` },
        ]),
    }),
    defineRoute({
      method: 'GET',
      path: '/hits/{id}',
      operationId: 'readHit',
      summary: 'One hit as it is now',
      params: ById,
      replies: { 200: HitSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, HITS, params.id, 'hit'),
    }),
    defineRoute({
      method: 'POST',
      path: '/hits/{id}/clear',
      operationId: 'clearHit',
      summary: 'Decide a hit as a false positive',
      params: ById,
      body: ReasonRequest,
      key: 'required',
      conditional: true,
      replies: { 200: z.strictObject({ hit: HitSchema }) },
      refusals: [
        'invalid_request',
        'idempotency_key_required',
        'not_found',
        'already_decided',
        'version_conflict',
        'idempotency_key_reused',
        'request_in_flight',
      ],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('hit.clear', { target: id, body, key }, (tx, at) =>
          decideHit(tx, 'cleared', { id, at, ifMatch, key }),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/hits/{id}/confirm',
      operationId: 'confirmHit',
      summary: 'Decide a hit of a frozen party as a true match',
      params: ById,
      body: ReasonRequest,
      key: 'required',
      conditional: true,
      replies: { 200: z.strictObject({ hit: HitSchema }) },
      refusals: [
        'invalid_request',
        'idempotency_key_required',
        'not_found',
        'already_decided',
        'not_frozen',
        'version_conflict',
        'idempotency_key_reused',
        'request_in_flight',
      ],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('hit.confirm', { target: id, body, key }, (tx, at) =>
          decideHit(tx, 'true_match', { id, at, ifMatch, key }),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/parties/{id}/freeze',
      operationId: 'freezeParty',
      summary:
        'Freeze a party: no transfer of it leaves CTS or is returned; naming a hit decides it as a true match',
      params: ById,
      body: FreezeRequest,
      key: 'required',
      conditional: true,
      replies: { 200: z.strictObject({ party: PartySchema }) },
      refusals: [
        'invalid_request',
        'idempotency_key_required',
        'not_found',
        'already_frozen',
        'version_conflict',
        'hit_not_of_party',
        'idempotency_key_reused',
        'request_in_flight',
      ],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('party.freeze', { target: id, body, key }, (tx, at) =>
          freezeParty(tx, at, id, body, ifMatch, key),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/parties/{id}/unfreeze',
      operationId: 'unfreezeParty',
      summary: 'Lift a freeze; naming a hit clears it and records an override of its rule',
      params: ById,
      body: UnfreezeRequest,
      key: 'required',
      conditional: true,
      replies: { 200: z.strictObject({ party: PartySchema }) },
      refusals: [
        'invalid_request',
        'idempotency_key_required',
        'not_found',
        'not_frozen',
        'version_conflict',
        'hit_not_of_party',
        'idempotency_key_reused',
        'request_in_flight',
      ],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('party.unfreeze', { target: id, body, key }, (tx, at) =>
          unfreezeParty(tx, at, id, body, ifMatch, key),
        ),
    }),
  ]
}

import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Id, Instant, integerParameter, text } from '../http/fields.ts'
import { listRecords, PageQuery, pageOf, readRecord } from '../http/list-records.ts'
import { OF_A_KEY, onceAt } from '../http/perform-once.ts'
import { refuse } from '../http/problem.ts'
import { defineRoute, type Outcome, type Route } from '../http/route.ts'
import { WindowQuery } from '../http/time-window.ts'
import { AllowlistChange, AllowlistSchema, addAllowlist, changeAllowlist, NewAllowlist } from './allowlist.ts'
import { ALLOWLIST, ConsoleName, type EdgeKind, RATE_LIMIT, withdraw } from './edge-record.ts'
import { PassedReply, passRequests, RequestsPlayed } from './pass-requests.ts'
import {
  addRateLimit,
  changeRateLimit,
  NewRateLimit,
  RateLimitChange,
  RateLimitSchema,
} from './rate-limit.ts'
import {
  PreviewReply,
  PreviewRequest,
  previewRateLimit,
  RefusalsReply,
  refusalsOf,
  TrafficQuery,
  TrafficReply,
  trafficOf,
} from './traffic.ts'

const VERSIONS_MAX = 200

const RATE_LIMITS = {
  plural: 'rate_limits',
  table: 'edge.rate_limit',
  json: 'edge.rate_limit_json(t)',
  orderBy: 'created_at',
}
const ALLOWLISTS = {
  plural: 'allowlists',
  table: 'edge.allowlist',
  json: 'edge.allowlist_json(t)',
  orderBy: 'created_at',
}
const ById = z.strictObject({ id: Id })
const WithdrawRequest = z.strictObject({ reason: text(200, 1), note: text(4_000).optional() })
const State = z.enum(['active', 'withdrawn']).optional()
const LimitReply = z.strictObject({ rate_limit: RateLimitSchema })
const ListReply = z.strictObject({ allowlist: AllowlistSchema })

/** `/edge`: what merchants may send and how often, and from where they and the operators may come. */
export function edgeRoutes(database: Database, now: () => Date): Route[] {
  const once = onceAt(database, now, 'edge')
  return [
    defineRoute({
      method: 'GET',
      path: '/rate-limits',
      operationId: 'listRateLimits',
      summary: 'Rate limits, newest first',
      query: PageQuery.extend({
        merchant_id: Id.optional(),
        scope: z.enum(['global', 'merchant', 'console']).optional(),
        console: ConsoleName.optional(),
        state: State,
      }),
      replies: { 200: pageOf('rate_limits', RateLimitSchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) =>
        listRecords(database, RATE_LIMITS, query, [
          { value: query.merchant_id, sql: (merchant) => `t.merchant_id = ${merchant}` },
          { value: query.scope, sql: (scope) => `edge.rate_limit_json(t) ->> 'scope' = ${scope}` },
          { value: query.console, sql: (console) => `t.console = ${console}` },
          { value: query.state, sql: (state) => `t.state = ${state}` },
        ]),
    }),
    defineRoute({
      method: 'POST',
      path: '/rate-limits',
      operationId: 'addRateLimit',
      summary: 'Limit what a merchant, or all together, may send to a route',
      body: NewRateLimit,
      key: 'required',
      replies: { 201: LimitReply },
      refusals: [...OF_A_KEY, 'merchant_unknown', 'limit_exists'],
      handle: ({ body, key }) =>
        once(
          'rate_limit.create',
          { target: body.merchant_id ?? body.console ?? 'global', body, key },
          (tx, at) => addRateLimit(tx, { id: `rl_${randomUUID()}`, at, key }, body),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/rate-limits/preview',
      operationId: 'previewRateLimit',
      summary: 'What a limit would have refused of the last 24 hours; nothing is changed',
      body: PreviewRequest,
      replies: { 200: PreviewReply },
      refusals: ['invalid_request'],
      handle: ({ body }) => previewRateLimit(database, now(), body),
    }),
    defineRoute({
      method: 'GET',
      path: '/rate-limits/{id}',
      operationId: 'readRateLimit',
      summary: 'One rate limit',
      params: ById,
      replies: { 200: RateLimitSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, RATE_LIMITS, params.id, RATE_LIMIT.title),
    }),
    defineRoute({
      method: 'POST',
      path: '/rate-limits/{id}/change',
      operationId: 'changeRateLimit',
      summary: 'Change how much a limit lets through',
      params: ById,
      body: RateLimitChange,
      key: 'required',
      conditional: true,
      replies: { 200: LimitReply },
      refusals: [...OF_A_KEY, 'not_found', 'withdrawn', 'limit_exists', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('rate_limit.change', { target: id, body, key }, (tx, at) =>
          changeRateLimit(tx, { id, at, ifMatch, key }, body),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/rate-limits/{id}/withdraw',
      operationId: 'withdrawRateLimit',
      summary: 'End a limit for good',
      params: ById,
      body: WithdrawRequest,
      key: 'required',
      conditional: true,
      replies: { 200: LimitReply },
      refusals: [...OF_A_KEY, 'not_found', 'withdrawn', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('rate_limit.withdraw', { target: id, body, key }, (tx, at) =>
          withdraw(tx, RATE_LIMIT, { id, at, ifMatch, key }, body.reason),
        ),
    }),
    versionsRoute(database, RATE_LIMIT, '/rate-limits/{id}/versions', RateLimitSchema),
    refusalsRoute(database, now, RATE_LIMIT, '/rate-limits/{id}/refusals'),
    defineRoute({
      method: 'GET',
      path: '/allowlists',
      operationId: 'listAllowlists',
      summary: 'Allowlists, newest first',
      query: PageQuery.extend({
        merchant_id: Id.optional(),
        scope: z.enum(['console', 'merchant']).optional(),
        console: ConsoleName.optional(),
        state: State,
      }),
      replies: { 200: pageOf('allowlists', AllowlistSchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) =>
        listRecords(database, ALLOWLISTS, query, [
          { value: query.merchant_id, sql: (merchant) => `t.merchant_id = ${merchant}` },
          { value: query.scope, sql: (scope) => `(t.merchant_id IS NULL) = (${scope}::text = 'console')` },
          { value: query.console, sql: (console) => `t.console = ${console}` },
          { value: query.state, sql: (state) => `t.state = ${state}` },
        ]),
    }),
    defineRoute({
      method: 'POST',
      path: '/allowlists',
      operationId: 'addAllowlist',
      summary: 'Let in only who comes from these networks',
      body: NewAllowlist,
      key: 'required',
      replies: { 201: ListReply },
      refusals: [...OF_A_KEY, 'merchant_unknown', 'networks_overlap', 'would_lock_out', 'allowlist_exists'],
      handle: ({ body, key }) =>
        once(
          'allowlist.create',
          { target: body.merchant_id ?? body.console ?? 'console', body, key },
          (tx, at) => addAllowlist(tx, { id: `al_${randomUUID()}`, at, key }, body),
        ),
    }),
    defineRoute({
      method: 'GET',
      path: '/allowlists/{id}',
      operationId: 'readAllowlist',
      summary: 'One allowlist',
      params: ById,
      replies: { 200: AllowlistSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, ALLOWLISTS, params.id, ALLOWLIST.title),
    }),
    defineRoute({
      method: 'POST',
      path: '/allowlists/{id}/change',
      operationId: 'changeAllowlist',
      summary: 'Replace the entries of a list',
      params: ById,
      body: AllowlistChange,
      key: 'required',
      conditional: true,
      replies: { 200: ListReply },
      refusals: [
        ...OF_A_KEY,
        'not_found',
        'withdrawn',
        'networks_overlap',
        'would_lock_out',
        'version_conflict',
      ],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('allowlist.change', { target: id, body, key }, (tx, at) =>
          changeAllowlist(tx, { id, at, ifMatch, key }, body),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/allowlists/{id}/withdraw',
      operationId: 'withdrawAllowlist',
      summary: 'End a list for good: from anywhere is let in',
      params: ById,
      body: WithdrawRequest,
      key: 'required',
      conditional: true,
      replies: { 200: ListReply },
      refusals: [...OF_A_KEY, 'not_found', 'withdrawn', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('allowlist.withdraw', { target: id, body, key }, (tx, at) =>
          withdraw(tx, ALLOWLIST, { id, at, ifMatch, key }, body.reason),
        ),
    }),
    versionsRoute(database, ALLOWLIST, '/allowlists/{id}/versions', AllowlistSchema),
    refusalsRoute(database, now, ALLOWLIST, '/allowlists/{id}/refusals'),
    defineRoute({
      method: 'GET',
      path: '/traffic',
      operationId: 'readTraffic',
      summary:
        'What came, and how much of it was refused: the last hour, or at most a day; to is not included',
      query: TrafficQuery,
      replies: { 200: TrafficReply },
      refusals: ['invalid_request'],
      handle: ({ query }) => trafficOf(database, now(), query),
    }),
    defineRoute({
      method: 'POST',
      path: '/requests',
      operationId: 'playRequests',
      summary: 'Plays requests that come to the edge; they are let through or refused, and counted',
      body: RequestsPlayed,
      key: 'required',
      replies: { 200: PassedReply },
      refusals: [...OF_A_KEY, 'merchant_unknown'],
      handle: ({ body, key }) =>
        once('request.play', { target: body.merchant_id ?? 'console', body, key }, (tx, at) =>
          passRequests(tx, at, body),
        ),
    }),
  ]
}

function refusalsRoute(database: Database, now: () => Date, kind: EdgeKind, path: string): Route {
  return defineRoute({
    method: 'GET',
    path,
    operationId: `readRefusalsOf_${kind.subjectKind}`,
    summary:
      'How many requests it has refused, by the minute: the last hour, or at most a day; to is not included',
    params: ById,
    query: WindowQuery,
    replies: { 200: RefusalsReply },
    refusals: ['invalid_request', 'not_found'],
    handle: ({ params, query }) => refusalsOf(database, kind, params.id, now(), query),
  })
}

function versionsRoute(database: Database, kind: EdgeKind, path: string, record: z.ZodType): Route {
  return defineRoute({
    method: 'GET',
    path,
    operationId: `listVersionsOf_${kind.subjectKind}`,
    summary: 'Every version as it was, newest first; before is the version that the next page begins below',
    params: ById,
    query: z.strictObject({
      limit: integerParameter(1, VERSIONS_MAX).optional(),
      before: integerParameter(1, 999_999_999).optional(),
    }),
    replies: {
      200: z.strictObject({
        versions: z.array(z.strictObject({ version: z.number().int(), at: Instant, record })),
        next_before: z.number().int().nullable(),
      }),
    },
    refusals: ['invalid_request', 'not_found'],
    handle: ({ params, query }) => versionsOf(database, kind, params.id, query),
  })
}

async function versionsOf(
  database: Database,
  { subjectKind, title }: EdgeKind,
  id: string,
  {
    limit = VERSIONS_MAX,
    before,
  }: { readonly limit?: number | undefined; readonly before?: number | undefined },
): Promise<Outcome> {
  const known = await database.query(`SELECT FROM edge.${subjectKind} WHERE id = $1`, [id])
  if (known.rowCount === 0) return refuse('not_found', `There is no ${title} ${id}.`)
  const { rows } = await database.query<{ version: number }>(
    `SELECT version, platform.instant(at) AS at, record FROM edge.version
     WHERE record_id = $1 AND ($2::integer IS NULL OR version < $2) ORDER BY version DESC LIMIT $3`,
    [id, before ?? null, limit + 1],
  )
  const versions = rows.slice(0, limit)
  const next_before = rows.length > limit ? (versions.at(-1)?.version ?? null) : null
  return { status: 200, body: { versions, next_before } }
}

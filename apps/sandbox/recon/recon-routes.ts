import { z } from 'zod'
import type { Database, Transaction } from '../database/database.ts'
import { Id, integerParameter } from '../http/fields.ts'
import { type Listing, listRecords, PageQuery, pageOf, readRecord } from '../http/list-records.ts'
import { performOnce } from '../http/perform-once.ts'
import type { RefusalCode } from '../http/problem.ts'
import { isRefusal } from '../http/problem.ts'
import { defineRoute, type Outcome, type Route } from '../http/route.ts'
import { AcknowledgeRequest, acknowledgeStatement } from './acknowledge-statement.ts'
import { AssignBestRequest, assignBestCandidate } from './assign-best-candidate.ts'
import { AssignRequest, assignException } from './assign-exception.ts'
import type { Change } from './changed-exception.ts'
import { EXCEPTION_STATES, ExceptionSchema } from './exception.ts'
import { PartnerSchema, partnersLike } from './partner.ts'
import { readException, withCandidates } from './read-exception.ts'
import { StatementSchema, StoredLineSchema } from './statement.ts'
import { TakeBackRequest, unassignException } from './unassign-exception.ts'
import { reverseWriteOff, WriteOffRequest, writeOffException } from './write-off-exception.ts'

const LINES_OF_PAGE_MAX = 200
const LINES_OF_PAGE_DEFAULT = 50
const ASSIGNED_OF_LINE_MAX = 50

const EXCEPTIONS: Listing = {
  plural: 'exceptions',
  table: 'recon.exception',
  json: 'recon.exception_json(t)',
  orderBy: 'raised_at',
}
const STATEMENTS: Listing = {
  plural: 'statements',
  table: 'recon.statement',
  json: 'recon.statement_json(t)',
  orderBy: 'imported_at',
}
const ById = z.strictObject({ id: Id })
const NAMED_MAX = 20
/** Ids between commas. */
const Names = z
  .string()
  .transform((value) => value.split(','))
  .pipe(z.array(Id).max(NAMED_MAX))

/** `/recon`: exceptions and statements; statements come in by files. */
export function reconRoutes(database: Database, now: () => Date): Route[] {
  /** A change of one exception that a person asked for. */
  const changing = <B extends z.ZodType>(
    verb: string,
    operationId: string,
    summary: string,
    body: B,
    refusals: readonly RefusalCode[],
    perform: (tx: Transaction, id: string, body: z.output<B>, change: Change) => Promise<Outcome>,
  ) =>
    defineRoute({
      method: 'POST',
      path: `/exceptions/{id}/${verb}`,
      operationId,
      summary,
      params: ById,
      body,
      key: 'required',
      conditional: true,
      replies: { 200: z.strictObject({ exception: ExceptionSchema }) },
      refusals: [
        'invalid_request',
        'idempotency_key_required',
        'not_found',
        ...refusals,
        'version_conflict',
        'idempotency_key_reused',
        'request_in_flight',
      ],
      handle: ({ params: { id }, body: asked, ifMatch, key }) => {
        const at = now()
        return performOnce(
          database,
          at,
          {
            upstream: 'recon',
            key: key ?? '',
            operation: `exception.${verb}`,
            target: id,
            body: asked,
            keepRefusals: true,
          },
          (tx) => perform(tx, id, asked, { at, ifMatch, key }),
        )
      },
    })
  return [
    defineRoute({
      method: 'GET',
      path: '/exceptions',
      operationId: 'listExceptions',
      summary: 'Statement lines and postings without a partner, newest first',
      query: PageQuery.extend({ state: z.enum(EXCEPTION_STATES).optional() }),
      replies: { 200: pageOf('exceptions', ExceptionSchema) },
      refusals: ['invalid_request'],
      handle: async ({ query }) =>
        withCandidates(
          database,
          await listRecords(database, EXCEPTIONS, query, [
            { value: query.state, sql: (state) => `t.state = ${state}` },
          ]),
        ),
    }),
    defineRoute({
      method: 'GET',
      path: '/exceptions/{id}',
      operationId: 'readException',
      summary: 'One exception as it is now, with the candidates of this moment while it is open',
      params: ById,
      query: z.strictObject({ partners: Names.optional() }),
      replies: {
        200: ExceptionSchema.extend({
          partners: z
            .array(PartnerSchema)
            .optional()
            .meta({ description: 'Those that `partners` names, as they are now.' }),
        }),
      },
      refusals: ['invalid_request', 'not_found'],
      handle: async ({ params, query }) =>
        readException(
          database,
          await readRecord(database, EXCEPTIONS, params.id, 'exception'),
          query.partners,
        ),
    }),
    defineRoute({
      method: 'GET',
      path: '/exceptions/{id}/partners',
      operationId: 'findPartners',
      summary:
        'What of its currency and direction is open and has this id, amount or beginning of a reference',
      params: ById,
      query: z.strictObject({ q: z.string().min(1).max(128) }),
      replies: { 200: z.strictObject({ partners: z.array(PartnerSchema) }) },
      refusals: ['invalid_request', 'not_found'],
      handle: async ({ params, query }) => {
        const read = await readRecord(database, EXCEPTIONS, params.id, 'exception')
        if (isRefusal(read)) return read
        return { status: 200, body: { partners: await partnersLike(database, params.id, query.q) } }
      },
    }),
    changing(
      'assign',
      'assignException',
      'Bind a line to transfers or postings, in one part or several; the rest stays open as an exception of its own',
      AssignRequest,
      ['exception_not_open', 'partner_taken', 'partner_unknown', 'parts_do_not_fit'],
      assignException,
    ),
    changing(
      'assign-best',
      'assignBestCandidate',
      'Bind a line to its best candidate, where it is good enough, no other is as good, and it comes to the line exactly',
      AssignBestRequest,
      ['exception_not_open', 'no_best_candidate', 'partner_taken', 'partner_unknown', 'parts_do_not_fit'],
      assignBestCandidate,
    ),
    changing(
      'unassign',
      'unassignException',
      'Take an assignment back: everything is open as it was',
      TakeBackRequest,
      ['exception_not_assigned', 'residual_not_open'],
      (tx, id, _body, change) => unassignException(tx, id, change),
    ),
    changing(
      'write-off',
      'writeOffException',
      'Look for no partner any more: the Ledger posts the difference to an account',
      WriteOffRequest,
      ['exception_not_open', 'partner_taken'],
      writeOffException,
    ),
    changing(
      'reverse-write-off',
      'reverseWriteOff',
      'Take a write-off back: the Ledger posts its reverse, and the exception is open again',
      TakeBackRequest,
      ['exception_not_written_off'],
      (tx, id, _body, change) => reverseWriteOff(tx, id, change),
    ),
    defineRoute({
      method: 'GET',
      path: '/statements',
      operationId: 'listStatements',
      summary: 'Statements, newest first',
      query: PageQuery,
      replies: { 200: pageOf('statements', StatementSchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) => listRecords(database, STATEMENTS, query),
    }),
    defineRoute({
      method: 'GET',
      path: '/statements/{id}',
      operationId: 'readStatement',
      summary: 'One statement without its lines',
      params: ById,
      replies: { 200: StatementSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, STATEMENTS, params.id, 'statement'),
    }),
    defineRoute({
      method: 'POST',
      path: '/statements/{id}/acknowledge',
      operationId: 'acknowledgeStatement',
      summary: 'Take a statement that does not add up out of quarantine; its lines are then matched',
      params: ById,
      body: AcknowledgeRequest,
      key: 'required',
      conditional: true,
      replies: { 200: z.strictObject({ statement: StatementSchema }) },
      refusals: [
        'invalid_request',
        'idempotency_key_required',
        'not_found',
        'not_quarantined',
        'version_conflict',
        'idempotency_key_reused',
        'request_in_flight',
      ],
      handle: ({ params: { id }, body, ifMatch, key }) => {
        const at = now()
        return performOnce(
          database,
          at,
          {
            upstream: 'recon',
            key: key ?? '',
            operation: 'statement.acknowledge',
            target: id,
            body,
            keepRefusals: true,
          },
          (tx) => acknowledgeStatement(tx, at, id, body, ifMatch, key),
        )
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/statements/{id}/lines',
      operationId: 'listStatementLines',
      summary:
        'The lines of a statement in their order, each with its partner, or what people have assigned of it',
      params: ById,
      query: z.strictObject({
        limit: integerParameter(1, LINES_OF_PAGE_MAX).optional(),
        cursor: integerParameter(0, 2_000_000_000).optional(),
      }),
      replies: { 200: pageOf('lines', StoredLineSchema) },
      refusals: ['invalid_request', 'not_found'],
      async handle({ params, query }) {
        const limit = query.limit ?? LINES_OF_PAGE_DEFAULT
        const statement = await readRecord(database, STATEMENTS, params.id, 'statement')
        if (isRefusal(statement)) return statement
        const { rows } = await database.query<{ line: z.infer<typeof StoredLineSchema> }>(
          `SELECT jsonb_strip_nulls(jsonb_build_object('n', l.n, 'side', l.side,
                    'amount', platform.money(l.amount_minor, l.currency), 'date', l.date::text,
                    'reference', l.reference, 'counterparty', l.counterparty, 'posting_id', l.matched_posting,
                    'score', l.score::float8, 'why', l.why, 'assigned', people.assigned)) AS line
           FROM recon.statement_line l
           CROSS JOIN LATERAL (
             SELECT jsonb_agg(jsonb_build_object('exception_id', b.exception_id, 'amount', platform.money(b.amount_minor, l.currency),
                                                 'by', b.bound_by, 'at', platform.instant(b.bound_at)) || b.partner
                              ORDER BY b.bound_at, b.exception_id, b.posting_id) AS assigned
             FROM (SELECT bound.*, recon.partner_id(e) AS partner
                   FROM recon.exception x
                   JOIN recon.binding bound ON bound.exception_id = x.id
                   JOIN recon.expected_line e ON e.posting_id = bound.posting_id
                   WHERE x.statement_id = l.statement_id AND x.line = l.n
                   ORDER BY bound.bound_at, bound.exception_id, bound.posting_id LIMIT $4) b) people
           WHERE l.statement_id = $1 AND l.n > $2 ORDER BY l.n LIMIT $3`,
          [params.id, query.cursor ?? 0, limit + 1, ASSIGNED_OF_LINE_MAX],
        )
        const lines = rows.slice(0, limit).map((row) => row.line)
        const last = rows.length > limit ? lines.at(-1) : undefined
        return { status: 200, body: { lines, next_cursor: last ? String(last.n) : null } }
      },
    }),
  ]
}

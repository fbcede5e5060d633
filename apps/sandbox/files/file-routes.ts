import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Database, Transaction } from '../database/database.ts'
import { type EventSource, recordEvents } from '../events/record-events.ts'
import { Instant, integerParameter, Sha256, text, Version } from '../http/fields.ts'
import { MoneySchema } from '../http/money.ts'
import { performOnce } from '../http/perform-once.ts'
import { isRefusal, type Refusal } from '../http/problem.ts'
import { defineRoute, type Route } from '../http/route.ts'
import type { Upstream } from '../upstreams.ts'
import {
  type CommittedFile,
  commitFile,
  describeFile,
  discardFile,
  stageChunk,
  stageFile,
} from './staged-file.ts'
import type { Tally } from './tally.ts'

/** 100 million entries at a thousand a chunk. */
const CHUNKS_MAX = 100_000
/** A chunk of a thousand entries with their addenda; other bodies may have 1 MiB. */
const CHUNK_BODY_LIMIT_BYTES = 8 * 1024 * 1024

/** How an upstream takes files: what a chunk holds and what committing one does. */
export type FileIntake<Element extends z.ZodType> = {
  readonly upstream: Upstream
  readonly format: z.ZodType<string>
  /** The member of a chunk that holds its elements. */
  readonly member: string
  readonly elements: z.ZodArray<Element>
  readonly created: z.ZodType
  tally(elements: readonly z.output<Element>[]): Tally
  /** What makes an element what it is, whatever the bytes of the file that it came in. */
  content(element: z.output<Element>): unknown
  commit(
    tx: Transaction,
    now: Date,
    file: CommittedFile<z.output<Element>>,
    key: string,
  ): Promise<Record<string, number> | Refusal>
}

const MoneyOrMoneys = z.union([MoneySchema, z.array(MoneySchema).max(200)]).meta({
  description: 'Money, or one money per currency where the file holds several.',
})

const Totals = z.strictObject({
  entries: z.number().int().min(0).max(100_000_000),
  debit: MoneyOrMoneys,
  credit: MoneyOrMoneys,
})

const SameContentAs = Sha256.optional().meta({
  description:
    'A committed file that holds the same in other bytes; said of a staged file of which nothing is missing.',
})

/** `/{upstream}/files`: staged chunk by chunk, committed as one. */
export function fileRoutes<Element extends z.ZodType>(
  database: Database,
  now: () => Date,
  intake: FileIntake<Element>,
): Route[] {
  const { upstream } = intake
  const params = z.strictObject({ sha256: Sha256 })
  const refOf = (sha256: string) => ({ upstream, sha256 })
  return [
    defineRoute({
      method: 'PUT',
      path: '/files/{sha256}',
      operationId: 'stageFile',
      summary: 'Stage a file, or ask what is missing of one; staged files are forgotten after 7 days',
      params,
      body: z.strictObject({
        name: text(255, 1),
        format: intake.format,
        totals: Totals,
        chunks: z.number().int().min(0).max(CHUNKS_MAX),
      }),
      replies: {
        200: z.strictObject({
          id: Sha256,
          version: Version,
          state: z.enum(['staging', 'committed']),
          missing_chunks: z.array(z.number().int()),
          same_content_as: SameContentAs,
        }),
      },
      refusals: ['invalid_request', 'file_differs'],
      handle: ({ params: { sha256 }, body }) => stageFile(database, now(), refOf(sha256), body),
    }),
    defineRoute({
      method: 'GET',
      path: '/files/{sha256}',
      operationId: 'readFile',
      summary: 'A staged or committed file, and what is missing of it',
      params,
      replies: {
        200: z.strictObject({
          id: Sha256,
          version: Version,
          name: z.string(),
          format: z.string(),
          totals: Totals,
          chunks: z.number().int(),
          state: z.enum(['staging', 'committed']),
          missing_chunks: z.array(z.number().int()),
          same_content_as: SameContentAs,
          created: intake.created.optional(),
          committed_at: Instant.optional(),
        }),
      },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params: { sha256 } }) => describeFile(database, now(), refOf(sha256)),
    }),
    defineRoute({
      method: 'PUT',
      path: '/files/{sha256}/chunks/{n}',
      operationId: 'stageChunk',
      summary: 'Stage one chunk; chunks are numbered from 0 and may come in any order, and again',
      params: z.strictObject({ sha256: Sha256, n: integerParameter(0, CHUNKS_MAX - 1) }),
      body: z.strictObject({ [intake.member]: intake.elements }),
      bodyLimitBytes: CHUNK_BODY_LIMIT_BYTES,
      replies: { 204: null },
      refusals: ['invalid_request', 'not_found', 'file_committed'],
      async handle({ params: { sha256, n }, body }) {
        const elements = intake.elements.parse(Object.values(body)[0])
        return stageChunk(database, now(), refOf(sha256), n, elements, {
          ...intake.tally(elements),
          digest: digestOf(elements.map((element) => intake.content(element))),
        })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/files/{sha256}/commit',
      operationId: 'commitFile',
      summary: 'Commit a staged file: all of it or nothing',
      params,
      key: 'optional',
      conditional: true,
      replies: {
        200: z.strictObject({ id: Sha256, state: z.literal('committed'), created: intake.created }),
      },
      refusals: [
        'invalid_request',
        'not_found',
        'chunks_missing',
        'totals_differ',
        'line_repeated',
        'content_committed',
        'version_conflict',
        'idempotency_key_reused',
        'request_in_flight',
      ],
      async handle({ params: { sha256 }, ifMatch, key = `file:${sha256}` }) {
        const at = now()
        const operation = 'file.commit'
        const request = { upstream, key, operation, target: sha256, body: null, keepRefusals: false }
        return performOnce(database, at, request, async (tx) => {
          const outcome = await commitFile<z.output<Element>>(tx, at, refOf(sha256), ifMatch, (file) =>
            intake.commit(tx, at, file, key),
          )
          if (!isRefusal(outcome) && !outcome.unchanged) {
            await recordEvents(tx, fileEvents(upstream), 'file.committed', [{ id: sha256, at }], key)
          }
          return outcome
        })
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/files/{sha256}',
      operationId: 'discardFile',
      summary: 'Discard a staged file; one that is not there is discarded already',
      params,
      replies: { 204: null },
      refusals: ['invalid_request', 'file_committed'],
      handle: ({ params: { sha256 } }) => discardFile(database, refOf(sha256)),
    }),
  ]
}

function digestOf(content: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

function fileEvents(upstream: Upstream): EventSource {
  return {
    upstream,
    subjectKind: 'file',
    table: `(SELECT sha256 AS id, * FROM platform.staged_file WHERE upstream = '${upstream}')`,
    version: '1',
    data: `jsonb_build_object('id', t.id, 'version', 1, 'name', t.declared ->> 'name',
             'format', t.declared ->> 'format', 'totals', t.declared -> 'totals', 'state', t.state,
             'created', t.created, 'committed_at', platform.instant(t.committed_at))`,
    refs: `'[]'::jsonb`,
  }
}

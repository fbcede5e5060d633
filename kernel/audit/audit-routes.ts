import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type pg from 'pg'
import { z } from 'zod'
import { type Failure, fail, invalid, ok, type Result } from '../actions/failure.ts'
import type { ConsoleAuditLog } from '../console.ts'
import { sendAnswer } from '../http/send-answer.ts'
import type { Principal } from '../identity/principal.ts'
import { say, written } from '../languages/say.ts'
import type { AuditFacts } from './audit-entry.ts'
import { type AuditFilter, auditFilter, parseQuery } from './audit-filter.ts'
import {
  type AuditScope,
  formatCursor,
  isWithin,
  LIST_LIMIT_DEFAULT,
  LIST_LIMIT_MAX,
  listEntries,
  parseCursor,
  readStoredEntry,
} from './audit-query.ts'
import { type AuditEntryView, holdsPersonalValues, viewEntry } from './audit-view.ts'
import { type CalledAmong, calledInLog, peopleCalled } from './called-in-log.ts'
import { databaseTiles } from './database-tiles.ts'
import { exportBundle } from './export-bundle.ts'
import { exportCsv, exportJson } from './export-entries.ts'
import { EXPORTS_MAX, type ExportSlots, makeExportSlots } from './export-slots.ts'
import { latestCheckpoint, type ProofResult, proveInclusion } from './inclusion-proof.ts'
import { TILE_WIDTH } from './merkle.ts'
import { encodeEntryBundle, parseTilePath, type TileAddress, tileWidthAt } from './tlog-tiles.ts'
import { withTargetTitles } from './with-target-titles.ts'

/** A new entry is covered by a checkpoint after the sequencer's and the signer's intervals: so long one may wait. */
export const PROOF_WAIT_MS = 2_000
const PROOF_POLL_INTERVAL_MS = 100
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** Tiles and bundles never change; what is behind a permission stays out of shared caches. */
const IMMUTABLE = 'private, max-age=31536000, immutable'

export type AuditRoutesOptions = {
  /** As `auditor`: reads every entry of every tenant. */
  readonly auditorPool: pg.Pool
  /** C2SP verifier key of the log (C-26); undefined while nothing has been signed. */
  readonly verifierKey: () => Promise<string | undefined>
  readonly authorize: (request: FastifyRequest, permission: string) => Promise<Result<Principal>>
  /** Logs of single consoles, each with what of the whole log is its own. */
  readonly consoleLogs?: readonly {
    readonly console: string
    readonly log: ConsoleAuditLog
    readonly scope: AuditScope
  }[]
  /** Of all consoles, whose records are found by name in the whole log. */
  readonly consoles?: readonly string[]
  /** May this person, now, see personal values as they are? */
  readonly mayReveal: (request: FastifyRequest, principal: Principal) => Promise<boolean>
  /** Appends an entry of this request, before the answer is given (K-31). */
  readonly record: (
    request: FastifyRequest,
    principal: Principal,
    facts: Pick<AuditFacts, 'kind' | 'action' | 'target' | 'outcome' | 'detail'>,
  ) => Promise<void>
  readonly proofWaitMs?: number
  readonly slots?: ExportSlots
  readonly refuse: (request: FastifyRequest, reply: FastifyReply, failure: Failure) => FastifyReply
}

const noQuery = z.strictObject({})
const listQuery = auditFilter.extend({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, written(say`must be a whole number from 1 to ${LIST_LIMIT_MAX}`))
    .transform(Number)
    .refine(
      (n) => n >= 1 && n <= LIST_LIMIT_MAX,
      written(say`must be a whole number from 1 to ${LIST_LIMIT_MAX}`),
    )
    .default(LIST_LIMIT_DEFAULT),
  cursor: z
    .string()
    .transform((text, context) => {
      const cursor = parseCursor(text)
      if (cursor === undefined) context.addIssue(written(say`must be a next_cursor of this list`))
      return cursor
    })
    .optional(),
})
const entryQuery = z.strictObject({ form: z.enum(['canonical']).optional() })
const exportQuery = auditFilter.extend({ format: z.enum(['csv', 'json', 'bundle']) })

const served = (summary: string, query: z.ZodType, answerType?: string, permission = 'audit:read') => ({
  config: { operation: { summary, query, answerType, access: [permission] } },
})
/** On the first page of a console's log: what is to be looked at before everything else. */
const SECURITY_FIRST_MAX = 20
const SECURITY_FIRST_MS = 7 * 24 * 3_600_000

/** The explorer's and the auditor's doors: C-12, C-13, C-14, C-26. All need `audit:read`. */
export async function auditRoutes(app: FastifyInstance, options: AuditRoutesOptions): Promise<void> {
  const { auditorPool, refuse, slots = makeExportSlots() } = options

  /** Authorizes, then parses the query; the handler runs when both hold. */
  const door =
    <Query>(
      query: z.ZodType<Query>,
      handle: (asked: {
        request: FastifyRequest
        reply: FastifyReply
        principal: Principal
        query: Query
      }) => Promise<FastifyReply>,
      permission = 'audit:read',
    ) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const principal = await options.authorize(request, permission)
      if (!principal.ok) return refuse(request, reply, principal.failure)
      const parsed = parseQuery(query, request.query)
      if (!parsed.ok) return refuse(request, reply, parsed.failure)
      return handle({ request, reply, principal: principal.value, query: parsed.value })
    }

  const everything: CalledAmong = { consoles: options.consoles ?? [] }

  app.get(
    '/v1/audit',
    served('Entries, newest first, by filter', listQuery),
    door(listQuery, async ({ request, reply, query: { limit, cursor, ...asked } }) => {
      const known = await withNames(auditorPool, asked, everything)
      if (!known.ok) return refuse(request, reply, known.failure)
      const page = await listEntries(auditorPool, known.value, { limit, after: cursor })
      return reply.send({ entries: page.items, next_cursor: page.next ? formatCursor(page.next) : null })
    }),
  )

  // P-09. The scope is of the declaration and no part of the query: nothing that is asked for widens it.
  for (const { console, log, scope } of options.consoleLogs ?? []) {
    const own: CalledAmong = { consoles: [console], roles: scope.roles }
    const titled = (entries: readonly AuditEntryView[]) => withTargetTitles(auditorPool, entries, console)
    app.get(
      log.path,
      served(log.summary, listQuery, undefined, log.permission),
      door(
        listQuery,
        async ({ request, reply, query: { limit, cursor, ...asked } }) => {
          const known = await withNames(auditorPool, asked, own)
          if (!known.ok) return refuse(request, reply, known.failure)
          const filter = known.value
          const page = await listEntries(auditorPool, filter, { limit, after: cursor, scope })
          const first =
            cursor === undefined && filter.kind === undefined
              ? await listEntries(
                  auditorPool,
                  {
                    ...filter,
                    kind: 'security',
                    from: filter.from ?? new Date(Date.now() - SECURITY_FIRST_MS),
                  },
                  { limit: SECURITY_FIRST_MAX, scope },
                )
              : undefined
          return sendAnswer(reply, {
            body: {
              ...log.beside,
              ...(first ? { security_events: await titled(first.items) } : {}),
              data: await titled(page.items),
              next_cursor: page.next ? formatCursor(page.next) : null,
            },
          })
        },
        log.permission,
      ),
    )
    app.get(
      `${log.path}/:entry`,
      served(`${log.summary}: one entry`, noQuery, undefined, log.permission),
      door(
        noQuery,
        async ({ request, reply }) => {
          const id = entryId(request)
          if (id === undefined) return refuse(request, reply, NOT_AN_ID)
          const stored = await readStoredEntry(auditorPool, id)
          const entry = stored && viewEntry(stored, { revealed: false })
          if (!entry || !isWithin(scope, entry)) return refuse(request, reply, NO_SUCH_ENTRY)
          const [shown = entry] = await titled([entry])
          return sendAnswer(reply, { body: { ...log.beside, data: shown } })
        },
        log.permission,
      ),
    )
  }

  app.get(
    '/v1/audit/:entry',
    served('One entry; `form=canonical`: the bytes of its leaf', entryQuery),
    door(entryQuery, async ({ request, reply, principal, query }) => {
      const id = entryId(request)
      if (id === undefined) return refuse(request, reply, NOT_AN_ID)
      const stored = await readStoredEntry(auditorPool, id)
      if (!stored) return refuse(request, reply, NO_SUCH_ENTRY)
      if (query.form === 'canonical')
        return reply.type('application/json; charset=utf-8').send(stored.canonical)
      const revealed = holdsPersonalValues(stored) && (await options.mayReveal(request, principal))
      if (revealed) {
        await options.record(request, principal, {
          kind: 'read',
          action: 'audit.read_entry',
          target: { kind: 'audit_entry', id },
          outcome: 'allowed',
        })
      }
      return reply.send(viewEntry(stored, { revealed }))
    }),
  )

  app.get(
    '/v1/audit/:entry/proof',
    served('The inclusion proof of an entry (RFC 6962)', noQuery),
    door(noQuery, async ({ request, reply }) => {
      const id = entryId(request)
      if (id === undefined) return refuse(request, reply, NOT_AN_ID)
      const result = await proveWhenSigned(auditorPool, id, options.proofWaitMs ?? PROOF_WAIT_MS)
      if (result.state === 'proved') return reply.send(result.proof)
      return refuse(request, reply, result.state === 'unknown_entry' ? NO_SUCH_ENTRY : NOT_SIGNED_YET)
    }),
  )

  app.get(
    '/v1/audit/export',
    {
      exposeHeadRoute: false,
      ...served('Entries as a file: csv, json, or a bundle with proofs', exportQuery, '*/*'),
    },
    door(exportQuery, async ({ request, reply, principal, query: { format, ...asked } }) => {
      const known = await withNames(auditorPool, asked, everything)
      if (!known.ok) return refuse(request, reply, known.failure)
      const filter = known.value
      if (format === 'bundle' && !(await latestCheckpoint(auditorPool)))
        return refuse(request, reply, NOT_SIGNED_YET)
      const revealed = format !== 'bundle' && (await options.mayReveal(request, principal))
      const stream = slots.stream(
        format === 'bundle'
          ? exportBundle(auditorPool, filter)
          : (format === 'csv' ? exportCsv : exportJson)(auditorPool, { filter, revealed }),
      )
      if (!stream) return refuse(request, reply, EXPORTS_BUSY)
      try {
        await options.record(request, principal, {
          kind: 'export',
          action: 'audit.export',
          outcome: 'allowed',
          detail: {
            format,
            personal: revealed ? 'shown' : 'redacted',
            filter: JSON.parse(JSON.stringify({ ...asked, actor: filter.actor })),
          },
        })
      } catch (error) {
        stream.destroy()
        throw error
      }
      const { type, extension } = EXPORT_FORMATS[format]
      return reply
        .type(type)
        .header('content-disposition', `attachment; filename="audit.${extension}"`)
        .header('cache-control', 'no-store')
        .send(stream)
    }),
  )

  app.get(
    '/v1/audit/log/checkpoint',
    served('The newest signed checkpoint (C2SP tlog-checkpoint)', noQuery, 'text/plain'),
    door(noQuery, async ({ request, reply }) => {
      const checkpoint = await latestCheckpoint(auditorPool)
      if (!checkpoint) return refuse(request, reply, NOT_SIGNED_YET)
      return reply
        .type('text/plain; charset=utf-8')
        .header('cache-control', 'private, no-cache')
        .send(checkpoint.note)
    }),
  )

  app.get(
    '/v1/audit/log/key',
    served('The verifier key of the log (C2SP signed note)', noQuery, 'text/plain'),
    door(noQuery, async ({ request, reply }) => {
      const key = await options.verifierKey()
      return key === undefined
        ? refuse(request, reply, NOT_SIGNED_YET)
        : reply.type('text/plain; charset=utf-8').send(key)
    }),
  )

  app.get(
    '/v1/audit/log/tile/*',
    served('A tile or an entry bundle (C2SP tlog-tiles)', noQuery, 'application/octet-stream'),
    door(noQuery, async ({ request, reply }) => {
      const address = parseTilePath((request.params as { '*': string })['*'])
      if (!address) return refuse(request, reply, NOT_A_TILE)
      const checkpoint = await latestCheckpoint(auditorPool)
      const level = address.kind === 'hashes' ? address.level : 0
      const width = checkpoint ? tileWidthAt(checkpoint.size, level, address.index) : 0
      // What the newest checkpoint does not cover is not published.
      if (address.width > width) return refuse(request, reply, NO_SUCH_TILE)
      return reply
        .type('application/octet-stream')
        .header('cache-control', IMMUTABLE)
        .send(await readTile(auditorPool, address))
    }),
  )
}

/** What is asked for by name, by the ids that the log has; a name that several people have is refused with who they are. */
async function withNames(
  database: pg.Pool,
  asked: AuditFilter,
  among: CalledAmong,
): Promise<Result<AuditFilter>> {
  const [actors, called] = await Promise.all([
    asked.actor === undefined ? undefined : peopleCalled(database, asked.actor, among),
    asked.text === undefined ? undefined : calledInLog(database, asked.text, among),
  ])
  const filter = called === undefined ? asked : { ...asked, called }
  if (actors === undefined || actors.length === 0) return ok(filter)
  if (actors.length === 1) return ok({ ...filter, actor: actors[0] })
  return fail(
    invalid({
      field: 'actor',
      message: say`is the name of several people: give the account of one, ${actors.join(', ')}`,
      allowed: actors,
    }),
  )
}

const EXPORT_FORMATS = {
  csv: { type: 'text/csv; charset=utf-8; header=present', extension: 'csv' },
  json: { type: 'application/json; charset=utf-8', extension: 'json' },
  bundle: { type: 'application/x-ndjson; charset=utf-8', extension: 'bundle.jsonl' },
} as const

const NOT_AN_ID = invalid({ field: 'entry', message: say`must be the id of an entry: a UUID in lower case` })
const NOT_A_TILE = invalid({
  field: 'tile',
  message: say`must be ${'{level}/{n}[.p/{w}]'} or ${'entries/{n}[.p/{w}]'}, n as x001/234 (C2SP tlog-tiles)`,
})
const NO_SUCH_ENTRY: Failure = {
  kind: 'not_found',
  code: 'audit_entry_not_found',
  message: say`There is no audit entry with this id.`,
}
const NO_SUCH_TILE: Failure = {
  kind: 'not_found',
  code: 'audit_tile_not_found',
  message: say`The newest checkpoint covers no such tile.`,
}
const EXPORTS_BUSY: Failure = {
  kind: 'upstream_unavailable',
  code: 'exports_busy',
  message: say`${EXPORTS_MAX} exports are under way, and no more can be at a time. Try again when one has ended.`,
  retryAfterS: 10,
}
const NOT_SIGNED_YET: Failure = {
  kind: 'conflict',
  code: 'not_signed_yet',
  message: say`No signed checkpoint covers this yet. The signer makes one every half second; ask again.`,
  retryAfterS: 1,
}

function entryId(request: FastifyRequest): string | undefined {
  const { entry } = request.params as { entry: string }
  return UUID.test(entry) ? entry : undefined
}

async function proveWhenSigned(pool: pg.Pool, id: string, waitMs: number): Promise<ProofResult> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const result = await proveInclusion(pool, id)
    if (result.state !== 'not_signed_yet' || performance.now() >= deadline) return result
    await sleep(PROOF_POLL_INTERVAL_MS)
  }
}

async function readTile(pool: pg.Pool, address: TileAddress): Promise<Buffer> {
  if (address.kind === 'hashes') return databaseTiles(pool)(address.level, address.index, address.width)
  const first = address.index * TILE_WIDTH
  const { rows } = await pool.query<{ canonical: Buffer }>(
    `SELECT e.canonical FROM kernel.audit_leaf l JOIN kernel.audit_entry e ON e.seq = l.seq
      WHERE l.leaf_index >= $1 AND l.leaf_index < $2 ORDER BY l.leaf_index`,
    [first, first + address.width],
  )
  return encodeEntryBundle(rows.map((row) => row.canonical))
}

import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { type Changed, type EventSource, recordEvents } from '../events/record-events.ts'
import { Day, Id, Instant, Version } from '../http/fields.ts'
import { MoneySchema } from '../http/money.ts'

export const EXCEPTION_STATES = ['open', 'assigned', 'written_off'] as const

const CandidateSchema = z.strictObject({
  id: Id,
  kind: z.enum(['transfer', 'posting']),
  score: z.number().min(0).max(1),
  why: z.string(),
})
export type Candidate = z.infer<typeof CandidateSchema>

export const ExceptionSchema = z.strictObject({
  id: Id,
  version: Version,
  kind: z.enum(['statement_line', 'posting']),
  side: z.enum(['debit', 'credit']).meta({ description: "As on the bank's statement: a credit came in." }),
  amount: MoneySchema,
  date: Day,
  reference: z.string(),
  description: z.string().optional().meta({ description: 'The text of the line, as the bank gives it.' }),
  counterparty: z.string().optional(),
  account: z.string(),
  state: z.enum(EXCEPTION_STATES),
  statement_id: Id.optional(),
  line: z.number().int().optional(),
  posting_id: Id.optional(),
  candidates: z.array(CandidateSchema),
  raised_at: Instant,
})

/** How `exception.*` events are drawn. */
const EXCEPTION_EVENTS: EventSource = {
  upstream: 'recon',
  subjectKind: 'exception',
  table: 'recon.exception',
  version: 't.version',
  data: 'recon.exception_json(t)',
  refs: `(SELECT coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id)), '[]'::jsonb) FROM (
            SELECT c.kind, c.id FROM jsonb_to_recordset(t.candidates) AS c (kind text, id text)
            UNION SELECT 'posting', t.posting_id WHERE t.posting_id IS NOT NULL ORDER BY 1, 2) r)`,
}

export type NewException = {
  readonly id: string
  readonly kind: 'statement_line' | 'posting'
  readonly side: 'debit' | 'credit'
  readonly amount_minor: string
  readonly currency: string
  readonly date: string
  readonly reference: string
  readonly description?: string | null
  readonly counterparty?: string | null
  readonly account: string
  readonly statement_id?: string
  readonly line?: number
  readonly posting_id?: string
  readonly candidates: readonly Candidate[]
  readonly raised_at: Date
}

/** Raises exceptions. */
export async function raiseExceptions(
  tx: Transaction,
  raised: readonly NewException[],
  causedBy?: string,
): Promise<void> {
  if (raised.length === 0) return
  await tx.query(
    `INSERT INTO recon.exception (id, kind, side, amount_minor, currency, date, reference, description, counterparty, account,
                                  statement_id, line, posting_id, candidates, raised_at)
     SELECT id, kind, side, amount_minor, currency, date, reference, description, counterparty, account,
            statement_id, line, posting_id, candidates, raised_at
     FROM jsonb_populate_recordset(NULL::recon.exception, $1)`,
    [JSON.stringify(raised)],
  )
  const events = raised.map(({ id, raised_at }) => ({ id, at: raised_at }))
  await recordEvents(tx, EXCEPTION_EVENTS, 'exception.raised', events, causedBy)
}

/** A partner was found: open exceptions become `assigned`. */
export async function resolveExceptions(
  tx: Transaction,
  resolved: readonly Changed[],
  causedBy?: string,
): Promise<void> {
  if (resolved.length === 0) return
  await tx.query(`UPDATE recon.exception SET state = 'assigned', version = version + 1 WHERE id = ANY ($1)`, [
    resolved.map(({ id }) => id),
  ])
  await recordEvents(tx, EXCEPTION_EVENTS, 'exception.resolved', resolved, causedBy)
}

import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { type Changed, type EventSource, recordEvents } from '../events/record-events.ts'
import { Day, Id, Instant, Version } from '../http/fields.ts'
import { MoneySchema } from '../http/money.ts'
import { PartnerSchema } from './partner.ts'
import { GroundSchema } from './score-candidate.ts'

export const EXCEPTION_STATES = ['open', 'assigned', 'written_off', 'withdrawn'] as const

const CandidateSchema = z.strictObject({
  id: Id,
  kind: z.enum(['transfer', 'posting', 'exception']).meta({
    description: 'Of a line a transfer or a posting; of a posting the exception of a line.',
  }),
  score: z.number().min(0).max(1),
  why: z.string(),
  grounds: z.array(GroundSchema).optional(),
  with: z
    .array(z.strictObject({ id: Id, kind: z.enum(['transfer', 'posting']) }))
    .optional()
    .meta({ description: 'The others of which, together with it, the sum is the amount.' }),
  partners: z.array(PartnerSchema).optional().meta({
    description: 'It and the others as they are now; where one exception is read.',
  }),
})
export type Candidate = z.infer<typeof CandidateSchema>

/** What somebody assigned: of which exception, to what, how much. */
export const AssignedSchema = z.strictObject({
  exception_id: Id,
  id: Id,
  kind: z.enum(['transfer', 'posting']),
  amount: MoneySchema,
  by: z.string(),
  at: Instant,
})

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
  parts: z
    .array(
      z.strictObject({
        id: Id,
        kind: z.enum(['transfer', 'posting']),
        posting_id: Id,
        amount: MoneySchema,
      }),
    )
    .optional()
    .meta({ description: 'What people have assigned it to.' }),
  residual_of: Id.optional().meta({ description: 'The exception of whose assignment this was left over.' }),
  origin: z
    .strictObject({ id: Id, amount: MoneySchema, assigned: z.array(AssignedSchema) })
    .optional()
    .meta({
      description:
        'The line that it is left over of, and what people have assigned of that, the latest first, at most 50.',
    }),
  residual: z
    .strictObject({ id: Id, amount: MoneySchema, state: z.enum(EXCEPTION_STATES) })
    .optional()
    .meta({ description: 'What its assignment left over, an exception of its own.' }),
  write_off: z.strictObject({ posting_id: Id, account: Id, account_name: z.string() }).optional(),
  settled_by: z.string().optional().meta({ description: 'Who had it assigned or written off.' }),
  settled_at: Instant.optional(),
})

/** How `exception.*` events are drawn. */
export const EXCEPTION_EVENTS: EventSource = {
  upstream: 'recon',
  subjectKind: 'exception',
  table: 'recon.exception',
  version: 't.version',
  data: 'recon.exception_json(t)',
  refs: `(SELECT coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id)), '[]'::jsonb) FROM (
            SELECT c.kind, c.id FROM jsonb_to_recordset(t.candidates) AS c (kind text, id text)
            UNION SELECT 'posting', t.posting_id WHERE t.posting_id IS NOT NULL
            UNION SELECT 'exception', t.residual_of WHERE t.residual_of IS NOT NULL
            UNION SELECT recon.partner_id(x) ->> 'kind', recon.partner_id(x) ->> 'id'
                    FROM recon.binding b JOIN recon.expected_line x USING (posting_id) WHERE b.exception_id = t.id
            ORDER BY 1, 2) r)`,
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
  readonly residual_of?: string
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
                                  statement_id, line, posting_id, residual_of, candidates, raised_at)
     SELECT id, kind, side, amount_minor, currency, date, reference, description, counterparty, account,
            statement_id, line, posting_id, residual_of, candidates, raised_at
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

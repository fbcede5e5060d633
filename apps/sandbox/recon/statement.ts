import { z } from 'zod'
import type { EventSource } from '../events/record-events.ts'
import { Day, Id, Instant, text, Version } from '../http/fields.ts'
import { BalanceSchema, MoneySchema } from '../http/money.ts'
import { AssignedSchema } from './exception.ts'

const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code of three capital letters')

export const StatementSchema = z.strictObject({
  id: Id,
  version: Version,
  bank_id: z.string().meta({ description: 'What the bank calls this statement.' }),
  account: z.string(),
  currency: z.string(),
  opening: BalanceSchema.optional(),
  booked: BalanceSchema.optional().meta({
    description:
      'The booked lines added up, what went out being negative; absent where they are of several currencies.',
  }),
  closing: BalanceSchema.optional(),
  from: Day.optional(),
  to: Day.optional(),
  state: z.enum(['reconciled', 'open', 'quarantined', 'noted']),
  reason: z.string().optional(),
  lines: z.number().int(),
  file_id: Id.optional(),
  imported_at: Instant,
})

/** A line as the bank's file has it. */
export const StatementLine = z.strictObject({
  side: z.enum(['debit', 'credit']),
  amount: MoneySchema,
  date: Day.optional().meta({
    description: 'The booking date; absent: the value date, or the end of the period.',
  }),
  value_date: Day.optional(),
  reference: text(200),
  end_to_end_id: text(200).optional(),
  bank_reference: text(200).optional(),
  counterparty: text(300).optional(),
  counterparty_account: text(64).optional(),
  description: text(4_000).optional(),
  transaction_code: text(64).optional(),
  status: z.enum(['booked', 'pending']).optional().meta({
    description: 'Pending lines are shown: not added up and not matched. Absent: booked.',
  }),
})
export type StatementLine = z.infer<typeof StatementLine>

/**
 * A statement as an importer sends it, whole or in parts: parts that follow one another with the same
 * `account` and `id` are one statement, whose head is the first part's.
 */
export const StatementPart = z.strictObject({
  id: text(200, 1),
  account: text(64, 1),
  currency: Currency,
  opening: BalanceSchema.optional(),
  closing: BalanceSchema.optional(),
  from: Day.optional(),
  to: Day.optional(),
  lines: z.array(StatementLine),
})
export type StatementPart = z.infer<typeof StatementPart>

/** A line of a committed statement, with its partner if it has one, and what people have assigned of it. */
export const StoredLineSchema = z.strictObject({
  n: z.number().int(),
  side: z.enum(['debit', 'credit']),
  amount: MoneySchema,
  date: Day,
  reference: z.string(),
  counterparty: z.string().optional(),
  posting_id: Id.optional(),
  score: z.number().optional(),
  why: z.string().optional(),
  assigned: z.array(AssignedSchema).optional().meta({
    description: 'What people have assigned of it, the first first, at most 50.',
  }),
})

/** How `statement.*` events are drawn. */
export const STATEMENT_EVENTS: EventSource = {
  upstream: 'recon',
  subjectKind: 'statement',
  table: 'recon.statement',
  version: 't.version',
  data: 'recon.statement_json(t)',
  refs: `'[]'::jsonb`,
}

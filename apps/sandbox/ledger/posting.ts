import { z } from 'zod'
import type { EventSource } from '../events/record-events.ts'
import { Id, Instant, Version } from '../http/fields.ts'
import { MoneySchema } from '../http/money.ts'

export const PostingSchema = z.strictObject({
  id: Id,
  version: Version,
  transfer_id: Id.optional(),
  exception_id: Id.optional().meta({ description: 'The exception of Recon that it writes off.' }),
  settlement_id: Id.optional().meta({ description: 'The settlement to a merchant that it pays.' }),
  reverses: Id.optional().meta({ description: 'The posting whose lines these are with sides changed.' }),
  at: Instant,
  description: z.string(),
  lines: z.array(
    z.strictObject({
      account: z.string(),
      account_name: z.string(),
      side: z.enum(['debit', 'credit']),
      amount: MoneySchema,
    }),
  ),
})

export const AccountSchema = z.strictObject({
  number: Id,
  version: z.number().int().min(0),
  name: z.string(),
  balance: z.string().meta({ description: 'Debits less credits, a decimal string in the currency.' }),
  currency: z.string(),
})

/** How `posting.recorded` is drawn. */
export const POSTING_EVENTS: EventSource = {
  upstream: 'ledger',
  subjectKind: 'posting',
  table: 'ledger.posting',
  version: 't.version',
  data: 'ledger.posting_json(t, l.lines)',
  join: `JOIN (SELECT l.posting_id, jsonb_agg(ledger.line_json(l, a.name) ORDER BY l.n) AS lines
               FROM ledger.posting_line l JOIN ledger.account a ON a.number = l.account
               WHERE l.posting_id IN (SELECT id FROM c) GROUP BY l.posting_id) l ON l.posting_id = t.id`,
  refs: `CASE WHEN t.transfer_id IS NOT NULL THEN jsonb_build_array(jsonb_build_object('kind', 'transfer', 'id', t.transfer_id))
              WHEN t.exception_id IS NOT NULL THEN jsonb_build_array(jsonb_build_object('kind', 'exception', 'id', t.exception_id))
              WHEN t.settlement_id IS NOT NULL THEN jsonb_build_array(jsonb_build_object('kind', 'settlement', 'id', t.settlement_id))
              ELSE '[]'::jsonb END`,
}

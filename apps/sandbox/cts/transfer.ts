import { z } from 'zod'
import type { EventSource } from '../events/record-events.ts'
import { Day, Id, Instant, text, Version } from '../http/fields.ts'
import { MoneySchema } from '../http/money.ts'
import { EntryDetails } from './nacha-entry.ts'
import { RAILS } from './return-deadlines.ts'

export const TRANSFER_STATES = ['created', 'settled', 'return_received', 'returned', 'cancelled'] as const

export const PARTY_KINDS = ['person', 'company', 'unknown'] as const

const TransferParty = z.strictObject({
  party_id: Id,
  name: z.string(),
  account: z.string(),
  kind: z.enum(PARTY_KINDS).meta({ description: "A name of unknown kind is to be treated as a person's." }),
})
export type TransferParty = z.infer<typeof TransferParty>

/** A bank's return of an outgoing transfer, or our sending back of an incoming one. */
export const TransferReturn = z.strictObject({
  case: z.enum(['book', 'send_back']),
  code: text(10).meta({ description: "The bank's code; for `send_back` the reason we gave." }),
  addenda: z.string().optional(),
  original_trace: z.string().optional(),
  trace_number: z.string().optional().meta({ description: "The return entry's own." }),
  file_id: Id.optional().meta({ description: 'The file that it came in.' }),
  received_at: Instant.meta({ description: 'When the return reached CTS; for `send_back`, was ordered.' }),
  original_known: z.boolean(),
  original_transfer_id: Id.optional().meta({
    description:
      'The original where it is known but could not take this return (it is returned already, say).',
  }),
  original_rdfi: z.string().optional(),
  date_of_death: z.string().optional(),
  reason: z.string().optional().meta({ description: 'The reason given when the return was made.' }),
  note: z.string().optional(),
  returned_at: Instant.optional(),
})

export const TransferChange = z.strictObject({
  code: z.string(),
  corrected_data: z.string(),
  received_at: Instant,
  original_trace: z.string().optional(),
  original_known: z.boolean(),
})

export const TransferSchema = z.strictObject({
  id: Id,
  version: Version,
  rail: z.enum(RAILS),
  direction: z.enum(['outgoing', 'incoming']),
  side: z.enum(['debit', 'credit']),
  state: z.enum(TRANSFER_STATES),
  amount: MoneySchema,
  originator: TransferParty,
  receiver: TransferParty,
  reference: z.string(),
  trace_number: z.string().optional(),
  sec_code: z.string().optional(),
  created_at: Instant,
  effective_date: Day,
  settled_at: Instant.optional(),
  return: TransferReturn.optional(),
  change: TransferChange.optional(),
  return_deadlines: z.strictObject({ standard: Instant, extended: Instant }).optional(),
  file_id: Id.optional(),
  entry: EntryDetails.optional(),
  /** Of its two parties, those that are frozen now; left out in events, which tell what happened to the transfer. */
  frozen_parties: z.array(Id).max(2).optional(),
})
export type Transfer = z.infer<typeof TransferSchema>

/** How the events `transfer.*` and `transfers.returned` are drawn. */
export const TRANSFER_EVENTS: EventSource = {
  upstream: 'cts',
  subjectKind: 'transfer',
  table: 'cts.transfer',
  version: 't.version',
  data: 'cts.transfer_json(t)',
  refs: 'cts.transfer_refs(t)',
}

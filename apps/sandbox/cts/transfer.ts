import { z } from 'zod'
import type { EventSource } from '../events/record-events.ts'
import { Day, Id, Instant, text, Version } from '../http/fields.ts'
import { MoneySchema } from '../http/money.ts'
import { EntryDetails } from './nacha-entry.ts'
import { RAILS } from './return-deadlines.ts'

export const TRANSFER_STATES = [
  'created',
  'settled',
  'return_received',
  'returned',
  'return_dishonoured',
  'dishonour_received',
  'cancelled',
] as const

export const PARTY_KINDS = ['person', 'company', 'unknown'] as const

const TransferParty = z.strictObject({
  party_id: Id,
  name: z.string(),
  account: z.string(),
  kind: z.enum(PARTY_KINDS).meta({ description: "A name of unknown kind is to be treated as a person's." }),
})
export type TransferParty = z.infer<typeof TransferParty>

export const ACCOUNT_TYPES = ['checking', 'savings'] as const

/** Of an account, beside its number and the name on it. */
export const AccountDetails = z.strictObject({
  routing_number: text(34).optional(),
  account_type: z.enum(ACCOUNT_TYPES).optional(),
  individual_id: text(35).optional(),
})
export type AccountDetails = z.infer<typeof AccountDetails>

/** Account data as its bank corrected them: only what it corrected. */
export const AccountOnFile = AccountDetails.extend({
  account: text(35).optional(),
  name: text(140).optional(),
})
export type AccountOnFile = z.infer<typeof AccountOnFile>

/** Of an outgoing transfer ours, of an incoming one the bank's: a return that is not accepted. */
const Dishonour = z.strictObject({
  code: text(10),
  at: Instant,
  incorrect_field: z.string().optional().meta({ description: 'With R69: what is wrong in the return.' }),
  addenda: z.string().optional(),
  note: z.string().optional(),
  trace_number: z.string().optional(),
  file_id: Id.optional(),
  due_by: Instant.meta({ description: 'Until when the return could be dishonoured.' }),
  contest_by: Instant.meta({ description: 'Until when the dishonour can be contested.' }),
})

/** Who sent the return insists on it; there is nothing on the rail after that. */
const Contest = z.strictObject({
  code: text(10),
  at: Instant,
  addenda: z.string().optional(),
  note: z.string().optional(),
  trace_number: z.string().optional(),
  file_id: Id.optional(),
})

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
  due_by: Instant.optional().meta({
    description: "Until when the bank could send it, where the original's settlement is known.",
  }),
  dishonour_by: Instant.optional().meta({
    description: 'ACH, `book`: until when it can be dishonoured.',
  }),
  dishonour: Dishonour.optional(),
  contest: Contest.optional(),
  accepted_at: Instant.optional().meta({ description: "When the bank's dishonour was accepted." }),
})

const ChangeAnswer = z.strictObject({
  answer: z.enum(['corrected', 'noted', 'refused']),
  code: z.string().optional().meta({ description: 'Of a refusal: C61 to C69.' }),
  note: z.string().optional(),
  at: Instant,
  corrected: z
    .array(z.enum(['account', 'routing_number', 'account_type', 'name', 'individual_id']))
    .optional(),
  originator_told_at: Instant.optional(),
})

export const TransferChange = z.strictObject({
  code: z.string(),
  corrected_data: z.string(),
  received_at: Instant,
  original_trace: z.string().optional(),
  original_known: z.boolean(),
  tell_by: Instant.optional().meta({ description: 'Until when the originator is to be told.' }),
  refuse_by: Instant.optional().meta({ description: 'Until when it can be refused.' }),
  answer: ChangeAnswer.optional(),
})

/** A payment that is another one sent again. */
const Resubmission = z.strictObject({
  of: Id,
  attempt: z.number().int().min(1),
  first_settled_at: Instant.optional().meta({ description: 'Of the payment that was the first.' }),
  corrected: z.array(z.enum(['account', 'routing_number', 'account_type', 'name', 'individual_id'])),
  entry_description: z.string().optional().meta({ description: 'ACH: RETRY PYMT.' }),
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
  receiver: TransferParty.extend(AccountDetails.shape),
  reference: z.string(),
  trace_number: z.string().optional(),
  sec_code: z.string().optional(),
  created_at: Instant,
  effective_date: Day,
  settled_at: Instant.optional(),
  return: TransferReturn.optional(),
  change: TransferChange.optional(),
  return_deadlines: z.strictObject({ standard: Instant, extended: Instant }).optional(),
  resubmission: Resubmission.optional(),
  sent_again_as: Id.optional(),
  file_id: Id.optional(),
  entry: EntryDetails.optional(),
  /** Of its two parties, those that are frozen now; left out in events, which tell what happened to the transfer. */
  frozen_parties: z.array(Id).max(2).optional(),
  /** The receiver's account data as their bank has corrected them; left out in events. */
  on_file: AccountOnFile.extend({
    version: z.int().min(1).meta({ description: 'How often it was corrected.' }),
  }).optional(),
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

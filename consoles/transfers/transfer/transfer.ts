import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { wireMoney } from '@countersign/kernel/money/money.ts'
import { day, instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'

const party = z.object({
  party_id: entityId,
  name: z.string(),
  account: z.string(),
  kind: z.enum(['person', 'company', 'unknown']).default('unknown'),
})

/** The item of a notification of change is the transfer's id with this behind it. */
export const CHANGE_SUFFIX = ':change'

export const RAILS = ['ach', 'sepa_ct', 'wire'] as const
export const TRANSFER_STATES = ['created', 'settled', 'return_received', 'returned', 'cancelled'] as const

const common = {
  id: entityId.refine((id) => !id.endsWith(CHANGE_SUFFIX), written(say`must not end in ${CHANGE_SUFFIX}`)),
  version: z.int32().min(0),
  rail: z.enum(RAILS),
  direction: z.enum(['outgoing', 'incoming']),
  side: z.enum(['debit', 'credit']),
  amount: wireMoney,
  originator: party,
  receiver: party,
  reference: z.string(),
  trace_number: z.string().optional(),
  sec_code: z.string().optional(),
  created_at: instant,
  effective_date: day,
  settled_at: instant.optional(),
  file_id: entityId.optional(),
  // A deadline that is no time would never pass.
  return_deadlines: z.object({ standard: instant, extended: instant }).optional(),
  /** Of its two parties, those that are frozen as this is read; a transfer's own version does not tell. */
  frozen_parties: z.array(entityId).default([]),
  change: z
    .object({ code: z.string(), corrected_data: z.string().optional(), received_at: instant })
    .optional(),
}

const bankReturn = z.object({
  case: z.enum(['book', 'send_back']),
  code: z.string(),
  addenda: z.string().optional(),
  original_trace: z.string().optional(),
  received_at: instant,
  original_known: z.boolean(),
  /** The return entry's own, and the file that it came in. */
  trace_number: z.string().optional(),
  file_id: entityId.optional(),
  /** The original where it is known but could not take this return: it had come back before. */
  original_transfer_id: entityId.optional(),
})

/**
 * A transfer as CTS has it. Outgoing: created, settled, and perhaps a return that the bank sent and that is then booked.
 * Incoming: settled, and perhaps sent back within the rail's deadline. Members we do not know are left aside.
 */
export const transferSchema = z.discriminatedUnion('state', [
  z.object({ ...common, state: z.literal('created') }),
  z.object({ ...common, state: z.literal('settled') }),
  z.object({ ...common, state: z.literal('return_received'), return: bankReturn }),
  z.object({ ...common, state: z.literal('returned'), return: bankReturn }),
  z.object({ ...common, state: z.literal('cancelled') }),
])

export type Transfer = z.output<typeof transferSchema>

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
/** And that of a dishonour of what we sent back. */
export const DISHONOUR_SUFFIX = ':dishonour'

export const RAILS = ['ach', 'sepa_ct', 'wire'] as const
export const TRANSFER_STATES = [
  'created',
  'settled',
  'return_received',
  'returned',
  'return_dishonoured',
  'dishonour_received',
  'cancelled',
] as const

export const ACCOUNT_TYPES = ['checking', 'savings'] as const
/** What a bank, or the originator, corrects of the receiver's account. */
export const ACCOUNT_FIELDS = ['account', 'routing_number', 'account_type', 'name', 'individual_id'] as const
export type AccountField = (typeof ACCOUNT_FIELDS)[number]

const accountDetails = {
  routing_number: z.string().optional(),
  account_type: z.enum(ACCOUNT_TYPES).optional(),
  individual_id: z.string().optional(),
}
const changedFields = z.array(z.enum(ACCOUNT_FIELDS)).catch([])

const common = {
  id: entityId
    .refine((id) => !id.endsWith(CHANGE_SUFFIX), written(say`must not end in ${CHANGE_SUFFIX}`))
    .refine((id) => !id.endsWith(DISHONOUR_SUFFIX), written(say`must not end in ${DISHONOUR_SUFFIX}`)),
  version: z.int32().min(0),
  rail: z.enum(RAILS),
  direction: z.enum(['outgoing', 'incoming']),
  side: z.enum(['debit', 'credit']),
  amount: wireMoney,
  originator: party,
  receiver: party.extend(accountDetails),
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
    .object({
      code: z.string(),
      corrected_data: z.string().optional(),
      received_at: instant,
      /** Until when the originator is to be told, and until when it can be refused. */
      tell_by: instant.optional(),
      refuse_by: instant.optional(),
      answer: z
        .object({
          answer: z.enum(['corrected', 'noted', 'refused']),
          code: z.string().optional(),
          at: instant,
          corrected: changedFields.optional(),
          originator_told_at: instant.optional(),
        })
        .optional(),
    })
    .optional(),
  /** It is another one sent again. */
  resubmission: z
    .object({
      of: entityId,
      attempt: z.int32().min(1),
      first_settled_at: instant.optional(),
      corrected: changedFields,
      entry_description: z.string().optional(),
    })
    .optional(),
  sent_again_as: entityId.optional(),
  /** What a bank has corrected of the receiver's account; a transfer's own version does not tell. */
  on_file: z
    .object({
      /** Counts the corrections: an action that rests on them is decided on this one. */
      version: z.int32().min(1).optional(),
      account: z.string().optional(),
      name: z.string().optional(),
      ...accountDetails,
    })
    .optional(),
}

/** Ours of a bank's return, or the bank's of what we sent back. */
const dishonour = z.object({
  code: z.string(),
  at: instant,
  incorrect_field: z.string().optional(),
  addenda: z.string().optional(),
  due_by: instant.optional(),
  contest_by: instant.optional(),
})

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
  /** Until when the bank could send it, and until when we can dishonour it. */
  due_by: instant.optional(),
  dishonour_by: instant.optional(),
  dishonour: dishonour.optional(),
  contest: z.object({ code: z.string(), at: instant, addenda: z.string().optional() }).optional(),
})

/**
 * A transfer as CTS has it. Outgoing: created, settled, and perhaps a return that the bank sent and that is then booked, or dishonoured.
 * Incoming: settled, and perhaps sent back within the rail's deadline, which its bank may dishonour. Members we do not know are left aside.
 */
export const transferSchema = z.discriminatedUnion('state', [
  z.object({ ...common, state: z.literal('created') }),
  z.object({ ...common, state: z.literal('settled') }),
  z.object({ ...common, state: z.literal('return_received'), return: bankReturn }),
  z.object({ ...common, state: z.literal('returned'), return: bankReturn }),
  z.object({ ...common, state: z.literal('return_dishonoured'), return: bankReturn }),
  z.object({ ...common, state: z.literal('dishonour_received'), return: bankReturn }),
  z.object({ ...common, state: z.literal('cancelled') }),
])

export type Transfer = z.output<typeof transferSchema>

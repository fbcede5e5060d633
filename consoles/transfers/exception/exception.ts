import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { type WireMoney, wireMoney } from '@countersign/kernel/money/money.ts'
import { day, instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import { isBankReference } from './bank-reference.ts'
import type { FrozenParty } from './frozen-among.ts'
import { partnerSchema } from './partner.ts'

export const EXCEPTION_STATES = ['open', 'assigned', 'written_off', 'withdrawn'] as const

const groundSchema = z.object({
  ground: z.string(),
  amount: wireMoney.optional(),
  text: z.string().optional(),
  count: z.int().optional(),
})
export type Ground = z.output<typeof groundSchema>

const candidateSchema = z.object({
  id: z.string(),
  /** Of a line a transfer or a posting; of a posting the exception of a line. */
  kind: z.enum(['transfer', 'posting', 'exception']),
  score: z.number(),
  why: z.string(),
  grounds: z.array(groundSchema).optional(),
  /** The others of which, with it, the sum is the amount. */
  with: z.array(z.object({ id: entityId, kind: z.enum(['transfer', 'posting']) })).optional(),
  /** It and those, as they are now. */
  partners: z.array(partnerSchema).optional(),
})
export type Candidate = z.output<typeof candidateSchema>

const exceptionAsTold = z.object({
  id: entityId,
  version: z.int32().min(0),
  kind: z.enum(['statement_line', 'posting']),
  side: z.enum(['debit', 'credit']).optional(),
  amount: wireMoney,
  date: day,
  reference: z.string(),
  description: z.string().optional(),
  counterparty: z.string().optional(),
  account: z.string(),
  state: z.enum(EXCEPTION_STATES),
  statement_id: entityId.optional(),
  raised_at: instant.optional(),
  candidates: z.array(candidateSchema),
  posting_id: entityId.optional(),
  /** What it is assigned to. */
  parts: z
    .array(
      z.object({
        id: entityId,
        kind: z.enum(['transfer', 'posting']),
        posting_id: entityId,
        amount: wireMoney,
      }),
    )
    .optional(),
  /** Of whose assignment it was left over. */
  residual_of: entityId.optional(),
  /** The line that it is left over of, and what people have assigned of that, the latest first. */
  origin: z
    .object({
      id: entityId,
      amount: wireMoney,
      assigned: z.array(
        z.object({
          exception_id: entityId,
          id: entityId,
          kind: z.enum(['transfer', 'posting']),
          amount: wireMoney,
          by: z.string(),
          at: instant,
        }),
      ),
    })
    .optional(),
  /** What its assignment left over. */
  residual: z.object({ id: entityId, amount: wireMoney, state: z.enum(EXCEPTION_STATES) }).optional(),
  write_off: z.object({ posting_id: entityId, account: z.string(), account_name: z.string() }).optional(),
  settled_by: z.string().optional(),
  settled_at: instant.optional(),
  /** Those that a reading asked for by their ids, as they are now. */
  partners: z.array(partnerSchema).optional(),
})

/**
 * A statement line or a posting without a partner. `reference` is one, or empty; whatever text somebody wrote is `description`,
 * which is personal data.
 */
export const exceptionSchema = exceptionAsTold.transform((told) => {
  const { reference, description = '' } = told
  if (reference === '' || isBankReference(reference)) return told
  const text = description.includes(reference) ? description : `${reference}\n${description}`.trim()
  return { ...told, reference: '', description: text }
})
export type ReconException = z.output<typeof exceptionSchema> & {
  /** What may be written off of one in its currency, by the approval rules that hold now; none: nothing may. */
  readonly write_off_limit?: WireMoney
  /** Parties of what it may be, or is, about that are frozen. */
  readonly frozen?: readonly FrozenParty[]
}

export const statementSchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  account: z.string(),
  currency: z.string(),
  bank_id: z.string().optional(),
  opening: wireMoney.optional(),
  booked: wireMoney.optional(),
  closing: wireMoney.optional(),
  from: day.optional(),
  to: day.optional(),
  imported_at: instant.optional(),
  state: z.enum(['reconciled', 'open', 'quarantined', 'noted']),
  reason: z.string().optional(),
  lines: z.int().min(0).optional(),
  file_id: entityId.optional(),
})
export type Statement = z.output<typeof statementSchema>

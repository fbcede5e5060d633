import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { wireMoney } from '@countersign/kernel/money/money.ts'
import { day, instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import { isBankReference } from './bank-reference.ts'

export const EXCEPTION_STATES = ['open', 'assigned', 'written_off'] as const

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
  candidates: z.array(
    z.object({ id: z.string(), kind: z.enum(['transfer', 'posting']), score: z.number(), why: z.string() }),
  ),
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
export type ReconException = z.output<typeof exceptionSchema>

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

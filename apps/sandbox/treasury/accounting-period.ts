import { z } from 'zod'
import type { EventSource } from '../events/record-events.ts'
import { Id, Instant, Version } from '../http/fields.ts'
import { MoneySchema } from '../http/money.ts'

export const PERIOD_STATES = ['open', 'locked'] as const

export const PeriodSchema = z.strictObject({
  id: Id,
  version: Version,
  starts_at: Instant.meta({ description: 'The first moment of its month, UTC.' }),
  ends_at: Instant.meta({ description: 'The first moment of the month after it.' }),
  state: z.enum(PERIOD_STATES),
  locked_at: Instant.optional(),
  lock_reason: z.string().optional(),
})

export const PeriodWithTotals = PeriodSchema.extend({
  earlier_open: Id.optional().meta({ description: 'A month before it that has to be locked first.' }),
  postings: z.number().int().min(0),
  totals: z.array(MoneySchema).meta({ description: 'What its postings debit, by currency.' }),
})
export type PeriodWithTotals = z.infer<typeof PeriodWithTotals>

/** How `accounting_period.locked` is drawn. */
export const PERIOD_EVENTS: EventSource = {
  upstream: 'treasury',
  subjectKind: 'accounting_period',
  table: 'ledger.period',
  version: 't.version',
  data: 'ledger.period_with_totals(t)',
  refs: `'[]'::jsonb`,
}

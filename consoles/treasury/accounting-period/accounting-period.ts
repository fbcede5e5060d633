import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import { countedMoney, inMinorUnits } from '../treasury/minor-units.ts'

export const PERIOD_STATES = ['open', 'locked'] as const

/** A month of the books, by UTC. What stands in it is told where it is read by itself, not in lists. */
export const accountingPeriodSchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  starts_at: instant,
  ends_at: instant,
  state: z.enum(PERIOD_STATES),
  locked_at: instant.optional(),
  lock_reason: z.string().optional(),
  /** A month before it that has to be locked first. */
  earlier_open: entityId.optional(),
  postings: z.int().min(0).optional(),
  /** What its postings debit, by currency. */
  totals: z.array(countedMoney).optional(),
})
/** `earlier_month`: which month that is, where it can be read now. */
export type AccountingPeriod = z.output<typeof accountingPeriodSchema> & { readonly earlier_month?: string }

/** `2026-02`. */
export function monthOf({ starts_at }: Pick<AccountingPeriod, 'starts_at'>): string {
  return starts_at.slice(0, 7)
}

/** A month in the spelling of `/api/accounting-periods`. */
export function periodOnDoor({ state, postings, totals, ...period }: AccountingPeriod): Record<string, Json> {
  return {
    ...{ id: period.id, version: period.version, month: monthOf(period), status: state },
    ...{ starts_at: period.starts_at, ends_at: period.ends_at },
    locked_at: period.locked_at ?? null,
    lock_reason: period.lock_reason ?? null,
    ...(postings === undefined ? {} : { postings }),
    ...(totals === undefined ? {} : { totals: totals.map(inMinorUnits) }),
  }
}

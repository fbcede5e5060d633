import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { text } from '../http/fields.ts'
import { refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import { PERIOD_EVENTS, type PeriodWithTotals } from './accounting-period.ts'

export const LockRequest = z.strictObject({
  reason: text(200, 1),
  note: text(4_000).optional(),
  postings: z
    .number()
    .int()
    .min(0)
    .meta({ description: 'How many postings the caller saw in it; it is not locked with others.' }),
})

/**
 * Closes a month for good: what would be posted into it from then on is refused (`period_locked`). Months are closed in their order, so
 * that what is locked is a beginning of the books without a gap.
 */
export async function lockPeriod(
  tx: Transaction,
  asked: {
    readonly id: string
    readonly at: Date
    readonly ifMatch: number | undefined
    readonly key: string | undefined
  },
  request: z.infer<typeof LockRequest>,
): Promise<Outcome> {
  const { id, at, ifMatch, key } = asked
  // The lock on the row comes first, in a statement of its own: what is counted after it has waited for whoever was posting.
  await tx.query('SELECT FROM ledger.period WHERE id = $1 FOR UPDATE', [id])
  const period = await readPeriod(tx, id)
  if (!period) return refuse('not_found', `There is no accounting period ${id}.`)
  const stale = staleVersion(ifMatch, period.version)
  if (stale) return stale
  if (period.state === 'locked') return refuse('period_locked', `It is locked since ${period.locked_at}.`)
  if (Date.parse(period.ends_at) > at.getTime()) {
    return refuse('period_not_over', `It ends at ${period.ends_at}.`)
  }
  if (period.earlier_open !== undefined) {
    return refuse('earlier_period_open', `${period.earlier_open} has to be locked before it.`)
  }
  if (request.postings !== period.postings) {
    return refuse('period_moved', `The caller saw ${request.postings} postings; it has ${period.postings}.`)
  }
  await tx.query(
    `UPDATE ledger.period SET state = 'locked', locked_at = $2, lock_reason = $3, version = version + 1
     WHERE id = $1`,
    [id, at, request.reason],
  )
  await recordEvents(tx, PERIOD_EVENTS, 'accounting_period.locked', [{ id, at }], key)
  const locked = await readPeriod(tx, id)
  return { status: 200, body: { accounting_period: locked }, version: locked?.version }
}

async function readPeriod(tx: Transaction, id: string): Promise<PeriodWithTotals | undefined> {
  const { rows } = await tx.query<{ period: PeriodWithTotals }>(
    'SELECT ledger.period_with_totals(t) AS period FROM ledger.period t WHERE id = $1',
    [id],
  )
  return rows[0]?.period
}

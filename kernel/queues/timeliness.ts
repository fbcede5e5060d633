import type { Kernel } from '../kernel.ts'
import type { Queue } from './define-queue.ts'

/** Over so many days back. */
const WINDOW_DAYS = 30
/** Of more, the newest: they say how it goes now. */
const ITEMS_MAX = 10_000

export type Timeliness = {
  /** Of those that were done within the last `days`, or are open past their time, how many were done in time; 0 to 1. */
  readonly share: number
  readonly of: number
  readonly days: number
}

/** How much of a queue's work is done in time; null where nothing was done or is late. */
export async function timeliness(kernel: Pick<Kernel, 'pool'>, queue: Queue): Promise<Timeliness | null> {
  const { rows } = await kernel.pool.query<{ of: number; in_time: number }>(
    `SELECT count(*)::integer AS of, count(*) FILTER (WHERE in_time)::integer AS in_time
       FROM ((SELECT q.closed_at <= q.due_at AS in_time FROM ${queue.table} q
               WHERE q.closed_at >= clock_timestamp() - make_interval(days => $1)
               ORDER BY q.closed_at DESC LIMIT $2)
             UNION ALL
             (SELECT false FROM ${queue.table} q WHERE q.state = 'open' AND q.due_at < clock_timestamp() LIMIT $2)) AS known`,
    [WINDOW_DAYS, ITEMS_MAX],
  )
  const { of = 0, in_time = 0 } = rows[0] ?? {}
  return of === 0 ? null : { share: in_time / of, of, days: WINDOW_DAYS }
}

import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import type { Queue } from '../queues/define-queue.ts'
import { queueFigures } from '../queues/queue-query.ts'
import type { AlertKind } from './alert-kind.ts'
import { reportAlert, reportOver } from './report-alert.ts'

export type WatchLimits = {
  /** A pending request is about to expire this long before its end, or in the last quarter of its time if shorter. */
  readonly expiringMs: number
  /** An entry of the audit log that no witnessed checkpoint covers after so long is late. */
  readonly unwitnessedMs: number
  /** An upstream that has failed for so long calls for a person. */
  readonly upstreamFailingMs: number
  /** A process or an upstream whose clock is further than this from the database's calls for a person. */
  readonly clockSkewMs: number
}

export const WATCH_LIMITS: WatchLimits = {
  expiringMs: 3_600_000,
  unwitnessedMs: 60_000,
  upstreamFailingMs: 120_000,
  clockSkewMs: 5_000,
}

/**
 * Looks once at everything that lasts: raises what holds, resolves what has ended. What cannot be looked at is an alert
 * of its own, and what was open of it stays open. Any number of processes may do so at a time.
 *
 * @param kernel with the dispatcher's pool
 */
export async function watchOnce(
  kernel: Kernel,
  onUnreadable: (condition: string, error: unknown) => void,
  limits: WatchLimits = WATCH_LIMITS,
): Promise<void> {
  const look = async (condition: string, sync: () => Promise<void>) => {
    const unreadable = { kind: 'kernel.condition_unreadable', key: condition } as const
    try {
      await sync()
    } catch (error) {
      onUnreadable(condition, error)
      await reportAlert(kernel.pool, { ...unreadable, facts: { condition } })
      return
    }
    await reportOver(kernel.pool, unreadable)
  }
  await look('what the kernel watches', () => syncConditions(kernel, limits))
  await look('what the workers do', async () => {
    await kernel.pool.query('SELECT kernel.sync_job_alerts()')
  })
  for (const kind of kernel.alertKinds.values()) {
    const { holds } = kind
    if (holds) await look(kind.name, () => syncKind(kernel, kind.name, holds))
  }
  for (const queue of kernel.queues.values()) {
    await look(`the queue ${queue.name}`, () => watchQueue(kernel, queue))
  }
}

async function syncConditions(kernel: Kernel, limits: WatchLimits): Promise<void> {
  await kernel.pool.query('SELECT kernel.sync_alerts($1)', [
    {
      expiring_ms: limits.expiringMs,
      unwitnessed_ms: limits.unwitnessedMs,
      upstream_failing_ms: limits.upstreamFailingMs,
      clock_skew_ms: limits.clockSkewMs,
    },
  ])
}

async function syncKind(kernel: Kernel, kind: string, holds: NonNullable<AlertKind['holds']>): Promise<void> {
  const held = await holds(kernel.pool)
  for (const { key, facts } of held) await reportAlert(kernel.pool, { kind, key, facts })
  const { rows } = await kernel.pool.query<{ key: string }>({
    name: 'open-alerts-of-kind',
    text: `SELECT dedupe_key AS key FROM kernel.alert WHERE kind = $1 AND resolved_at IS NULL AND lasting`,
    values: [kind],
  })
  for (const { key } of rows) {
    if (!held.some((one) => one.key === key)) await reportOver(kernel.pool, { kind, key })
  }
}

/** K-26: the backlog has passed its SLA while an open item is past its time. */
async function watchQueue(kernel: Kernel, queue: Queue): Promise<void> {
  const { breached } = await queueFigures(kernel, queue, { state: 'open', columns: {} })
  const late = { kind: 'kernel.queue_late', key: queue.name } as const
  if (breached === 0) return reportOver(kernel.pool, late)
  await reportAlert(kernel.pool, { ...late, facts: { queue: queue.name, title: english(queue.title) } })
}

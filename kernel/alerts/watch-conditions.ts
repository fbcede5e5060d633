import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import type { Queue } from '../queues/define-queue.ts'
import { queueFigures } from '../queues/queue-query.ts'
import { raiseAlert, resolveAlert } from './raise-alert.ts'

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

/** Of these kinds, what is open is what holds now. */
const WATCHED = [
  'kernel.approval_expiring',
  'kernel.schedule_suspended',
  'kernel.emergency_in_force',
  'kernel.break_glass_used',
  'kernel.outcome_unknown',
  'kernel.audit_halted',
  'kernel.audit_unwitnessed',
  'kernel.upstream_failing',
  'kernel.upstream_paused',
  'kernel.clock_skewed',
  'kernel.projection_left_out',
  'kernel.projection_stopped',
  'kernel.dead_letters',
]

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
    const unreadable = { kind: 'kernel.condition_unreadable', key: condition }
    try {
      await sync()
    } catch (error) {
      onUnreadable(condition, error)
      await raiseAlert(kernel.pool, {
        ...unreadable,
        audience: 'kernel',
        lasting: true,
        facts: { condition },
      })
      return
    }
    await resolveAlert(kernel.pool, unreadable.kind, unreadable.key)
  }
  await look('what the kernel watches', () => syncConditions(kernel, limits))
  for (const queue of kernel.queues.values()) {
    await look(`the queue ${queue.name}`, () => watchQueue(kernel, queue))
  }
}

async function syncConditions(kernel: Kernel, limits: WatchLimits): Promise<void> {
  const {
    rows: [found],
  } = await kernel.pool.query<{ as_of: string; open: unknown[] }>(
    `SELECT now() AS as_of, coalesce(jsonb_agg(to_jsonb(c)), '[]') AS open FROM kernel.watched_conditions($1) AS c`,
    [
      {
        expiring_ms: limits.expiringMs,
        unwitnessed_ms: limits.unwitnessedMs,
        upstream_failing_ms: limits.upstreamFailingMs,
        clock_skew_ms: limits.clockSkewMs,
      },
    ],
  )
  await kernel.pool.query('SELECT kernel.sync_alerts($1, $2, $3)', [
    WATCHED,
    JSON.stringify(found?.open ?? []),
    found?.as_of,
  ])
}

/** K-26: the backlog has passed its SLA while an open item is past its time. */
async function watchQueue(kernel: Kernel, queue: Queue): Promise<void> {
  const { breached } = await queueFigures(kernel, queue, { state: 'open', columns: {} })
  if (breached === 0) return resolveAlert(kernel.pool, 'kernel.queue_late', queue.name)
  await raiseAlert(kernel.pool, {
    kind: 'kernel.queue_late',
    key: queue.name,
    audience: queue.name.slice(0, queue.name.indexOf('.')),
    facts: { queue: queue.name, title: english(queue.title) },
    lasting: true,
  })
}

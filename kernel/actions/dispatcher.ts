import { pause } from '../db/run-as-leader.ts'
import type { Kernel } from '../kernel.ts'
import { deliverEffect } from './deliver-effect.ts'
import { expireLapsed } from './expire-lapsed.ts'

const IDLE_POLL_MS = 40
/** A slow upstream holds no more than its own deliveries up: the others go on until this many are under way. */
const DELIVERIES_AT_ONCE_MAX = 16
const EXPIRY_SWEEP_MS = 5_000
/** After a fault of ours the same effect, or the whole loop, is left alone for this long. */
const FAULT_PAUSE_MS = 1_000

export type DispatcherOptions = {
  /** The kernel with the dispatcher's pool. */
  readonly kernel: Kernel
  /** Who holds the leases: unique to this process. */
  readonly holder: string
  /** How long one dispatcher may work on an effect before another takes over. */
  readonly leaseMs: number
  readonly signal: AbortSignal
  readonly report: (what: {
    level: 'info' | 'warn' | 'error'
    message: string
    requestId?: string
    error?: unknown
  }) => void
}

/**
 * Delivers authorised effects until the signal fires, and ends what it has begun. Any number of dispatchers may run: a
 * lease and a fence decide which of them writes.
 */
export async function runDispatcher(options: DispatcherOptions): Promise<void> {
  const { kernel, signal, report } = options
  const underWay = new Map<string, Promise<void>>()
  const start = (due: DueEffect) => {
    const name = nameOf(due)
    const delivering = deliverEffect(options, due)
      .then(
        () => undefined,
        async (error: unknown) => {
          report({
            level: 'error',
            message: 'an effect could not be delivered; it is tried again',
            requestId: due.request_id,
            error,
          })
          await pause(FAULT_PAUSE_MS, signal)
        },
      )
      .finally(() => underWay.delete(name))
    underWay.set(name, delivering)
  }

  let sweptAt = 0
  while (!signal.aborted) {
    try {
      const due = await dueEffects(kernel, DELIVERIES_AT_ONCE_MAX)
      const fresh = due
        .filter((effect) => !underWay.has(nameOf(effect)))
        .slice(0, DELIVERIES_AT_ONCE_MAX - underWay.size)
      for (const effect of fresh) start(effect)
      if (Date.now() - sweptAt > EXPIRY_SWEEP_MS) {
        sweptAt = Date.now()
        await expireLapsed(kernel, options)
      }
      if (underWay.size >= DELIVERIES_AT_ONCE_MAX) await Promise.race(underWay.values())
      else await pause(IDLE_POLL_MS, signal)
    } catch (error) {
      if (signal.aborted) break
      report({ level: 'error', message: 'the dispatcher could not work; it goes on', error })
      await pause(FAULT_PAUSE_MS, signal)
    }
  }
  await Promise.all(underWay.values())
}

type DueEffect = { readonly request_id: string; readonly revision: number }

function nameOf({ request_id, revision }: DueEffect): string {
  return `${request_id}/${revision}`
}

async function dueEffects(kernel: Kernel, limit: number): Promise<DueEffect[]> {
  const connectors = [...new Set([...kernel.actions.values()].flatMap((action) => action.connector ?? []))]
  const { rows } = await kernel.pool.query<DueEffect>({
    name: 'due-effects',
    text: 'SELECT request_id, revision FROM kernel.due_effects($1, $2)',
    values: [limit, connectors],
  })
  return rows
}

import { liftEmergencies } from '../approvals/lift-emergencies.ts'
import { carryOutBulks } from '../bulk/carry-out-bulks.ts'
import { type Bell, unrung } from '../duties/bell.ts'
import { type Duty, unwatched } from '../duties/duty-log.ts'
import type { Kernel } from '../kernel.ts'
import { pause } from '../time/pause.ts'
import { deliverEffect } from './deliver-effect.ts'
import { expireLapsed } from './expire-lapsed.ts'

const IDLE_POLL_MS = 40
/** Of one upstream: one that is slow, or hangs, holds nothing up but its own. */
export const DELIVERIES_PER_CONNECTOR_MAX = 16
const EXPIRY_SWEEP_MS = 5_000
/** A rejected emergency is lifted soon after. */
const LIFT_SWEEP_MS = 500
/** How soon a request over many records is gone on with. */
const BULK_SWEEP_MS = 200
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
  /** Rung when there may be effects; rung by us when one has ended. */
  readonly bell?: Bell
  /** Watches each round. */
  readonly duty?: Duty
  /** Jitter of the waits, from 0 up to 1. */
  readonly random?: (() => number) | undefined
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
  const { kernel, signal, report, duty = unwatched, bell = unrung } = options
  const wait = bell.waits({ soonMs: IDLE_POLL_MS })
  const underWay = new Map<string, { readonly connector: string; readonly ended: Promise<void> }>()
  const connectors = [...new Set([...kernel.actions.values()].flatMap((action) => action.connectors))]
  const start = (due: DueEffect) => {
    const name = nameOf(due)
    const ended = deliverEffect(options, due)
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
      .finally(() => {
        underWay.delete(name)
        bell.ring()
      })
    underWay.set(name, { connector: due.connector, ended })
  }
  const freeSlots = (connector: string) =>
    DELIVERIES_PER_CONNECTOR_MAX - [...underWay.values()].filter((one) => one.connector === connector).length

  // By the time that passes: a clock that is set back must not hold these up.
  let sweptAt = Number.NEGATIVE_INFINITY
  let liftedAt = Number.NEGATIVE_INFINITY
  let bulksAt = Number.NEGATIVE_INFINITY
  while (!signal.aborted) {
    try {
      const found = await duty(async () => {
        const free = new Map(connectors.map((connector) => [connector, freeSlots(connector)]))
        const due = await dueEffects(kernel, free)
        for (const effect of due) {
          if (!underWay.has(nameOf(effect)) && freeSlots(effect.connector) > 0) start(effect)
        }
        if (performance.now() - sweptAt > EXPIRY_SWEEP_MS) {
          sweptAt = performance.now()
          await expireLapsed(kernel, options)
        }
        if (performance.now() - liftedAt > LIFT_SWEEP_MS) {
          liftedAt = performance.now()
          await liftEmergencies(kernel, options)
        }
        if (performance.now() - bulksAt > BULK_SWEEP_MS) {
          bulksAt = performance.now()
          await carryOutBulks(kernel, options)
        }
        return due.length > 0
      })
      await wait(found, signal)
    } catch (error) {
      if (signal.aborted) break
      report({ level: 'error', message: 'the dispatcher could not work; it goes on', error })
      await pause(FAULT_PAUSE_MS, signal)
    }
  }
  await Promise.all([...underWay.values()].map(({ ended }) => ended))
}

type DueEffect = { readonly request_id: string; readonly revision: number; readonly connector: string }

function nameOf({ request_id, revision }: DueEffect): string {
  return `${request_id}/${revision}`
}

/** @param free by connector, how many more deliveries may begin */
async function dueEffects(kernel: Kernel, free: ReadonlyMap<string, number>): Promise<DueEffect[]> {
  const { rows } = await kernel.pool.query<DueEffect>({
    name: 'due-effects',
    text: 'SELECT request_id, revision, connector FROM kernel.due_effects($1, $2)',
    values: [[...free.keys()], [...free.values()]],
  })
  return rows
}

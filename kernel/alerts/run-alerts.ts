import { pause } from '../db/run-as-leader.ts'
import { type DeliveryOptions, deliverOnce } from './deliver-alerts.ts'
import { pageOnce } from './page-alerts.ts'
import { watchOnce } from './watch-conditions.ts'

const WATCH_INTERVAL_MS = 5_000
const DELIVER_INTERVAL_MS = 1_000

export type AlertsOptions = DeliveryOptions & {
  readonly signal: AbortSignal
  readonly report: (what: { level: 'error'; message: string; error: unknown }) => void
}

/** Watches, pages and delivers until the signal fires, and ends what it has begun. Any number may run. */
export async function runAlerts(options: AlertsOptions): Promise<void> {
  const { kernel, channels, signal, report } = options
  const every = async (intervalMs: number, message: string, duty: () => Promise<unknown>) => {
    while (!signal.aborted) {
      try {
        await duty()
      } catch (error) {
        if (!signal.aborted) report({ level: 'error', message, error })
      }
      await pause(intervalMs, signal)
    }
  }
  await Promise.all([
    every(WATCH_INTERVAL_MS, 'what calls for a person could not be looked at; it goes on', () =>
      watchOnce(kernel, (condition, error) =>
        report({ level: 'error', message: `${condition} could not be looked at`, error }),
      ),
    ),
    every(DELIVER_INTERVAL_MS, 'alerts could not be delivered; it goes on', async () => {
      await pageOnce(kernel, channels)
      await deliverOnce(options)
    }),
  ])
}

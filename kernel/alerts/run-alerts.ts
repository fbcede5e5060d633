import { type Duty, unwatched } from '../duties/duty-log.ts'
import { pause } from '../time/pause.ts'
import { type DeliveryOptions, deliverOnce } from './deliver-alerts.ts'
import { pageOnce } from './page-alerts.ts'
import { watchOnce } from './watch-conditions.ts'

const WATCH_INTERVAL_MS = 5_000
const DELIVER_INTERVAL_MS = 1_000

export type AlertsOptions = DeliveryOptions & {
  readonly signal: AbortSignal
  /** Watch each round. */
  readonly duties?: { readonly watching: Duty; readonly telling: Duty }
  readonly report: (what: { level: 'error'; message: string; error: unknown }) => void
}

/** Watches, pages and delivers until the signal fires, and ends what it has begun. Any number may run. */
export async function runAlerts(options: AlertsOptions): Promise<void> {
  const { kernel, channels, signal, report, duties } = options
  const every = async (
    watched: Duty | undefined,
    intervalMs: number,
    message: string,
    duty: () => Promise<unknown>,
  ) => {
    while (!signal.aborted) {
      try {
        await (watched ?? unwatched)(duty)
      } catch (error) {
        if (!signal.aborted) report({ level: 'error', message, error })
      }
      await pause(intervalMs, signal)
    }
  }
  await Promise.all([
    every(
      duties?.watching,
      WATCH_INTERVAL_MS,
      'what calls for a person could not be looked at; it goes on',
      () =>
        watchOnce(kernel, (condition, error) =>
          report({ level: 'error', message: `${condition} could not be looked at`, error }),
        ),
    ),
    every(duties?.telling, DELIVER_INTERVAL_MS, 'alerts could not be delivered; it goes on', async () => {
      await pageOnce(kernel, channels)
      await deliverOnce(options)
    }),
  ])
}

import type pg from 'pg'
import { pause } from '../time/pause.ts'

const WATCH_INTERVAL_MS = 10_000
/** A worker that starts together with this server has said something by then. */
const FIRST_LOOK_MS = 60_000

/**
 * Raises that no worker runs, or that a job of theirs stands or fails, until the signal fires; and ends what is over. For
 * servers: a worker does it too, but where none lives nobody else would.
 */
export async function watchJobs({
  pool,
  signal,
  report,
  firstLookMs = FIRST_LOOK_MS,
}: {
  /** As `app`. */
  readonly pool: pg.Pool
  readonly signal: AbortSignal
  readonly report: (what: { level: 'warn'; message: string; error: unknown }) => void
  readonly firstLookMs?: number
}): Promise<void> {
  await pause(firstLookMs, signal)
  while (!signal.aborted) {
    try {
      await pool.query('SELECT kernel.sync_job_alerts()')
    } catch (error) {
      if (!signal.aborted)
        report({ level: 'warn', message: 'whether the workers do their jobs is not known', error })
    }
    await pause(WATCH_INTERVAL_MS, signal)
  }
}

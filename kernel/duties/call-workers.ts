import type pg from 'pg'
import { pause } from '../time/pause.ts'

export const WORK_CHANNEL = 'countersign_work'

/** Workers are called at most so often, however much is asked for. */
const CALLS_APART_MS = 50

/**
 * Tells the workers of the database that something was committed, so that they look at once. Not in the transaction that
 * made the work: those that notify wait for one another as they commit. A call that is lost costs a worker's next look.
 *
 * @param pool of any login
 * @param signal fires when the process ends; nobody is called after that
 * @returns to be called after the commit; it waits for nothing
 */
export function makeWorkerCall({
  pool,
  signal,
  report,
}: {
  readonly pool: pg.Pool
  readonly signal: AbortSignal
  readonly report: (what: { level: 'warn'; message: string; error: unknown }) => void
}): () => void {
  let calling = false
  let again = false
  const call = async () => {
    calling = true
    do {
      again = false
      try {
        // Nobody waits for it to be on the disk.
        await pool.query(`BEGIN; SET LOCAL synchronous_commit = off; NOTIFY ${WORK_CHANNEL}; COMMIT`)
      } catch (error) {
        report({ level: 'warn', message: 'no worker could be called; each looks by itself soon', error })
      }
      await pause(CALLS_APART_MS, signal)
    } while (again && !signal.aborted)
    calling = false
  }
  return () => {
    again = true
    if (!calling && !signal.aborted) void call()
  }
}

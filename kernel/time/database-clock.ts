import type pg from 'pg'
import { pause } from './pause.ts'

const READ_INTERVAL_MS = 10_000
/** A reading that took longer says too little; the one before holds on. */
const READING_MAX_MS = 1_000

export type DatabaseClock = {
  /** The database's time, as far as this process knows it; before the first reading, the process's own. */
  readonly now: () => Date
  /** Reads it now. @throws Error of the database */
  readonly read: () => Promise<void>
  /** Reads it at once and from time to time until the signal fires. */
  readonly follow: (signal: AbortSignal) => Promise<void>
}

/**
 * The time that every process of an installation agrees on. Between two readings it goes by the time that passes, so
 * that a process whose own clock is set, or jumps, decides as before: on step-up, on tokens, on signatures.
 *
 * @param options.monotonic ms that only ever grow; the process's own by default
 */
export function makeDatabaseClock(options: {
  readonly pool: pg.Pool
  readonly monotonic?: () => number
  readonly report: (what: { level: 'warn'; message: string; error?: unknown }) => void
}): DatabaseClock {
  const { pool, monotonic = () => performance.now() } = options
  let known: { readonly ms: number; readonly at: number } | undefined
  async function read(): Promise<void> {
    const asked = monotonic()
    const { rows } = await pool.query<{ ms: string }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms',
    )
    const answered = monotonic()
    if (known && answered - asked > READING_MAX_MS) return
    known = { ms: Number(rows[0]?.ms), at: (asked + answered) / 2 }
  }
  return {
    now: () => (known ? new Date(known.ms + (monotonic() - known.at)) : new Date()),
    read,
    async follow(signal) {
      while (!signal.aborted) {
        try {
          await read()
        } catch (error) {
          options.report({
            level: 'warn',
            message: 'the database’s clock could not be read; it goes on',
            error,
          })
        }
        await pause(READ_INTERVAL_MS, signal)
      }
    },
  }
}

import type pg from 'pg'
import { pause } from '../time/pause.ts'
import { roundMaxS } from './jobs.ts'

const REPORT_INTERVAL_MS = 5_000
const FAILURE_MAX_CHARACTERS = 100
const CODE = /^[A-Za-z0-9_.-]{1,100}$/

/** What is done again and again: each round is timed, and whether it failed is kept. */
export type Duty = <T>(round: () => Promise<T>) => Promise<T>

/** A duty that nobody watches, as in a test of what it does. */
export const unwatched: Duty = (round) => round()

type Kept = {
  rounds: number
  underWay: number
  failing: number
  failingSince: number | null
  beganAt: number | null
  tookMs: number | null
  failedAt: number | null
  failure: string | null
}

export type DutyLog = {
  readonly duty: (name: string) => Duty
  /** Puts down how the last round of each went, until the signal fires. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** T-10: what a worker does again and again, and how its last round went. */
export function makeDutyLog({
  pool,
  process,
  monotonic = () => performance.now(),
  report,
}: {
  /** As `dispatcher`. */
  readonly pool: pg.Pool
  /** Unique to this process. */
  readonly process: string
  readonly monotonic?: () => number
  readonly report: (what: { level: 'warn'; message: string; error: unknown }) => void
}): DutyLog {
  const duties = new Map<string, Kept>()
  return {
    duty(name) {
      const kept: Kept = {
        ...{ rounds: 0, underWay: 0, failing: 0, failingSince: null },
        ...{ beganAt: null, tookMs: null, failedAt: null, failure: null },
      }
      duties.set(name, kept)
      return async (round) => {
        const began = monotonic()
        kept.beganAt = began
        kept.underWay += 1
        try {
          const made = await round()
          kept.failing = 0
          kept.failingSince = null
          return made
        } catch (error) {
          kept.failing += 1
          kept.failedAt = monotonic()
          kept.failingSince ??= kept.failedAt
          kept.failure = codeOf(error)
          throw error
        } finally {
          kept.underWay -= 1
          kept.rounds += 1
          kept.tookMs = monotonic() - began
        }
      }
    },
    async run(signal) {
      while (!signal.aborted) {
        const now = monotonic()
        const ago = (at: number | null) => (at === null ? null : now - at)
        const said = [...duties].map(([duty, kept]) => ({
          ...{
            duty,
            rounds: kept.rounds,
            failing: kept.failing,
            took_ms: kept.tookMs,
            failure: kept.failure,
          },
          ...{ began_ms_ago: ago(kept.beganAt), failed_ms_ago: ago(kept.failedAt) },
          ...{
            under_way: kept.underWay > 0,
            failing_ms: ago(kept.failingSince),
            round_max_s: roundMaxS(duty),
          },
        }))
        try {
          await pool.query('SELECT kernel.report_duties($1, $2)', [process, JSON.stringify(said)])
        } catch (error) {
          if (!signal.aborted) {
            report({ level: 'warn', message: 'what this worker does could not be put down', error })
          }
        }
        await pause(REPORT_INTERVAL_MS, signal)
      }
    },
  }
}

/** What kind of error it was: never its words, which may tell of people. */
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown }
  const known = [code, name].find((one): one is string => typeof one === 'string' && CODE.test(one))
  return (known ?? 'error').slice(0, FAILURE_MAX_CHARACTERS)
}

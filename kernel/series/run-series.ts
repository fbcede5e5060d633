import type pg from 'pg'
import { type Duty, unwatched } from '../duties/duty-log.ts'
import type { Queue } from '../queues/define-queue.ts'
import { pause } from '../time/pause.ts'

/** A minute is sampled once, by whoever comes first in it. */
const SAMPLE_INTERVAL_MS = 10_000
/** Each minute, so much of the past is counted anew: what has just happened. */
const RECENT_MS = 30 * 60_000
const DAY_MS = 24 * 60 * 60_000
const COUNTED_AT_ONCE_MS = 5 * DAY_MS
/** Each hour, a day and a little; each day, everything that is kept. */
const LATE_MS = DAY_MS + 2 * RECENT_MS
export const SERIES_KEPT_DAYS = 100
const MINUTES_AN_HOUR = 60
const MINUTES_A_DAY = 1_440

export type SeriesOptions = {
  /** As `dispatcher`. */
  readonly pool: pg.Pool
  readonly queues: readonly Pick<Queue, 'name'>[]
  readonly upstreams: readonly string[]
  readonly now: () => Date
  readonly signal: AbortSignal
  /** Watches each round. */
  readonly duty?: Duty
  readonly report: (what: { level: 'error'; message: string; error: unknown }) => void
}

/** Puts down each minute how things stand, and what came into queues and went out, until the signal fires. Any number may run. */
export async function runSeries(options: SeriesOptions): Promise<void> {
  const { signal, report, duty = unwatched } = options
  const countedFrom: CountedFrom = new Map()
  while (!signal.aborted) {
    try {
      await duty(() => sampleOnce(options, countedFrom))
    } catch (error) {
      if (!signal.aborted)
        report({ level: 'error', message: 'figures of this minute could not be put down', error })
    }
    await pause(SAMPLE_INTERVAL_MS, signal)
  }
}

/** By queue: when the first of its items came, as far back as this process has counted. */
type CountedFrom = Map<string, number>

/**
 * @param countedFrom what this process has counted before: of a queue that is not in it, as after a start, or in which
 *   earlier items have come to light, everything that is kept is counted anew
 * @returns whether this call was the first of its minute; the others did nothing
 */
export async function sampleOnce(
  { pool, queues, upstreams, now, signal }: Omit<SeriesOptions, 'report' | 'duty'>,
  countedFrom: CountedFrom = new Map(),
): Promise<boolean> {
  const { rows } = await pool.query<{ first: boolean }>('SELECT kernel.sample_series($1) AS first', [
    upstreams,
  ])
  if (rows[0]?.first !== true) return false
  const at = now().getTime()
  const minute = Math.floor(at / 60_000)
  for (const { name } of queues) {
    const count = async (from: number, to: number) => {
      const counted = await pool.query<{ first: Date | null }>(
        'SELECT kernel.count_queue($1, $2, $3) AS first',
        [name, new Date(from), new Date(to)],
      )
      return counted.rows[0]?.first?.getTime() ?? null
    }
    const late = minute % MINUTES_AN_HOUR === 0 ? LATE_MS : RECENT_MS
    const first = await count(at - late, at)
    if (first === null) continue
    const before = countedFrom.get(name) ?? Number.POSITIVE_INFINITY
    countedFrom.set(name, first)
    if (first >= before && minute % MINUTES_A_DAY !== 0) continue
    const oldest = Math.max(first, at - SERIES_KEPT_DAYS * DAY_MS)
    // Newest first, and never much in one transaction.
    for (let to = at - late; to > oldest && !signal.aborted; to -= COUNTED_AT_ONCE_MS) {
      await count(Math.max(to - COUNTED_AT_ONCE_MS, oldest), to)
    }
  }
  return true
}

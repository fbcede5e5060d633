import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

const MINUTE_MS = 60_000
const FLUSH_INTERVAL_MS = 10_000
/** Minutes that could not be put down are kept for so long: the database takes none that are older. */
const KEPT_MS = 10 * MINUTE_MS
/** Labels of one series; what comes after them is counted under `other`. */
const LABELS_MAX = 64
/** As `kernel.series_slot` (DDSketch: each slot 5 % wider than the one before). */
const SLOT_WIDTH = Math.log(1.05)
const SHORTEST_S = 0.000_001

/** What processes count themselves. */
export type RecordedSeries = 'http_answers' | 'http_failures' | 'upstream_calls' | 'upstream_failures'

export type SeriesRecorder = {
  /** One that took so many seconds. */
  readonly took: (series: RecordedSeries, label: string, seconds: number) => void
  /** One more; or none, so that it is known that there were none. */
  readonly count: (series: RecordedSeries, label: string, n?: 0 | 1) => void
  /** Puts down what was counted every few seconds, until the signal fires, and then the rest. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

type Counted = { n: number; total: number; low: number; high: number; slots: Map<number, number> }
type Series = Map<string, Counted>

export type SeriesRecorderOptions = {
  /** As `app` or `dispatcher`. */
  readonly pool: pg.Pool
  /** The database's time. */
  readonly now: () => Date
  readonly report: (what: { level: 'warn'; message: string; error: unknown }) => void
}

/**
 * Counts what this process does by the minute, in its own memory: a process that dies loses its last seconds, and no
 * request waits for a count. What the database may or may not have taken is not sent again: too little is shown
 * rather than too much.
 */
export function makeSeriesRecorder({ pool, now, report }: SeriesRecorderOptions): SeriesRecorder {
  const minutes = new Map<number, Map<RecordedSeries, Series>>()
  /** So that a minute in which nothing was done says so. */
  const known = new Map<RecordedSeries, Set<string>>()
  const counted = (series: RecordedSeries, wanted: string): Counted => {
    const minute = Math.floor(now().getTime() / MINUTE_MS)
    const labels = known.get(series) ?? new Set()
    known.set(series, labels)
    const label = labels.has(wanted) || labels.size < LABELS_MAX ? wanted : 'other'
    labels.add(label)
    const all = minutes.get(minute) ?? new Map<RecordedSeries, Series>()
    minutes.set(minute, all)
    const of = all.get(series) ?? new Map<string, Counted>()
    all.set(series, of)
    const found = of.get(label) ?? nothing()
    of.set(label, found)
    return found
  }
  const add = (to: Counted, value: number) => {
    to.n += 1
    to.total += value
    to.low = Math.min(to.low, value)
    to.high = Math.max(to.high, value)
  }

  /** A minute at a time: two of one quarter of an hour are added to the same row. */
  async function flush(): Promise<void> {
    const minuteNow = Math.floor(now().getTime() / MINUTE_MS)
    const oldest = minuteNow - KEPT_MS / MINUTE_MS
    // In a minute in which nothing was done there is nothing else to say that it was one.
    if (known.size > 0 && !minutes.has(minuteNow)) minutes.set(minuteNow, new Map())
    for (const [minute, counts] of [...minutes]) {
      minutes.delete(minute)
      const points = minute < oldest ? [] : pointsOf(minute, counts, known)
      if (points.length > 0) await pool.query('SELECT kernel.add_to_series($1)', [JSON.stringify(points)])
    }
  }

  return {
    took(series, label, seconds) {
      const to = counted(series, label)
      add(to, seconds)
      const slot = slotOf(seconds)
      to.slots.set(slot, (to.slots.get(slot) ?? 0) + 1)
    },
    count(series, label, n = 1) {
      const to = counted(series, label)
      if (n === 1) add(to, 1)
    },
    async run(signal) {
      do {
        await sleep(FLUSH_INTERVAL_MS, undefined, { signal, ref: false }).catch((error: unknown) => {
          if (!signal.aborted) throw error
        })
        try {
          await flush()
        } catch (error) {
          report({ level: 'warn', message: 'figures of some seconds were lost', error })
        }
      } while (!signal.aborted)
    },
  }
}

/** @param seconds how long it took */
export function slotOf(seconds: number): number {
  // Plus nought: what is rounded up to minus nought is nought.
  return Math.ceil(Math.log(Math.max(seconds, SHORTEST_S)) / SLOT_WIDTH) + 0
}

function nothing(): Counted {
  return { n: 0, total: 0, low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY, slots: new Map() }
}

function pointsOf(
  minute: number,
  counted: ReadonlyMap<RecordedSeries, Series>,
  known: ReadonlyMap<RecordedSeries, ReadonlySet<string>>,
) {
  const at = new Date(minute * MINUTE_MS).toISOString()
  return [...known].flatMap(([series, labels]) =>
    [...labels].map((label) => {
      const { n, total, low, high, slots } = counted.get(series)?.get(label) ?? nothing()
      const sorted = [...slots].sort(([a], [b]) => a - b)
      return {
        ...{ series, label, at, n, total },
        ...(n === 0 ? {} : { low, high }),
        slots: sorted.map(([slot]) => slot),
        counts: sorted.map(([, count]) => count),
      }
    }),
  )
}

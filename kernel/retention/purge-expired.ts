import type pg from 'pg'
import { type Duty, unwatched } from '../duties/duty-log.ts'
import { pause } from '../time/pause.ts'

/** Of each kind in one transaction, so that none is long. */
const PURGE_BATCH_ROWS = 1_000
/** Between two batches, while there is more. */
const PURGE_BATCH_PAUSE_MS = 200
const PURGE_INTERVAL_MS = 10 * 60_000

export type PurgeOptions = {
  /** As `countersign_dispatcher`. */
  readonly pool: pg.Pool
  readonly signal: AbortSignal
  readonly batchRows?: number
  /** Watches each round. */
  readonly duty?: Duty
  readonly report: (what: { level: 'error'; message: string; error: unknown }) => void
}

/** Lets go of what is past its retention, now and then, until the signal fires. Any number may run. */
export async function runPurge(options: PurgeOptions): Promise<void> {
  const { pool, signal, report, batchRows = PURGE_BATCH_ROWS, duty = unwatched } = options
  while (!signal.aborted) {
    let more = false
    try {
      const gone = await duty(() => purgeExpired(pool, batchRows))
      more = Object.values(gone).some((rows) => rows >= batchRows)
    } catch (error) {
      report({ level: 'error', message: 'rows past their retention could not be let go', error })
    }
    await pause(more ? PURGE_BATCH_PAUSE_MS : PURGE_INTERVAL_MS, signal)
  }
}

/** One batch. @returns by table, how many rows went */
export async function purgeExpired(
  pool: pg.Pool,
  batchRows: number,
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ gone: Record<string, number> }>(
    'SELECT kernel.purge_expired($1) AS gone',
    [batchRows],
  )
  return rows[0]?.gone ?? {}
}

import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Sealer } from '../personal-data/sealing.ts'
import { ingestEvents } from './ingest-events.ts'
import type { IngestSource } from './ingest-source.ts'

/** Webhooks are the fast way; the poller heals what they lose, so it may be slow. */
const POLL_INTERVAL_MS = 3_000
const POLL_TIMEOUT_MS = 10_000

/**
 * Reads each upstream's own history from where we stand, until the signal fires: a dropped webhook is made up for, and
 * a fresh installation learns what happened before it. One at a time per source over all processes.
 */
export async function runPoller(options: {
  readonly pool: pg.Pool
  readonly sealer: Sealer
  readonly sources: readonly IngestSource[]
  readonly signal: AbortSignal
  readonly report: (what: { level: 'info' | 'warn' | 'error'; message: string; error?: unknown }) => void
}): Promise<void> {
  const { sources, signal } = options
  await Promise.all(
    sources.map(async (source) => {
      while (!signal.aborted) {
        const more = await pollOnce(options, source).catch((error: unknown) => {
          options.report({ level: 'error', message: `polling ${source.source} failed; it goes on`, error })
          return false
        })
        if (!more) await sleep(POLL_INTERVAL_MS, undefined, { signal }).catch(ignoreAbort)
      }
    }),
  )
}

/** @returns whether the upstream has more to tell right away */
export async function pollOnce(
  { pool, sealer, signal, report }: Parameters<typeof runPoller>[0],
  source: IngestSource,
): Promise<boolean> {
  if (!source.poll) return false
  const client = await pool.connect()
  try {
    // Held by the session, so that a crash frees it.
    const lock = await client.query<{ held: boolean }>(
      "SELECT pg_try_advisory_lock(hashtext('poll ' || $1)) AS held",
      [source.source],
    )
    if (!lock.rows[0]?.held) return false
    const { rows } = await client.query<{ after: string }>(
      'SELECT after FROM kernel.poll_cursor WHERE source = $1',
      [source.source],
    )
    const after = Number(rows[0]?.after ?? 0)
    const { events, nextAfter } = await source.poll(
      after,
      AbortSignal.any([signal, AbortSignal.timeout(POLL_TIMEOUT_MS)]),
    )
    if (events.length > 0) await ingestEvents(pool, sealer, source, events)
    await client.query('SELECT kernel.move_poll_cursor($1, $2, NULL)', [source.source, nextAfter])
    return events.length > 0
  } catch (error) {
    if (signal.aborted) return false
    const why = (error as Error).message
    report({ level: 'warn', message: `${source.source} could not be polled: ${why}` })
    await client.query('SELECT kernel.move_poll_cursor($1, 0, $2)', [source.source, why])
    return false
  } finally {
    await client.query("SELECT pg_advisory_unlock(hashtext('poll ' || $1))", [source.source])
    client.release()
  }
}

/** Only an abort ends a wait early, and the loop looks at the signal itself. */
function ignoreAbort(error: unknown): void {
  if ((error as Error).name !== 'AbortError') throw error
}

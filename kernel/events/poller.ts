import type pg from 'pg'
import { oneAtATime } from '../db/one-at-a-time.ts'
import { type Bell, unrung } from '../duties/bell.ts'
import { type Duty, unwatched } from '../duties/duty-log.ts'
import { withinTime } from '../duties/within-time.ts'
import type { Sealer } from '../personal-data/sealing.ts'
import { pause } from '../time/pause.ts'
import { ingestEvents } from './ingest-events.ts'
import type { IngestSource } from './ingest-source.ts'

/** Webhooks are the fast way; the poller heals what they lose, so it may be slow. */
const POLL_INTERVAL_MS = 3_000
const POLL_TIMEOUT_MS = 10_000

type PollerOptions = {
  readonly pool: pg.Pool
  readonly sealer: Sealer
  readonly sources: readonly IngestSource[]
  readonly signal: AbortSignal
  /** Rung when something new was taken in, so that lists follow at once. */
  readonly bell?: Pick<Bell, 'ring'>
  /** Watches each round of a source. */
  readonly duty?: (source: string) => Duty
  readonly report: (what: { level: 'info' | 'warn' | 'error'; message: string; error?: unknown }) => void
}

/**
 * Reads each upstream's own history from where we stand, until the signal fires: a dropped webhook is made up for, and
 * a fresh installation learns what happened before it. One at a time per source over all processes.
 */
export async function runPoller(options: PollerOptions): Promise<void> {
  const { sources, signal, duty = () => unwatched } = options
  await Promise.all(
    sources.map(async (source) => {
      if (!source.poll) return
      const watched = duty(source.source)
      while (!signal.aborted) {
        const more = await watched(() => pollOnce(options, source)).catch((error: unknown) => {
          options.report({ level: 'error', message: `polling ${source.source} failed; it goes on`, error })
          return false
        })
        if (!more) await pause(POLL_INTERVAL_MS, signal)
      }
    }),
  )
}

/** @returns whether the upstream has more to tell right away */
async function pollOnce(options: PollerOptions, source: IngestSource): Promise<boolean> {
  if (!source.poll) return false
  const { poll } = source
  const more = await oneAtATime(options.pool, `poll ${source.source}`, (client) =>
    readOn(options, source, poll, client),
  )
  return more ?? false
}

async function readOn(
  { pool, sealer, signal, report, bell = unrung }: PollerOptions,
  source: IngestSource,
  poll: NonNullable<IngestSource['poll']>,
  client: pg.PoolClient,
): Promise<boolean> {
  const { rows } = await client.query<{ after: string }>(
    'SELECT after FROM kernel.poll_cursor WHERE source = $1',
    [source.source],
  )
  const after = Number(rows[0]?.after ?? 0)
  const page = await withinTime(POLL_TIMEOUT_MS, signal, (until) => poll(after, until)).catch(
    (error: unknown) => ({ why: (error as Error).message }),
  )
  if ('why' in page) {
    if (signal.aborted) return false
    report({ level: 'warn', message: `${source.source} could not be polled: ${page.why}` })
    await client.query('SELECT kernel.move_poll_cursor($1, 0, $2)', [source.source, page.why])
    return false
  }
  if (page.events.length > 0) {
    const { accepted } = await ingestEvents(pool, sealer, source, page.events)
    if (accepted > 0) bell.ring()
  }
  await client.query('SELECT kernel.move_poll_cursor($1, $2, NULL)', [source.source, page.nextAfter])
  return page.events.length > 0
}

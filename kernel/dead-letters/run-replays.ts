import type pg from 'pg'
import { withClient } from '../db/with-client.ts'
import { type Bell, unrung } from '../duties/bell.ts'
import { type Duty, unwatched } from '../duties/duty-log.ts'
import { replayEvent } from '../events/ingest-events.ts'
import type { IngestSource } from '../events/ingest-source.ts'
import { readDelivery } from '../events/read-delivery.ts'
import type { Sealer } from '../personal-data/sealing.ts'
import { pause } from '../time/pause.ts'

/** In one go: each is up to a megabyte. */
const REPLAY_AT_ONCE = 20
const REPLAY_IDLE_MS = 500
/** After a fault of ours it is left alone for this long. */
const REPLAY_FAULT_PAUSE_MS = 5_000

export type ReplayOptions = {
  /** As `countersign_sequencer`. */
  readonly pool: pg.Pool
  readonly sealer: Sealer
  readonly sources: readonly IngestSource[]
  readonly signal: AbortSignal
  /** Rung when something new was taken in, so that lists follow at once. */
  readonly bell?: Pick<Bell, 'ring'>
  /** Watches each round. */
  readonly duty?: Duty
  readonly report: (what: { level: 'error'; message: string; error: unknown }) => void
}

/**
 * Reads once more the dead letters whose replay somebody has asked for, until the signal fires. Any number may run: a letter
 * that one has begun is left alone by the others, and one that a crash left half done is a duplicate the next time.
 */
export async function runReplays(options: ReplayOptions): Promise<void> {
  const { signal, report, duty = unwatched } = options
  while (!signal.aborted) {
    try {
      if ((await duty(() => replaySome(options))) === 0) await pause(REPLAY_IDLE_MS, signal)
    } catch (error) {
      report({ level: 'error', message: 'dead letters could not be replayed; it goes on', error })
      await pause(REPLAY_FAULT_PAUSE_MS, signal)
    }
  }
}

/** @returns how many were replayed, with whatever outcome */
export async function replaySome({
  pool,
  sealer,
  sources,
  bell = unrung,
}: Omit<ReplayOptions, 'signal' | 'report' | 'duty'>): Promise<number> {
  return withClient(pool, async (client) => {
    // The lock is the session's: a crash frees it.
    const { rows: lock } = await client.query<{ held: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('replay dead letters')) AS held`,
    )
    if (!lock[0]?.held) return 0
    try {
      const { rows } = await client.query<{ id: string; source: string; body: string }>({
        name: 'letters-to-replay',
        text: `SELECT dead_letter_id AS id, source, body_sealed AS body FROM kernel.dead_letter
                WHERE state = 'replaying' ORDER BY received_at, dead_letter_id LIMIT ${REPLAY_AT_ONCE}`,
      })
      for (const { id, source: name, body } of rows) {
        const source = sources.find((one) => one.source === name)
        const outcome = source
          ? await replayText(pool, sealer, source, sealer.openForInstallation(body))
          : { error: 'no console takes events of this source any more' }
        if ('became' in outcome && outcome.became === 'event') bell.ring()
        await client.query('SELECT kernel.settle_dead_letter($1, $2, $3)', [
          id,
          'became' in outcome ? outcome.became : null,
          'error' in outcome ? outcome.error : null,
        ])
      }
      return rows.length
    } finally {
      await client.query(`SELECT pg_advisory_unlock(hashtext('replay dead letters'))`)
    }
  })
}

/** A letter is one event, or a delivery whose bytes held none. */
async function replayText(
  pool: pg.Pool,
  sealer: Sealer,
  source: IngestSource,
  text: string,
): ReturnType<typeof replayEvent> {
  const delivery = readDelivery(Buffer.from(text, 'utf8'))
  if ('unreadable' in delivery) return replayEvent(pool, sealer, source, delivery.unreadable)
  const [event, ...others] = delivery.events
  return replayEvent(
    pool,
    sealer,
    source,
    event === undefined || others.length > 0 ? new Error('it holds more or less than one event') : { event },
  )
}

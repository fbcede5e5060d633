import type pg from 'pg'
import { isAboutTheData, isOfTheMoment, withoutValues } from '../db/data-error.ts'
import { withClient } from '../db/with-client.ts'
import { type Bell, unrung } from '../duties/bell.ts'
import { type Duty, unwatched } from '../duties/duty-log.ts'
import { pause } from '../time/pause.ts'
import type { Projection, ProjectionSecrets } from './define-projection.ts'

const SEQUENCE_BATCH = 20_000
const PROJECT_BATCH = 20_000
/** Each on a connection of its own; a projection itself is worked on by one at a time. */
const PROJECTED_AT_ONCE = 2
const IDLE_POLL_MS = 20
/** While no event comes a list falls behind only by being made anew, or by its time to be tried again: looked for so often. */
const LOOK_EVERY_MS = 250
/** So many events a projection may leave out; where there are more, the fault is hardly theirs. */
const LEFT_OUT_MAX = 10_000
/** After an error a projection is left alone for this long, doubling from one to the next; the others go on. */
const RETRY_FIRST_MS = 5_000
const RETRY_LAST_MS = 10 * 60_000
/** Of an error, so much is kept. */
const FAILURE_MAX_CHARACTERS = 500
/** After a fault of ours the projector is left alone for this long. */
const FAULT_PAUSE_MS = 1_000
/** Partitions hold ten million events each and one is always made ahead, so a look now and then is early enough. */
const PARTITION_CHECK_INTERVAL_MS = 60_000
export const LIVE_CHANNEL = 'countersign_live'

export type ProjectorOptions = {
  /** As `countersign_sequencer`. */
  readonly pool: pg.Pool
  readonly projections: readonly Projection[]
  /** For projections that derive from sealed values. */
  readonly secrets?: ProjectionSecrets
  readonly signal: AbortSignal
  /** Rung when there may be events. */
  readonly bell?: Bell
  /** Watches each round. */
  readonly duty?: Duty
  /** Told beside the database's own listeners how far it is safe to look. */
  readonly announce?: (position: number) => void
  /** Milliseconds; by which partitions are looked after. */
  readonly now?: () => number
  readonly report: (what: { level: 'info' | 'warn' | 'error'; message: string; error?: unknown }) => void
}

/**
 * Gives committed events their positions and brings every projection up to them, until the signal fires. Several
 * processes may run it: the head row and each projection's row admit one at a time. Once all have caught up, tells the
 * live streams how far it is safe to look.
 */
export async function runProjector(options: ProjectorOptions): Promise<void> {
  const { pool, projections, signal, report, duty = unwatched } = options
  const now = options.now ?? (() => performance.now())
  const tookMs = new Map<string, number>()
  const wait = (options.bell ?? unrung).waits({ soonMs: IDLE_POLL_MS })
  let registered = false
  let announced = -1
  let partitionsCheckedAt = Number.NEGATIVE_INFINITY
  /** The head that all lists had come to, or were left alone at, and when they were looked at. */
  let come = { head: -1, at: Number.NEGATIVE_INFINITY }
  /** @returns whether there is more to do right away */
  const round = async () => {
    if (!registered) {
      await registerProjections(pool, projections)
      await tryAgain(pool, projections)
      registered = true
    }
    const at = now()
    if (at - partitionsCheckedAt > PARTITION_CHECK_INTERVAL_MS) {
      await pool.query('SELECT kernel.ensure_event_partitions()')
      // From when it was asked: events that come while it answers are seen to at the next check.
      partitionsCheckedAt = at
    }
    const { head, placed } = await sequenceEvents(pool)
    if (head === come.head && now() - come.at < LOOK_EVERY_MS) return placed > 0
    let behind = false
    const lookedAt = now()
    const lagging = await laggingBehind(pool, projections, head)
    // What took longest is begun first, so that nothing long is left to one lane at the end.
    const waiting = projections
      .filter(({ name }) => lagging.has(name))
      .sort((a, b) => (tookMs.get(b.name) ?? 0) - (tookMs.get(a.name) ?? 0))
    const lane = async () => {
      for (let projection = waiting.shift(); projection; projection = waiting.shift()) {
        const began = performance.now()
        try {
          behind = (await advance(pool, projection, head, report, options.secrets)) || behind
        } catch (error) {
          await markFailing(pool, projection.name, error as Stopped)
          report({
            level: 'error',
            message: `projection ${projection.name} failed; the others go on`,
            error,
          })
        }
        tookMs.set(projection.name, performance.now() - began)
      }
    }
    // All of them end before the error of one is told: nothing is left working behind the projector's back.
    const ended = await Promise.allSettled(Array.from({ length: PROJECTED_AT_ONCE }, lane))
    for (const end of ended) if (end.status === 'rejected') throw end.reason
    if (!behind && head > announced) {
      await pool.query('SELECT pg_notify($1, $2)', [LIVE_CHANNEL, String(head)])
      options.announce?.(head)
      announced = head
    }
    if (lagging.size === 0) come = { head, at: lookedAt }
    return placed > 0 || behind
  }
  let found = false
  while (!signal.aborted) {
    try {
      if (await duty(round)) {
        found = true
      } else {
        await wait(found, signal)
        found = false
      }
    } catch (error) {
      if (signal.aborted) return
      report({ level: 'error', message: 'the projector could not work; it goes on', error })
      await pause(FAULT_PAUSE_MS, signal)
    }
  }
}

export async function registerProjections(pool: pg.Pool, projections: readonly Projection[]): Promise<void> {
  await pool.query('INSERT INTO kernel.projection (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [
    projections.map((projection) => projection.name),
  ])
}

/** A process that starts may be one in which what stopped a projection is mended. */
async function tryAgain(pool: pg.Pool, projections: readonly Projection[]): Promise<void> {
  await pool.query(
    'UPDATE kernel.projection SET retry_at = NULL WHERE name = ANY ($1) AND retry_at IS NOT NULL',
    [projections.map(({ name }) => name)],
  )
}

/** Places one batch of committed events. @returns the head's position and how many were placed */
export async function sequenceEvents(pool: pg.Pool): Promise<{ head: number; placed: number }> {
  const { rows } = await pool.query<{ head: string; placed: number }>({
    name: 'sequence-events',
    text: 'SELECT head, placed FROM kernel.sequence_events($1)',
    values: [SEQUENCE_BATCH],
  })
  return { head: Number(rows[0]?.head ?? 0), placed: rows[0]?.placed ?? 0 }
}

/** Which projections have not come to the head and may be tried: one question for all of them, since mostly there is none. */
async function laggingBehind(
  pool: pg.Pool,
  projections: readonly Projection[],
  head: number,
): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ name: string }>({
    name: 'lagging-projections',
    text: `SELECT name FROM kernel.projection
            WHERE name = ANY ($1) AND position < $2 AND (retry_at IS NULL OR retry_at <= clock_timestamp())`,
    values: [projections.map(({ name }) => name), head],
  })
  return new Set(rows.map(({ name }) => name))
}

/**
 * One step of one projection. An event with a value that the tables cannot hold is found by halving the step, left out
 * and named in `kernel.projection_left_out`; what comes before and behind it is shown.
 *
 * @returns whether there is more to do
 * @throws Stopped where an event is refused and not for a value in it, or as many as may be have been left out
 */
export async function advance(
  pool: pg.Pool,
  projection: Projection,
  head: number,
  report: ProjectorOptions['report'] = () => undefined,
  secrets?: ProjectionSecrets,
): Promise<boolean> {
  return withClient(pool, async (client) => {
    // A step lost with the power is lost whole, with the position that it reached, and done again; events and their
    // places, which others have seen, are kept by transactions of their own.
    await client.query('BEGIN; SET LOCAL synchronous_commit = off')
    const { rows } = await client.query<{ position: string; failing_at: string | null }>(
      'SELECT position, failing_at FROM kernel.projection WHERE name = $1 FOR UPDATE SKIP LOCKED',
      [projection.name],
    )
    const from = rows[0] === undefined ? undefined : Number(rows[0].position)
    // What has stopped it is tried alone first.
    const batch = from !== undefined && Number(rows[0]?.failing_at) === from + 1 ? 1 : PROJECT_BATCH
    if (from === undefined || from >= head) {
      await client.query('ROLLBACK')
      return false
    }
    const { to, leftOut } = await applyStep(
      client,
      projection,
      '',
      from,
      Math.min(head, from + batch),
      secrets,
    )
    if (leftOut) {
      await leaveOut(client, projection.name, to, leftOut)
      report({
        level: 'error',
        message: `${projection.name} leaves out the event at position ${to}`,
        error: leftOut,
      })
    }
    await client.query(
      `UPDATE kernel.projection SET position = $2, failing = NULL, failing_at = NULL, failures = 0, retry_at = NULL,
              updated_at = clock_timestamp() WHERE name = $1`,
      [projection.name, to],
    )
    await client.query('COMMIT')
    return to < head
  })
}

/** An error with the position of the one event that it comes with. */
export type Stopped = Error & { readonly stoppedAt?: number }

/**
 * Applies events from a position (exclusive) up to `upTo` at most. Where one is refused, the step is halved until it is
 * that event alone, and nothing of it is applied.
 *
 * @param generation `__next`: into the tables that a rebuild fills
 * @param skipped positions that people have skipped
 * @returns how far it came, and why the event there is left out
 * @throws Stopped where the event is refused for another reason than a value in it, and nobody has skipped it
 */
export async function applyStep(
  client: pg.PoolClient,
  projection: Projection,
  generation: Generation,
  from: number,
  upTo: number,
  secrets: ProjectionSecrets | undefined,
  skipped: ReadonlySet<number> = new Set(),
): Promise<{ readonly to: number; readonly leftOut?: Error }> {
  for (let to = upTo; ; to = from + Math.ceil((to - from) / 2)) {
    const error = await apply(client, projection, generation, from, to, secrets)
    if (error === undefined) return { to }
    if (to > from + 1) continue
    if (isAboutTheData(error) || skipped.has(to)) return { to, leftOut: error }
    throw Object.assign(error, { stoppedAt: to })
  }
}

/** Of a projection's tables: those that are read, or those that a rebuild fills. */
type Generation = '' | '__next'

/**
 * @returns why these events are refused; nothing of them is applied then
 * @throws Error of a connection that is no more
 */
async function apply(
  client: pg.PoolClient,
  projection: Projection,
  generation: Generation,
  from: number,
  to: number,
  secrets: ProjectionSecrets | undefined,
): Promise<Error | undefined> {
  await client.query('SAVEPOINT step')
  try {
    const events = await eventsBetween(client, from, to)
    for (const statement of projection.apply) {
      const text = bindTables(projection, generation, statement).replaceAll('{events}', events)
      await client.query(text, [from, to])
    }
    await projection.derive?.({
      client,
      from,
      to,
      events,
      table: (name) => bindTables(projection, generation, `{${name}}`),
      secrets() {
        if (!secrets) throw new Error(`${projection.name} opens what is sealed: it needs SEALING_KEY`)
        return secrets
      },
    })
    return undefined
  } catch (error) {
    if (isOfTheMoment(error)) throw error
    await client.query('ROLLBACK TO SAVEPOINT step')
    return error as Error
  }
}

/**
 * The rows of `kernel.ordered_event` between $1 and $2. Their sequence numbers are named as well: they follow positions
 * closely, but only we know it, and without them a step would read every event that was ever kept.
 */
async function eventsBetween(client: pg.PoolClient, from: number, to: number): Promise<string> {
  const { rows } = await client.query<{ first: string; last: string }>({
    name: 'sequence-of-step',
    text: `SELECT coalesce(min(seq), 0) AS first, coalesce(max(seq), 0) AS last
             FROM kernel.event_order WHERE position > $1 AND position <= $2`,
    values: [from, to],
  })
  const { first, last } = rows[0] ?? { first: '0', last: '0' }
  return `(SELECT * FROM kernel.ordered_event
            WHERE position > $1 AND position <= $2 AND seq BETWEEN ${BigInt(first)} AND ${BigInt(last)})`
}

async function leaveOut(client: pg.PoolClient, name: string, position: number, error: Error): Promise<void> {
  const { rowCount } = await client.query(
    `INSERT INTO kernel.projection_left_out (projection, position, why)
     SELECT $1, $2, $3 WHERE (SELECT count(*) FROM kernel.projection_left_out WHERE projection = $1) < $4`,
    [name, position, withoutValues(error), LEFT_OUT_MAX],
  )
  if (rowCount === 0) throw Object.assign(error, { stoppedAt: position })
}

/** `{schema.table}` stands for the generation of the table that is being filled. */
function bindTables(projection: Projection, generation: Generation, statement: string): string {
  return statement.replace(/\{([a-z_]+\.[a-z_]+)\}/g, (_, table: string) => {
    if (!projection.tables.includes(table)) throw new Error(`${projection.name} does not own ${table}`)
    return `${table}${generation}`
  })
}

async function markFailing(pool: pg.Pool, name: string, error: Stopped): Promise<void> {
  await pool.query(
    `UPDATE kernel.projection
        SET failing = left($2, ${FAILURE_MAX_CHARACTERS}), failing_at = $3, failures = failures + 1, updated_at = clock_timestamp(),
            retry_at = clock_timestamp() + least($4 * 2 ^ least(failures, 20), $5) * interval '1 millisecond'
      WHERE name = $1`,
    [name, withoutValues(error), error.stoppedAt ?? null, RETRY_FIRST_MS, RETRY_LAST_MS],
  )
}

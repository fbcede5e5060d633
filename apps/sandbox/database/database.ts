import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { migrate } from './migrate.ts'

const POOL_MAX_CONNECTIONS = 12
/** How long a start waits for a predecessor's connection to end (it was killed a moment ago, say). */
const TAKEOVER_TIMEOUT_MS = 10_000
const TAKEOVER_POLL_MS = 100
const ONE_PROCESS_LOCK = 0x73616e64 // 'sand'

/** What runs inside one database transaction. */
export type Transaction = Pick<pg.PoolClient, 'query'>

export type Database = {
  readonly pool: pg.Pool
  /** Commits what `work` does, with the events it recorded, or nothing of it. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Calls back after each transaction that recorded events. */
  onEvents(listener: () => void): void
  close(): Promise<void>
}

/**
 * Connects, takes the database for this process alone (webhooks must leave in order, from one sender),
 * and migrates it.
 *
 * @throws Error with the remedy when the server does not answer or another sandbox holds the database
 */
export async function openDatabase(url: string): Promise<Database> {
  const holder = new pg.Client({ connectionString: url, application_name: 'sandbox' })
  try {
    await holder.connect()
  } catch (cause) {
    throw new Error(
      `The sandbox cannot reach its database at ${withoutSecret(url)}: ${cause instanceof Error ? cause.message : cause}. ` +
        'SANDBOX_DATABASE_URL says where it is.',
      { cause },
    )
  }
  try {
    await takeForThisProcess(holder)
    await migrate(holder)
  } catch (error) {
    await holder.end()
    throw error
  }
  const pool = new pg.Pool({ connectionString: url, max: POOL_MAX_CONNECTIONS, application_name: 'sandbox' })
  // An idle connection that breaks is replaced at the next query, which reports it if that fails too.
  pool.on('error', () => undefined)
  holder.on('error', () => undefined)
  const listeners: (() => void)[] = []

  return {
    pool,
    onEvents: (listener) => void listeners.push(listener),
    async transaction(work) {
      const client = await pool.connect()
      let recorded = 0
      let broken: Error | undefined
      try {
        await client.query(BEGIN)
        const result = await work(client)
        const locked = await client.query(LOCK_COUNTERS)
        if (locked.rowCount) recorded = (await client.query(FLUSH_EVENTS)).rowCount ?? 0
        await client.query('COMMIT')
        return result
      } catch (error) {
        try {
          await client.query('ROLLBACK')
        } catch (failure) {
          broken = failure instanceof Error ? failure : new Error(String(failure))
        }
        throw error
      } finally {
        client.release(broken)
        if (recorded > 0) for (const listener of listeners) listener()
      }
    },
    async close() {
      await pool.end()
      await holder.end()
    },
  }
}

async function takeForThisProcess(client: pg.Client): Promise<void> {
  const deadline = Date.now() + TAKEOVER_TIMEOUT_MS
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      ONE_PROCESS_LOCK,
    ])
    if (rows[0]?.taken) return
    if (Date.now() > deadline) {
      throw new Error(
        'Another sandbox is using this database. Stop it, or give this one its own by SANDBOX_DATABASE_URL.',
      )
    }
    await sleep(TAKEOVER_POLL_MS)
  }
}

function withoutSecret(url: string): string {
  const parsed = new URL(url)
  return `${parsed.host}${parsed.pathname}`
}

/**
 * Events gather in a temporary table during a transaction and get their sequences at its end, so that the
 * counter's row is locked only for that moment, however long the transaction was.
 */
const BEGIN = `
  BEGIN;
  SET LOCAL client_connection_check_interval = '1s';
  SET LOCAL client_min_messages = warning;
  CREATE TEMP TABLE IF NOT EXISTS recorded_event (
    ordinal bigserial, upstream text NOT NULL, type text NOT NULL, occurred_at timestamptz NOT NULL,
    subject_kind text NOT NULL, subject_id text NOT NULL, subject_version integer NOT NULL,
    refs jsonb NOT NULL, caused_by text, data jsonb NOT NULL, id text
  ) ON COMMIT DELETE ROWS`

/** In one order for all, so that two transactions that touch several upstreams cannot wait for each other. */
const LOCK_COUNTERS = `
  SELECT FROM platform.event_counter WHERE upstream IN (SELECT upstream FROM recorded_event)
  ORDER BY upstream FOR UPDATE`

const FLUSH_EVENTS = `
  WITH counter AS (
    UPDATE platform.event_counter c SET last = c.last + a.n
    FROM (SELECT upstream, count(*) AS n FROM recorded_event GROUP BY upstream) a
    WHERE c.upstream = a.upstream
    RETURNING c.upstream, c.last - a.n AS base)
  INSERT INTO platform.event (upstream, sequence, id, type, occurred_at, subject_kind, subject_id,
                              subject_version, refs, caused_by, data)
  SELECT r.upstream,
         c.base + row_number() OVER (PARTITION BY r.upstream ORDER BY r.occurred_at, r.ordinal),
         coalesce(r.id, 'evt_' || replace(gen_random_uuid()::text, '-', '')),
         r.type, r.occurred_at, r.subject_kind, r.subject_id, r.subject_version, r.refs, r.caused_by, r.data
  FROM recorded_event r JOIN counter c ON c.upstream = r.upstream
  ORDER BY r.occurred_at, r.ordinal`

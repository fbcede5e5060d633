import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Upstream } from '../upstreams.ts'
import { migrate } from './migrate.ts'

const POOL_MAX_CONNECTIONS = 12
/** How long a start waits for a predecessor's connection to end (it was killed a moment ago, say). */
const TAKEOVER_TIMEOUT_MS = 10_000
const TAKEOVER_POLL_MS = 100
const ONE_PROCESS_LOCK = 0x73616e64 // 'sand'

export type Queryable = {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>
}

/** One database transaction, and the events that it has recorded so far. */
export type Transaction = Queryable & {
  readonly batches: Map<Upstream, EventBatch>
}

/** The events of one transaction at one upstream. */
type EventBatch = { readonly id: string; size: number }

export type Database = Queryable & {
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
    query: (sql, values) => pool.query(sql, values),
    onEvents: (listener) => void listeners.push(listener),
    async transaction(work) {
      const client = await pool.connect()
      const batches = new Map<Upstream, EventBatch>()
      let broken: Error | undefined
      try {
        await client.query(BEGIN)
        const result = await work({ query: (sql, values) => client.query(sql, values), batches })
        await publishBatches(client, batches)
        await client.query('COMMIT')
        if (batches.size > 0) for (const listener of listeners) listener()
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

/** A statement whose client has gone is given up, instead of being carried to its end for nobody. */
const BEGIN = `BEGIN; SET LOCAL client_connection_check_interval = '1s'`

/** Gives the batches their places in their upstreams' sequences. */
async function publishBatches(
  client: pg.PoolClient,
  batches: ReadonlyMap<Upstream, EventBatch>,
): Promise<void> {
  if (batches.size === 0) return
  // In one order for all, so that two transactions that touch several upstreams cannot wait for each other.
  await client.query(
    'SELECT FROM platform.event_counter WHERE upstream = ANY ($1) ORDER BY upstream FOR UPDATE',
    [[...batches.keys()]],
  )
  await client.query(
    `WITH batch AS (SELECT * FROM jsonb_to_recordset($1) AS b (upstream text, id uuid, size integer)),
     counter AS (
       UPDATE platform.event_counter c SET last = c.last + b.size
       FROM batch b WHERE c.upstream = b.upstream
       RETURNING b.id, c.upstream, c.last - b.size + 1 AS first, c.last)
     INSERT INTO platform.event_batch (id, upstream, first, last) SELECT * FROM counter`,
    [JSON.stringify([...batches].map(([upstream, { id, size }]) => ({ upstream, id, size })))],
  )
}

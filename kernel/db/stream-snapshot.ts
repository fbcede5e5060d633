import type pg from 'pg'
import { lentClient } from './lent-client.ts'

/** Rows in a batch; two batches are held in memory at a time. */
export const STREAM_BATCH_ROWS = 1_000

/**
 * Streams what `produce` yields, all of it read from one snapshot of the database, however long it takes. The
 * connection goes back to the pool when the stream ends, fails, or is left.
 */
export async function* streamSnapshot<T>(
  pool: pg.Pool,
  produce: (client: pg.PoolClient) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  let whole = false
  const onError = () => {
    whole = false
  }
  const client = await lentClient(pool, onError)
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    yield* produce(client)
    await client.query('COMMIT')
    whole = true
  } finally {
    client.off('error', onError)
    // A stream that failed or was left is inside its transaction still; that ends with the connection.
    client.release(!whole)
  }
}

let cursors = 0

/** Streams the rows of a query through a cursor, inside the client's open transaction. */
export async function* streamRows<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  sql: string,
  values: readonly unknown[] = [],
): AsyncGenerator<Row, void, undefined> {
  cursors += 1
  const cursor = `rows_${cursors}`
  await client.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${sql}`, [...values])
  const fetch = () => {
    const batch = client.query<Row>(`FETCH ${STREAM_BATCH_ROWS} FROM ${cursor}`)
    // It is awaited below, unless the stream is left first; then nobody asks for this batch, nor how it failed.
    batch.catch(() => undefined)
    return batch
  }
  // The database reads one batch while the other is worked on.
  let ahead = fetch()
  for (let more = true; more; ) {
    const { rows } = await ahead
    more = rows.length === STREAM_BATCH_ROWS
    if (more) ahead = fetch()
    yield* rows
  }
  await client.query(`CLOSE ${cursor}`)
}

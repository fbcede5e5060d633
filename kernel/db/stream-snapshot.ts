import type pg from 'pg'

/** Rows held in memory at a time. */
export const STREAM_BATCH_ROWS = 1_000

/**
 * Streams what `produce` yields, all of it read from one snapshot of the database, however long it takes. The
 * connection goes back to the pool when the stream ends, fails, or is left.
 */
export async function* streamSnapshot<T>(
  pool: pg.Pool,
  produce: (client: pg.PoolClient) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const client = await pool.connect()
  let whole = false
  const onError = () => {
    whole = false
  }
  client.on('error', onError)
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
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${STREAM_BATCH_ROWS} FROM ${cursor}`)
    yield* rows
    if (rows.length < STREAM_BATCH_ROWS) break
  }
  await client.query(`CLOSE ${cursor}`)
}

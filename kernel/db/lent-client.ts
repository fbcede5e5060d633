import type pg from 'pg'

/**
 * A connection of the pool, with somebody who hears when it breaks. The listener is there before anything else runs: a
 * database that goes away may say so in the very bytes that set the connection free for its next borrower, and an error
 * that nobody listens to ends the process. (The promise of `pool.connect()` would be a moment too late.)
 *
 * @param onError stays with the connection until it is taken off
 */
export function lentClient(pool: pg.Pool, onError: (error: Error) => void): Promise<pg.PoolClient> {
  return new Promise((lend, fail) => {
    pool.connect((error, client) => {
      if (error || !client) return fail(error ?? new Error('the pool lent no connection'))
      client.on('error', onError)
      lend(client)
    })
  })
}

import type pg from 'pg'
import { withClient } from './with-client.ts'

/**
 * Does it unless another process is at it, under a lock of the session: a crash frees it, and so does a failure, which closes the
 * connection.
 *
 * @returns what it came to; undefined where another is at it
 */
export async function oneAtATime<Outcome>(
  pool: pg.Pool,
  what: string,
  work: (client: pg.PoolClient) => Promise<Outcome>,
): Promise<Outcome | undefined> {
  return withClient(pool, async (client) => {
    const lock = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock(hashtext($1)) AS held', [
      what,
    ])
    if (!lock.rows[0]?.held) return undefined
    const outcome = await work(client)
    await client.query('SELECT pg_advisory_unlock(hashtext($1))', [what])
    return outcome
  })
}

import type pg from 'pg'
import { lentClient } from './lent-client.ts'

/**
 * Lends one connection of the pool to `work`. After a failure the connection is closed, never reused: it may be inside
 * a failed transaction, or gone.
 *
 * @param options.keep false to close it in any case, and with it the session's advisory locks
 */
export async function withClient<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  options: { readonly keep?: boolean } = {},
): Promise<T> {
  let broken: Error | undefined
  const onError = (error: Error) => {
    broken = error
  }
  const client = await lentClient(pool, onError)
  try {
    const result = await work(client)
    client.off('error', onError)
    client.release(broken ?? options.keep === false)
    return result
  } catch (error) {
    client.release(true)
    throw error
  }
}

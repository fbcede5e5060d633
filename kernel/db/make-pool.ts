import pg from 'pg'

const CONNECT_TIMEOUT_MS = 10_000
/**
 * Asked for by each connection, which outweighs what is set for its login: a login may set these for itself, for good. What was
 * answered as done stands on the disk.
 */
const SETTINGS = '-c synchronous_commit=on'

/** Connections of a running process. Losing an idle one ends nothing; the next query takes another. */
export function makePool(
  connectionString: string,
  { max, name, onIdleLost }: { max: number; name: string; onIdleLost: (error: Error) => void },
): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: `countersign-${name}`,
    options: SETTINGS,
  })
  pool.on('error', onIdleLost)
  return pool
}

import type pg from 'pg'
import { pause } from '../time/pause.ts'
import { withClient } from './with-client.ts'

/** How long a standby waits before it asks again whether the leader is gone. */
export const STANDBY_INTERVAL_MS = 1_000
/** How long after a failure the duty is taken up again. */
export const RETRY_DELAY_MS = 1_000

/** The two halves of an advisory lock's name: a class of duties, and the duty. */
export type DutyLock = readonly [number, number]

export type LeaderOptions = {
  /** One of its connections is kept, by leader and standby alike. */
  readonly pool: pg.Pool
  readonly lock: DutyLock
  readonly signal: AbortSignal
  readonly standbyIntervalMs?: number
  readonly retryDelayMs?: number
  /** Told of each failure; the duty is then taken up again. */
  readonly onProblem: (error: unknown) => void
}

/**
 * Of all processes that call this for one duty, lets one work at a time, until aborted: the one whose connection holds
 * the advisory lock. When that connection ends, for whatever reason, a standby takes over. This keeps processes from
 * disturbing each other; it does not make the work safe (a leader may be slow to notice that it is none any more). So a login that
 * has no such duty keeps nobody from it by holding the lock.
 */
export async function runAsLeader(
  options: LeaderOptions,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const { pool, lock, signal, onProblem } = options
  const lead = async (client: pg.PoolClient) => {
    while (
      !signal.aborted &&
      !(await tryLock(client, lock)) &&
      !(await heldByAnother(client, lock, onProblem))
    ) {
      await pause(options.standbyIntervalMs ?? STANDBY_INTERVAL_MS, signal)
    }
    if (!signal.aborted) await work(client)
  }
  while (!signal.aborted) {
    try {
      // Closing the connection ends the session, and with it the lock.
      await withClient(pool, lead, { keep: false })
    } catch (error) {
      onProblem(error)
      await pause(options.retryDelayMs ?? RETRY_DELAY_MS, signal)
    }
  }
}

async function tryLock(client: pg.PoolClient, lock: DutyLock): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS held', [
    ...lock,
  ])
  return rows[0]?.held === true
}

/** Whether no process of our own login holds the lock, and another login does; that is told of. */
async function heldByAnother(
  client: pg.PoolClient,
  [duties, duty]: DutyLock,
  onProblem: (error: unknown) => void,
): Promise<boolean> {
  const { rows } = await client.query<{ ours: boolean; logins: string | null }>(
    `SELECT bool_or(a.usesysid = me.oid) AS ours, string_agg(DISTINCT a.usename, ', ') AS logins
       FROM pg_locks l JOIN pg_stat_activity a USING (pid), pg_roles me
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = $1::bigint::oid AND l.objid = $2::bigint::oid
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND me.rolname = current_user`,
    [duties, duty],
  )
  const held = rows[0]
  if (!held?.logins || held.ours) return false
  onProblem(
    new Error(`the lock of this duty is held by ${held.logins}, which has no such duty: it goes on without`),
  )
  return true
}

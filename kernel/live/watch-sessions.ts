import type pg from 'pg'

/** One question for all streams of this process: whoever signs out, at whichever server, stops hearing this soon. */
const LOOK_EVERY_MS = 1_000

/** Calls `ended` once the session is over. @returns how to stop watching it */
export type WatchSession = (sessionId: string, ended: () => void) => () => void

/** @param report told of each look that failed; the next one makes up for it */
export function watchSessions(pool: pg.Pool, report: (error: unknown) => void): WatchSession {
  const watched = new Map<string, Set<() => void>>()
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const { rows } = await pool.query<{ session_id: string }>({
      name: 'ended-sessions',
      text: 'SELECT kernel.ended_sessions($1::uuid[]) AS session_id',
      values: [[...watched.keys()]],
    })
    for (const { session_id } of rows) for (const ended of watched.get(session_id) ?? []) ended()
  }
  const plan = () => {
    timer = setTimeout(() => {
      look()
        .catch(report)
        .finally(() => {
          timer = undefined
          if (watched.size > 0) plan()
        })
    }, LOOK_EVERY_MS).unref()
  }

  return (sessionId, ended) => {
    const all = watched.get(sessionId) ?? new Set()
    watched.set(sessionId, all.add(ended))
    if (timer === undefined) plan()
    return () => {
      all.delete(ended)
      if (all.size === 0 && watched.get(sessionId) === all) watched.delete(sessionId)
      if (watched.size > 0 || timer === undefined) return
      clearTimeout(timer)
      timer = undefined
    }
  }
}

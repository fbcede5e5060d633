import type pg from 'pg'

/** What waits for one upstream, and whether it is held back. Upstreams for which neither holds are left out. */
export type WaitingEffects = {
  readonly upstream: string
  readonly effects: number
  /** Since when the longest of them waits, RFC 3339. */
  readonly since: string | null
  readonly paused: boolean
}

/** @param pool as `app` or `dispatcher` */
export async function waitingEffects(pool: pg.Pool): Promise<readonly WaitingEffects[]> {
  const { rows } = await pool.query<WaitingEffects>({
    name: 'waiting-effects',
    text: `SELECT upstream, coalesce(o.effects, 0) AS effects, o.since, p.upstream IS NOT NULL AS paused
             FROM (SELECT connector AS upstream, count(*)::integer AS effects, kernel.rfc3339(min(created_at)) AS since
                     FROM kernel.outbox WHERE settled_at IS NULL GROUP BY connector) AS o
             FULL JOIN kernel.upstream_pause p USING (upstream)`,
  })
  return rows
}

import type pg from 'pg'

/** What is due and waits for one upstream, and whether it is held back. Upstreams for which neither holds are left out. */
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
             FROM (SELECT o.connector AS upstream, count(*)::integer AS effects,
                          kernel.rfc3339(min(greatest(o.created_at, v.scheduled_for))) AS since
                     FROM kernel.outbox o JOIN kernel.action_revision v USING (request_id, revision)
                    WHERE o.settled_at IS NULL AND (v.scheduled_for IS NULL OR v.scheduled_for <= clock_timestamp())
                    GROUP BY o.connector) AS o
             FULL JOIN kernel.upstream_pause p USING (upstream)`,
  })
  return rows
}

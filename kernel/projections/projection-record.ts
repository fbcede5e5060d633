import type pg from 'pg'

/** Of the events that a projection leaves out, so many are shown: the newest. */
const LEFT_OUT_SHOWN_MAX = 50

/** A projection as people see to it. */
export type ProjectionRecord = {
  /** `console.name`. */
  readonly name: string
  /** The last event that it shows, and the last that there is. */
  readonly position: number
  readonly head: number
  /** The age in ms of the oldest fact that it does not show. */
  readonly behindMs: number
  /** Why it stands still; null while it does not. */
  readonly failing: string | null
  /** The event that stops it; null where that is no single one. */
  readonly stoppedAt: {
    readonly position: number
    readonly type: string
    readonly refs: readonly string[]
  } | null
  /** Tries since it stands still. */
  readonly failures: number
  /** RFC 3339; null: at once. */
  readonly retryAt: string | null
  readonly leftOutCount: number
  /** The newest of them; `skippedBy`: the request by which people had it skipped. */
  readonly leftOut: readonly {
    readonly position: number
    readonly type: string | null
    readonly why: string
    readonly at: string
    readonly skippedBy: string | null
  }[]
}

/**
 * @param pool as `countersign_app`
 * @param name of one of them; absent: all
 */
export async function projectionRecords(pool: pg.Pool, name?: string): Promise<ProjectionRecord[]> {
  const { rows } = await pool.query<{
    name: string
    position: string
    head: string
    behind_ms: number
    failing: string | null
    failing_at: string | null
    type: string | null
    refs: string[] | null
    failures: number
    retry_at: string | null
    left_out_count: number
    left_out: ProjectionRecord['leftOut'] | null
  }>({
    name: 'projection-records',
    text: `SELECT p.name, p.position, h.position AS head, l.behind_ms, p.failing, p.failing_at, e.type, e.refs, p.failures,
                  kernel.rfc3339(p.retry_at) AS retry_at, l.left_out AS left_out_count, o.left_out
             FROM kernel.projection p
             JOIN kernel.projection_lag() l USING (name)
            CROSS JOIN kernel.event_head h
             LEFT JOIN kernel.ordered_event e ON e.position = p.failing_at
            CROSS JOIN LATERAL (
                  SELECT jsonb_agg(jsonb_build_object('position', n.position, 'type', t.type, 'why', n.why,
                                                      'at', kernel.rfc3339(n.at), 'skippedBy', n.skipped_by)
                                   ORDER BY n.position DESC) AS left_out
                    FROM (SELECT * FROM kernel.projection_left_out n WHERE n.projection = p.name
                           ORDER BY n.position DESC LIMIT $2) n
                    LEFT JOIN kernel.ordered_event t ON t.position = n.position) o
            WHERE $1::text IS NULL OR p.name = $1 ORDER BY p.name`,
    values: [name ?? null, LEFT_OUT_SHOWN_MAX],
  })
  return rows.map((row) => ({
    name: row.name,
    position: Number(row.position),
    head: Number(row.head),
    behindMs: Math.round(row.behind_ms),
    failing: row.failing,
    stoppedAt:
      row.failing_at === null
        ? null
        : { position: Number(row.failing_at), type: row.type ?? '', refs: row.refs ?? [] },
    failures: row.failures,
    retryAt: row.retry_at,
    leftOutCount: row.left_out_count,
    leftOut: row.left_out ?? [],
  }))
}

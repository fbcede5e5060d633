import type pg from 'pg'

/**
 * `behindMs`: the age of the oldest committed fact that the projection does not show; 0 where it shows them all. `leftOut`: events
 * that it could not hold.
 */
export type ProjectionLag = {
  readonly name: string
  readonly failing: boolean
  readonly behindMs: number
  readonly leftOut: number
}

/** K-24. @param pool as `countersign_app` or `countersign_sequencer` */
export async function projectionLag(pool: pg.Pool): Promise<ProjectionLag[]> {
  const { rows } = await pool.query<{ name: string; failing: boolean; behind_ms: number; left_out: number }>({
    name: 'projection-lag',
    text: 'SELECT name, failing, behind_ms, left_out FROM kernel.projection_lag()',
  })
  return rows.map(({ name, failing, behind_ms, left_out }) => ({
    name,
    failing,
    behindMs: Math.round(behind_ms),
    leftOut: left_out,
  }))
}

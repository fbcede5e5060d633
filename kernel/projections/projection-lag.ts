import type pg from 'pg'

/** `behindMs`: the age of the oldest committed fact that the projection does not show; 0 where it shows them all. */
export type ProjectionLag = { readonly name: string; readonly failing: boolean; readonly behindMs: number }

/** K-24. @param pool as `countersign_app` or `countersign_sequencer` */
export async function projectionLag(pool: pg.Pool): Promise<ProjectionLag[]> {
  const { rows } = await pool.query<{ name: string; failing: boolean; behind_ms: number }>({
    name: 'projection-lag',
    text: 'SELECT name, failing, behind_ms FROM kernel.projection_lag()',
  })
  return rows.map(({ name, failing, behind_ms }) => ({ name, failing, behindMs: Math.round(behind_ms) }))
}

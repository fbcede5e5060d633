import type { BoundEntity } from '../console.ts'
import type { Kernel } from '../kernel.ts'

export type LastKnown = {
  readonly version: string
  readonly at: string
  readonly age_ms: number
  readonly state: unknown
}

/** The last copy that the projections have of a record; undefined where they have none of it. */
export async function lastKnown(
  kernel: Pick<Kernel, 'pool'>,
  entity: BoundEntity,
  id: string,
): Promise<LastKnown | undefined> {
  if (!entity.projected) return undefined
  const { rows } = await kernel.pool.query<LastKnown>(
    `SELECT version::text, kernel.rfc3339(at) AS at,
            (extract(epoch FROM clock_timestamp() - at) * 1000)::bigint::float8 AS age_ms, state
       FROM (${entity.projected.sql}) known`,
    [id],
  )
  return rows[0]
}

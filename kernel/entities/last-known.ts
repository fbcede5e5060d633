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
  return (await lastKnownOf(kernel, entity, [id])).get(id)
}

/** The same of a page of records of one kind, by id. */
export async function lastKnownOf(
  kernel: Pick<Kernel, 'pool'>,
  entity: BoundEntity,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LastKnown>> {
  if (!entity.projected || ids.length === 0) return new Map()
  const { rows } = await kernel.pool.query<LastKnown & { readonly asked: string }>(
    `SELECT asked.id AS asked, version::text, kernel.rfc3339(at) AS at,
            (extract(epoch FROM clock_timestamp() - at) * 1000)::bigint::float8 AS age_ms, state
       FROM unnest($1::text[]) AS asked (id)
      CROSS JOIN LATERAL (${entity.projected.sql('asked.id')}) known`,
    [ids],
  )
  return new Map(rows.map(({ asked, ...known }) => [asked, known]))
}

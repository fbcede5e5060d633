import type { Kernel } from '../kernel.ts'

const IDS_MAX = 100

/** What accounts are called, by their id; those that are not known here, or have no name, are left out. At most a hundred. */
export async function namesOf(
  kernel: Pick<Kernel, 'pool'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const asked = [...new Set(ids)].slice(0, IDS_MAX)
  if (asked.length === 0) return new Map()
  const { rows } = await kernel.pool.query<{ id: string; name: string }>(
    `SELECT person_id AS id, display_name AS name FROM kernel.person
      WHERE person_id = ANY ($1) AND display_name IS NOT NULL`,
    [asked],
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}

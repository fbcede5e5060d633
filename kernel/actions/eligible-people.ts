import type { Kernel } from '../kernel.ts'

/** People known to hold an eligible role now, at most this many named. */
const ELIGIBLE_PEOPLE_SHOWN = 20

export async function eligiblePeople(
  kernel: Kernel,
  roles: readonly string[],
  requester: string,
): Promise<{ id: string; name: string }[]> {
  const { rows } = await kernel.pool.query<{ id: string; name: string | null }>(
    `SELECT person_id AS id, display_name AS name
       FROM kernel.person
      WHERE kind = 'person' AND disabled_at IS NULL AND NOT person_id = ANY (kernel.accounts_of($2))
        AND kernel.current_roles(person_id) && $1
      ORDER BY display_name, person_id
      LIMIT $3`,
    [roles, requester, ELIGIBLE_PEOPLE_SHOWN],
  )
  return rows.map((row) => ({ id: row.id, name: row.name ?? row.id }))
}

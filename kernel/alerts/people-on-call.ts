import type { RoleHolder } from '../actions/define-action.ts'
import type { Queryable } from '../audit/database-tiles.ts'
import type { Kernel } from '../kernel.ts'
import type { AlertFacts, AlertKind } from './alert-kind.ts'
import type { RosterEntry } from './roster.ts'
import { rosterStream } from './roster-entity.ts'

/** Who is on call for a console, as set last; read from the stream itself, so that it is never behind. */
export async function storedRoster(database: Queryable, console: string): Promise<readonly RosterEntry[]> {
  const { rows } = await database.query<{ entries: RosterEntry[] }>(
    `SELECT payload -> 'entries' AS entries FROM kernel.event WHERE stream = $1 ORDER BY version DESC LIMIT 1`,
    [rosterStream(console)],
  )
  return rows[0]?.entries ?? []
}

const PEOPLE_MAX = 500

/** People, not machines, who hold one of these roles now. */
export async function peopleWithRoles(database: Queryable, roles: readonly string[]): Promise<string[]> {
  const { rows } = await database.query<{ person_id: string }>(
    `SELECT person_id FROM kernel.person
      WHERE kind = 'person' AND disabled_at IS NULL AND kernel.current_roles(person_id) && $1::text[]
      ORDER BY person_id LIMIT $2`,
    [roles, PEOPLE_MAX],
  )
  return rows.map(({ person_id }) => person_id)
}

/** The same people by name, to choose from. An account without a name is called by its id. */
export async function namedPeople(
  database: Queryable,
  roles: readonly string[],
): Promise<{ id: string; name: string }[]> {
  const { rows } = await database.query<{ id: string; name: string }>(
    `SELECT person_id AS id, coalesce(display_name, person_id) AS name FROM kernel.person
      WHERE kind = 'person' AND disabled_at IS NULL AND kernel.current_roles(person_id) && $1::text[]
      ORDER BY 2, 1 LIMIT $2`,
    [roles, PEOPLE_MAX],
  )
  return rows
}

/** What these people are called, by id; whose name is not known is absent. */
export async function namesOf(
  database: Queryable,
  ids: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  if (ids.length === 0) return {}
  const { rows } = await database.query<{ names: Record<string, string> }>(
    `SELECT coalesce(jsonb_object_agg(person_id, display_name), '{}') AS names FROM kernel.person
      WHERE person_id = ANY ($1) AND display_name IS NOT NULL`,
    [ids],
  )
  return rows[0]?.names ?? {}
}

/** As {@link peopleWithRoles}, with the person behind each account and all roles that it holds. */
export async function roleHolders(database: Queryable, roles: readonly string[]): Promise<RoleHolder[]> {
  const { rows } = await database.query<RoleHolder>(
    `SELECT person_id AS id, kernel.human_of(person_id) AS human, kernel.accounts_of(person_id) AS accounts,
            kernel.current_roles(person_id) AS roles
       FROM kernel.person
      WHERE kind = 'person' AND disabled_at IS NULL AND kernel.current_roles(person_id) && $1::text[]
      ORDER BY person_id LIMIT $2`,
    [roles, PEOPLE_MAX],
  )
  return rows
}

/** The roles whose people a kind is told to at once, where it names any: of one console, those of that console alone. */
export function rolesTold(
  kernel: Pick<Kernel, 'access' | 'consoles'>,
  { page }: Pick<AlertKind, 'page'>,
  audience: string,
  facts: AlertFacts,
): readonly string[] {
  if (page.to === 'permission') {
    const [own, roles] = [rolesOfConsole(kernel, audience), kernel.access.rolesFor(page.permission)]
    return own.length === 0 ? roles : roles.filter((role) => own.includes(role))
  }
  const named = page.to === 'roles' || page.to === 'requester'
  return named && Array.isArray(facts.roles) ? facts.roles.map(String) : []
}

/** The roles that a console declares. */
export function rolesOfConsole({ consoles }: Pick<Kernel, 'consoles'>, name: string): string[] {
  return consoles
    .flatMap(({ roles }) => roles)
    .map(({ role }) => role)
    .filter((role) => role.startsWith(`${name}/`))
}

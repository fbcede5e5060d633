import { loadRequest, REQUEST_ID } from '../actions/request-record.ts'
import { maySeeRequest } from '../actions/visible-requests.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { mayHearOf } from '../entities/may-hear-of.ts'
import type { Kernel } from '../kernel.ts'

/** People named in an answer to a search. */
const PEOPLE_SHOWN_MAX = 20
/** People looked at for it. */
const PEOPLE_SCANNED_MAX = 200

export type NamedPerson = { readonly id: string; readonly name: string }
type Candidate = {
  readonly id: string
  readonly name: string | null
  readonly roles: readonly string[] | null
}

/**
 * People who may read the record, by a part of their name or id; in order of name. Only they can be mentioned on it: a
 * mention tells of the record.
 */
export async function mentionablePeople(
  kernel: Kernel,
  ref: EntityRef,
  part: string,
): Promise<NamedPerson[]> {
  const { rows } = await kernel.pool.query<Candidate>(
    `SELECT person_id AS id, display_name AS name, kernel.current_roles(person_id) AS roles
       FROM (SELECT person_id, display_name
               FROM kernel.person
              WHERE kind = 'person' AND disabled_at IS NULL
                AND (strpos(lower(display_name), lower($1)) > 0 OR strpos(lower(person_id), lower($1)) > 0)
              ORDER BY coalesce(display_name, person_id), person_id
              LIMIT $2) found
      ORDER BY coalesce(display_name, person_id), person_id`,
    [part, PEOPLE_SCANNED_MAX],
  )
  return (await thoseWhoSee(kernel, ref, rows)).slice(0, PEOPLE_SHOWN_MAX)
}

/** Of these ids, those that cannot be mentioned on the record: unknown here, disabled, machines, or not to see it. */
export async function unmentionable(
  kernel: Kernel,
  ref: EntityRef,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await kernel.pool.query<Candidate>(
    `SELECT person_id AS id, display_name AS name, kernel.current_roles(person_id) AS roles
       FROM kernel.person
      WHERE person_id = ANY ($1) AND kind = 'person' AND disabled_at IS NULL`,
    [ids],
  )
  const may = new Set((await thoseWhoSee(kernel, ref, rows)).map(({ id }) => id))
  return ids.filter((id) => !may.has(id))
}

async function thoseWhoSee(
  kernel: Kernel,
  ref: EntityRef,
  candidates: readonly Candidate[],
): Promise<NamedPerson[]> {
  const request =
    ref.kind === 'request' && REQUEST_ID.test(ref.id) ? await loadRequest(kernel.pool, ref.id) : undefined
  return candidates
    .filter(({ id, roles }) => {
      const person = { id, kind: 'person' as const, roles: roles ?? [] }
      // Without it nobody reads any record, nor where they were mentioned.
      if (!kernel.access.mayEver(person, 'kernel:read')) return false
      if (ref.kind === 'request') return request !== undefined && maySeeRequest(kernel, person, request)
      return person.roles.length > 0 && mayHearOf(kernel, person, ref)
    })
    .map(({ id, name }) => ({ id, name: name ?? id }))
}

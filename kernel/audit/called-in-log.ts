import type { EntityRef } from '../entities/entity-ref.ts'
import { abovePrefix } from '../search/above-prefix.ts'
import { normalisedKey } from '../search/find-entities.ts'
import type { Queryable } from './database-tiles.ts'

const PEOPLE_MAX = 20
const RECORDS_MAX = 100
/** Of a name, fewer letters mean too many. */
const NAME_MIN_CHARACTERS = 2

/** What people know by a name, and the log by an id. */
export type Called = { readonly people: readonly string[]; readonly records: readonly EntityRef[] }

/** Whose names are looked among. */
export type CalledAmong = {
  /** Consoles whose records. */
  readonly consoles: readonly string[]
  /** People who have or had one of these roles; absent: all. */
  readonly roles?: readonly string[]
}

/** What a text is the name of, or the beginning of a word of it: records, and people by whole words. At most 100 and 20. */
export async function calledInLog(database: Queryable, text: string, among: CalledAmong): Promise<Called> {
  const [people, records] = await Promise.all([
    peopleCalled(database, text, among),
    recordsCalled(database, text, among),
  ])
  return { people, records }
}

/**
 * Who has a name with all of these words in it; whose account is called exactly that, alone.
 *
 * @returns ids; at most 20
 */
export async function peopleCalled(
  database: Queryable,
  text: string,
  { roles }: Pick<CalledAmong, 'roles'>,
): Promise<string[]> {
  const { rows } = await database.query<{ id: string; exact: boolean }>(
    `SELECT p.person_id AS id, p.person_id = $1 AS exact
       FROM kernel.person p
      WHERE (p.person_id = $1
             OR kernel.word_variants(p.display_name) && kernel.word_variants($1)
                AND regexp_split_to_array(lower(p.display_name), '[^[:alnum:]]+')
                    @> regexp_split_to_array(lower(btrim($1)), '[^[:alnum:]]+'))
        AND ($2::text[] IS NULL
             OR EXISTS (SELECT FROM kernel.role_assertion a WHERE a.person_id = p.person_id AND a.role = ANY ($2))
             OR EXISTS (SELECT FROM kernel.role_grant g WHERE g.person_id = p.person_id AND g.role = ANY ($2)))
      ORDER BY exact DESC, p.person_id LIMIT ${PEOPLE_MAX}`,
    [text, roles ?? null],
  )
  const exact = rows.filter((row) => row.exact)
  return (exact.length > 0 ? exact : rows).map(({ id }) => id)
}

/** By clear names alone: what is sealed is looked for by whoever may reveal it, and not in the log. */
async function recordsCalled(
  database: Queryable,
  text: string,
  { consoles }: CalledAmong,
): Promise<EntityRef[]> {
  const key = normalisedKey(text)
  if (key.length < NAME_MIN_CHARACTERS) return []
  const { rows } = await database.query<EntityRef>(
    `SELECT found.kind, found.id
       FROM unnest($1::text[]) AS one (console)
      CROSS JOIN LATERAL (
        SELECT k.kind, k.id FROM kernel.search_key k
         WHERE k.console = one.console AND k.key >= $2 AND k.key < $3 AND k.why = 'name'
         ORDER BY k.key, k.kind, k.id LIMIT ${RECORDS_MAX}) found
      LIMIT ${RECORDS_MAX}`,
    [consoles, key, abovePrefix(key)],
  )
  return rows
}

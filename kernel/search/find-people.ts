import type pg from 'pg'
import { abovePrefix } from './above-prefix.ts'
import type { Found } from './find-entities.ts'

/** Of the people whose names resemble what is typed, so many are compared. */
const CANDIDATES_MAX = 200

/**
 * Those who work here, for whoever may read who holds which role: by the beginning of an id or an e-mail address, and by
 * name with a letter wrong.
 */
export async function findPeople(pool: pg.Pool, typed: string, limit: number): Promise<Found[]> {
  const text = typed.trim().toLowerCase().replaceAll('\0', '')
  const { rows } = await pool.query<{ id: string; title: string; why: string }>({
    name: 'search-people',
    text: `(SELECT person_id AS id, coalesce(display_name, person_id) AS title, 'id' AS why, 0 AS missed
              FROM kernel.person WHERE lower(person_id) ~>=~ $1 AND lower(person_id) ~<~ $2 LIMIT $3)
           UNION ALL
           (SELECT person_id, coalesce(display_name, person_id), 'e-mail', 0
              FROM kernel.person WHERE lower(email) ~>=~ $1 AND lower(email) ~<~ $2 LIMIT $3)
           UNION ALL
           (SELECT person_id, display_name, 'name', 1000 - like_it
              FROM (SELECT person_id, display_name,
                           (SELECT count(*)::integer FROM unnest(kernel.word_variants(display_name)) AS variant
                             WHERE variant = ANY (kernel.word_variants($1))) AS like_it
                      FROM (SELECT person_id, display_name FROM kernel.person
                             WHERE kernel.word_variants(display_name) && kernel.word_variants($1)
                             LIMIT ${CANDIDATES_MAX}) candidate) counted
             ORDER BY like_it DESC, person_id LIMIT $3)
           ORDER BY missed, id`,
    values: [text, abovePrefix(text), limit],
  })
  return rows.map(({ id, title, why }) => ({ kind: 'person', id, title, why, related: [] }))
}

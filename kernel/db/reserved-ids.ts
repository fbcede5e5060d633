import type pg from 'pg'

/** The constraint that an account of such an id breaks, by which the migration that makes it fails. */
export const RESERVED_ID_CONSTRAINT = 'person_id_names_a_person'

/**
 * What to do where accounts have ids that are a process's, from before they were refused: the statements that give each the id that
 * it would have now, wherever it is referred to.
 *
 * @param client as the login that migrates
 */
export async function remedyOfReservedIds(client: Pick<pg.ClientBase, 'query'>): Promise<string> {
  const { rows } = await client.query<{ id: string; statements: string }>(`
    WITH renamed AS (
      SELECT person_id AS id,
             'p_' || left(encode(sha256(convert_to(issuer || E'\\n' || subject, 'UTF8')), 'hex'), 32) AS new_id
        FROM kernel.person
       WHERE person_id ~ '^(system|signer):' OR lower(person_id) IN ('anonymous', 'none', 'system', 'cli', 'me')
    ), held AS (
      SELECT 'kernel.person'::regclass AS of, 'person_id' AS name
       UNION
      SELECT k.conrelid, a.attname FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
       WHERE k.confrelid = 'kernel.person'::regclass AND k.contype = 'f'
    )
    SELECT id, (SELECT string_agg(
                         format('ALTER TABLE %s DISABLE TRIGGER USER;', of) || E'\\n'
                         || format('UPDATE %s SET %I = %L WHERE %I = %L;', of, name, new_id, name, id) || E'\\n'
                         || (SELECT coalesce(string_agg(format('ALTER TABLE %s ENABLE %sTRIGGER %I;', of,
                                      CASE tgenabled WHEN 'A' THEN 'ALWAYS ' WHEN 'R' THEN 'REPLICA ' ELSE '' END, tgname) || E'\\n',
                                      '' ORDER BY tgname), '')
                               FROM pg_trigger WHERE tgrelid = of AND NOT tgisinternal AND tgenabled <> 'D'),
                         '' ORDER BY of <> 'kernel.person'::regclass, of::text, name) FROM held) AS statements
      FROM renamed ORDER BY id`)
  if (rows.length === 0) return ''
  return `These accounts have ids that only processes have: ${rows.map(({ id }) => `"${id}"`).join(', ')}. \
A token whose subject is that word made each of them, in a version that took it. Nothing was changed, and that version goes on. \
What they have done stays under that id; as a superuser of the database give them one of their own, then migrate again:

BEGIN;
SET LOCAL session_replication_role = replica;
${rows.map(({ statements }) => statements).join('')}COMMIT;`
}

import type pg from 'pg'

/** In what a table differs from what its events make, found at one position. */
export type TableDifference = {
  readonly table: string
  /** Rows that the events make and the table lacked. */
  readonly missing: number
  /** Rows that it had and the events do not make. */
  readonly unexpected: number
  /** Rows that are there both times and say something else. */
  readonly changed: number
  /** One of them by its key: never what the row says, which may be about people. */
  readonly example?: {
    readonly key: Readonly<Record<string, string>>
    /** The columns that say something else; none where the row is there only once. */
    readonly columns: readonly string[]
  }
}

type Found = {
  readonly missing: string
  readonly unexpected: string
  readonly changed: string
  readonly key: Record<string, string> | null
  readonly columns: string[] | null
}

/**
 * Compares a projection's table with the one that a rebuild has filled, row by row by their primary key.
 *
 * @param table `schema.table`, as the projection declares it
 * @param rebuilt the table made of the events, with the same columns
 * @throws Error where the table has no primary key: rows could not be told apart
 */
export async function tableDifference(
  client: pg.PoolClient,
  table: string,
  rebuilt: string,
): Promise<TableDifference> {
  const { rows: keyed } = await client.query<{ column: string }>(
    `SELECT a.attname AS column
       FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
      WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY array_position(i.indkey::smallint[], a.attnum)`,
    [table],
  )
  const key = keyed.map(({ column }) => column)
  if (key.length === 0) throw new Error(`${table} has no primary key`)
  const { rows } = await client.query<Found>(
    `WITH differing AS MATERIALIZED (
       SELECT to_jsonb(was) AS was, to_jsonb(made) AS made
         FROM ${table} was FULL JOIN ${rebuilt} made USING (${key.join(', ')})
        WHERE was::text IS DISTINCT FROM made::text
     ), example AS (
       SELECT was, made, coalesce(made, was) AS one FROM differing ORDER BY was IS NULL OR made IS NULL LIMIT 1
     )
     SELECT count(*) FILTER (WHERE was IS NULL) AS missing, count(*) FILTER (WHERE made IS NULL) AS unexpected,
            count(*) FILTER (WHERE was IS NOT NULL AND made IS NOT NULL) AS changed,
            (SELECT jsonb_object_agg(k, one ->> k) FROM example, unnest($1::text[]) AS k) AS key,
            (SELECT array_agg(k ORDER BY k) FROM example, jsonb_object_keys(one) AS k
              WHERE was IS NOT NULL AND made IS NOT NULL AND was -> k IS DISTINCT FROM made -> k) AS columns
       FROM differing`,
    [key],
  )
  const [found] = rows
  return {
    table,
    missing: Number(found?.missing ?? 0),
    unexpected: Number(found?.unexpected ?? 0),
    changed: Number(found?.changed ?? 0),
    ...(found?.key ? { example: { key: found.key, columns: found.columns ?? [] } } : {}),
  }
}

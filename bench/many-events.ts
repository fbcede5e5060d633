import type { BenchEnvironment } from './bench-environment.ts'

/** Of the world so many, from its beginning, are one copy, and written in one transaction: what one value of jsonb can hold. */
const COPIED_MAX = 50_000

/**
 * Keeps copies of the seeded world's events, each copy of records of its own, by the routine that keeps an upstream's
 * events, until they are so many. Nobody has placed or projected them yet.
 *
 * @returns how many they are
 */
export async function keepManyEvents({ superuser }: BenchEnvironment, wanted: number): Promise<number> {
  await superuser.query(
    `CREATE TABLE bench_event AS
       SELECT source, event_id, type, stream, split_part(stream, '/', 2) AS id, schema_version, refs, payload, occurred_at
         FROM kernel.ordered_event WHERE source <> 'countersign' ORDER BY position LIMIT ${COPIED_MAX}`,
  )
  const { rows } = await superuser.query<{ world: number }>(
    'SELECT count(*)::float8 AS world FROM bench_event',
  )
  const world = rows[0]?.world ?? 0
  if (world === 0) throw new Error('the upstreams have told of nothing')
  let copies = 0
  while (world * copies < wanted) {
    await superuser.query('SELECT kernel.ensure_event_partitions()')
    await superuser.query(
      `SELECT kernel.ingest_events(source, jsonb_agg(jsonb_build_object(
                'event_id', uuidv7(), 'source_event_id', event_id || '~' || $1::text, 'source', source, 'type', type,
                'stream', stream || '~' || $1, 'schema_version', schema_version, 'occurred_at', occurred_at,
                'refs', (SELECT jsonb_agg(CASE WHEN ref LIKE '%/' || id THEN ref || '~' || $1 ELSE ref END)
                           FROM unnest(refs) AS ref),
                'payload', replace(payload::text, to_json(id)::text, to_json(id || '~' || $1)::text)::jsonb)))
         FROM bench_event
        GROUP BY source`,
      [String(copies + 1)],
    )
    copies += 1
  }
  await superuser.query('DROP TABLE bench_event')
  return world * copies
}

/** Keeps so many further events that are about one record, such as `transfer/tr_1`. */
export async function keepEventsOf(
  { superuser }: BenchEnvironment,
  ref: string,
  events: number,
): Promise<void> {
  await superuser.query('SELECT kernel.ensure_event_partitions()')
  await superuser.query(
    `SELECT kernel.ingest_events('cts', jsonb_agg(jsonb_build_object(
              'event_id', uuidv7(), 'source_event_id', $1 || '~' || n, 'source', 'cts',
              'type', 'transfers.file.committed', 'stream', 'transfers.file/bench_' || n, 'schema_version', 1,
              'refs', jsonb_build_array($1::text), 'payload', '{"version": 1, "state": "committed"}'::jsonb,
              'occurred_at', now() - n * interval '1 minute')))
       FROM generate_series(1, $2::integer) AS n`,
    [ref, events],
  )
}

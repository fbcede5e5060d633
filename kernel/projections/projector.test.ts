import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import type { Projection } from './define-projection.ts'
import { projectionLag } from './projection-lag.ts'
import { advance, registerProjections, runProjector, sequenceEvents } from './projector.ts'

const MINUTE_MS = 60_000
/** Of kernel.ensure_event_partitions. */
const ROWS_PER_PARTITION = 10_000_000
/** Of the advisory locks: nobody else takes it. */
const HELD_LOCK = 4_711_001

let database: TestDatabase
let superuser: pg.Pool

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  superuser = database.pool('superuser')
})
afterAll(() => database?.drop())

test('K-22 partitions are made ahead of need for as long as a projector lives, not only when it starts', async () => {
  let now = 0
  const stopping = new AbortController()
  const running = runProjector({
    pool: database.pool('sequencer'),
    projections: [],
    signal: stopping.signal,
    now: () => now,
    report: ({ message }) => {
      throw new Error(message)
    },
  })
  try {
    await until(async () => (await lastPartition()) === 1)
    // Ten million events later: the last sequence number is in the last partition that there is.
    await superuser.query('INSERT INTO kernel.stream (stream, version) VALUES ($1, 1)', ['test.thing/1'])
    await superuser.query(
      `INSERT INTO kernel.event (seq, event_id, stream, version, type, schema_version, source, payload, occurred_at)
       OVERRIDING SYSTEM VALUE
       VALUES ($1, gen_random_uuid(), 'test.thing/1', 1, 'test.thing.happened', 1, 'test', '{}', clock_timestamp())`,
      [ROWS_PER_PARTITION + 1],
    )
    now += 2 * MINUTE_MS
    await until(async () => (await lastPartition()) === 2)
  } finally {
    stopping.abort()
    await running
  }
})

test('K-24 the error of a projection is the one reported, and its connection is not used again', async () => {
  const pool = database.pool('sequencer', { max: 1 })
  const pidOf = async () => (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid
  const ending: Projection = {
    name: 'test.ending',
    tables: [],
    types: ['*'],
    // The connection ends inside the transaction, so that nothing can be rolled back on it.
    apply: ['SELECT pg_terminate_backend(pg_backend_pid()), $1::bigint, $2::bigint'],
  }
  const failing: Projection = {
    ...ending,
    name: 'test.failing',
    apply: ['SELECT no_such_column, $1::bigint, $2::bigint'],
  }
  await registerProjections(pool, [ending, failing])
  const first = await pidOf()
  await expect(advance(pool, failing, 1)).rejects.toMatchObject({ code: '42703' })
  const second = await pidOf()
  expect(second).not.toBe(first)
  await expect(advance(pool, ending, 1)).rejects.toMatchObject({ code: '57P01' })
  expect(await pidOf()).not.toBe(second)
})

test('K-24 K-37 an event that a projection cannot hold is left out and named; what lies around it is shown', async () => {
  const pool = database.pool('sequencer')
  await superuser.query(`CREATE TABLE kernel.test_shown (n integer PRIMARY KEY)`)
  await superuser.query('GRANT SELECT, INSERT ON kernel.test_shown TO countersign_sequencer')
  const events = ['1', '2', 'three', '4', '5', '99999999999', '7']
  for (const [index, n] of events.entries()) {
    await superuser.query('INSERT INTO kernel.stream (stream, version) VALUES ($1, 1)', [
      `test.shown/${index}`,
    ])
    await superuser.query(
      `WITH kept AS (
         INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, payload, occurred_at)
         VALUES (gen_random_uuid(), $1, 1, 'test.thing.shown', 1, 'test', jsonb_build_object('n', $2::text),
                 clock_timestamp())
         RETURNING seq)
       INSERT INTO kernel.event_pending (seq) SELECT seq FROM kept`,
      [`test.shown/${index}`, n],
    )
  }
  const shown: Projection = {
    name: 'test.shown',
    tables: ['kernel.test_shown'],
    apply: [
      `INSERT INTO {kernel.test_shown} (n) SELECT (e.payload ->> 'n')::integer FROM kernel.ordered_event e
        WHERE e.position > $1 AND e.position <= $2 AND e.type = 'test.thing.shown'`,
    ],
    types: ['test.thing.shown'],
  }
  await registerProjections(pool, [shown])
  let head = 0
  for (;;) {
    const placed = await sequenceEvents(pool)
    head = placed.head
    if (placed.placed === 0) break
  }
  const reported: string[] = []
  while (await advance(pool, shown, head, ({ message }) => reported.push(message)));
  const { rows } = await superuser.query<{ n: number }>('SELECT n FROM kernel.test_shown ORDER BY n')
  expect(rows.map(({ n }) => n)).toEqual([1, 2, 4, 5, 7])
  const leftOut = await superuser.query<{ n: string; why: string }>(
    `SELECT e.payload ->> 'n' AS n, o.why FROM kernel.projection_left_out o
       JOIN kernel.ordered_event e USING (position) WHERE o.projection = 'test.shown' ORDER BY o.position`,
  )
  expect(leftOut.rows).toEqual([
    { n: 'three', why: 'invalid input syntax for type integer: "…"' },
    { n: '99999999999', why: expect.stringContaining('out of range') },
  ])
  expect(reported).toHaveLength(2)
  expect((await projectionLag(pool)).find(({ name }) => name === 'test.shown')).toMatchObject({
    failing: false,
    leftOut: 2,
  })
})

test('K-24 a projection that cannot hold anything at all stops: the fault is not the events’', async () => {
  const pool = database.pool('sequencer')
  const wrong: Projection = {
    name: 'test.wrong',
    tables: [],
    apply: ["SELECT 'x'::text::integer, $1::bigint, $2::bigint"],
    types: ['*'],
  }
  await registerProjections(pool, [wrong])
  await superuser.query(
    `INSERT INTO kernel.projection_left_out (projection, position, why) SELECT 'test.wrong', -n, '' FROM generate_series(1, 10000) n`,
  )
  await expect(advance(pool, wrong, 1)).rejects.toMatchObject({ code: '22P02' })
})

test('S-06 a step reads its own events, however many were kept before them', async () => {
  const pool = database.pool('sequencer')
  const [before, inStep] = [3_000, 10]
  await superuser.query('INSERT INTO kernel.stream (stream, version) VALUES ($1, $2)', [
    'test.read/1',
    before + inStep,
  ])
  await superuser.query(
    `WITH kept AS (
       INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, payload, occurred_at)
       SELECT gen_random_uuid(), 'test.read/1', n, 'test.thing.read', 1, 'test', '{}', clock_timestamp()
         FROM generate_series(1, $1::integer) AS n
       RETURNING seq)
     INSERT INTO kernel.event_pending (seq) SELECT seq FROM kept`,
    [before + inStep],
  )
  let read: { found: number; rows: number } | undefined
  const reading: Projection = {
    name: 'test.reading',
    tables: [],
    types: ['test.thing.read'],
    apply: ["SELECT count(*) FROM {events} e WHERE e.type = 'test.thing.read'"],
    async derive({ client, from, to, events }) {
      const { rows } = await client.query<{ found: number; rows: number }>(
        `SELECT (SELECT count(*)::integer FROM ${events} e) AS found,
                (SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer FROM pg_stat_xact_user_tables
                  WHERE relname ~ '^event_p[0-9]+$') AS rows`,
        [from, to],
      )
      read = rows[0]
    },
  }
  await registerProjections(pool, [reading])
  const { head } = await sequenceEvents(pool)
  await superuser.query('UPDATE kernel.projection SET position = $1 WHERE name = $2', [
    head - inStep,
    'test.reading',
  ])
  await advance(pool, reading, head)
  expect(read?.found).toBe(inStep)
  expect(read?.rows).toBeGreaterThanOrEqual(inStep)
  expect(read?.rows).toBeLessThanOrEqual(inStep * 10)
})

test('S-06 while one projection takes its time the others go on', async () => {
  const pool = database.pool('sequencer')
  const waiting: Projection = {
    name: 'test.waiting',
    tables: [],
    types: ['*'],
    apply: [`SELECT pg_advisory_xact_lock(${HELD_LOCK}), $1::bigint, $2::bigint`],
  }
  const quick: Projection = {
    name: 'test.quick',
    tables: [],
    types: ['*'],
    apply: ['SELECT $1::bigint, $2::bigint'],
  }
  const { head } = await sequenceEvents(pool)
  const positionOf = async (name: string) =>
    Number(
      (
        await superuser.query<{ position: string }>(
          'SELECT position FROM kernel.projection WHERE name = $1',
          [name],
        )
      ).rows[0]?.position,
    )
  const stopping = new AbortController()
  const holder = await superuser.connect()
  let running: Promise<void> | undefined
  try {
    await holder.query(`SELECT pg_advisory_lock(${HELD_LOCK})`)
    running = runProjector({
      pool,
      projections: [waiting, quick],
      signal: stopping.signal,
      report: () => undefined,
    })
    await until(async () => (await positionOf('test.quick')) === head)
    expect(head).toBeGreaterThan(0)
    expect(await positionOf('test.waiting')).toBe(0)
    await holder.query(`SELECT pg_advisory_unlock(${HELD_LOCK})`)
    await until(async () => (await positionOf('test.waiting')) === head)
  } finally {
    stopping.abort()
    holder.release(true)
    await running
  }
})

async function lastPartition(): Promise<number> {
  const { rows } = await superuser.query<{ last: number }>(
    `SELECT max(substring(c.relname FROM 'event_p([0-9]+)')::integer) AS last
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'kernel.event'::regclass`,
  )
  return rows[0]?.last ?? -1
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((done) => setTimeout(done, 10))
}

import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import type { Projection } from './define-projection.ts'
import { advance, registerProjections, runProjector } from './projector.ts'

const MINUTE_MS = 60_000
/** Of kernel.ensure_event_partitions. */
const ROWS_PER_PARTITION = 10_000_000

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
    apply: ['SELECT 1 / ($1::bigint * 0), $2::bigint'],
  }
  await registerProjections(pool, [ending, failing])
  const first = await pidOf()
  await expect(advance(pool, failing, 1)).rejects.toMatchObject({ code: '22012' })
  const second = await pidOf()
  expect(second).not.toBe(first)
  await expect(advance(pool, ending, 1)).rejects.toMatchObject({ code: '57P01' })
  expect(await pidOf()).not.toBe(second)
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

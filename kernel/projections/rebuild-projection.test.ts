import { setTimeout as sleep } from 'node:timers/promises'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import type { Projection } from './define-projection.ts'
import { kernelProjections } from './kernel-projections.ts'
import { advance, registerProjections, runProjector } from './projector.ts'
import { rebuildProjection } from './rebuild-projection.ts'

let database: TestDatabase
let superuser: pg.Pool
let sequencer: pg.Pool
const stopping = new AbortController()
let running: Promise<void>
const [timeline] = kernelProjections as [Projection]

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  superuser = database.pool('superuser')
  sequencer = database.pool('sequencer')
  await registerProjections(sequencer, kernelProjections)
  running = runProjector({
    pool: sequencer,
    projections: kernelProjections,
    signal: stopping.signal,
    report: ({ message, error }) => {
      throw new Error(message, { cause: error })
    },
  })
  await append(3_000)
  await caughtUp()
}, 60_000)
afterAll(async () => {
  stopping.abort()
  await running
  await database?.drop()
})

let appended = 0
/** Facts of many streams, as upstreams tell them. */
async function append(n: number): Promise<void> {
  const from = appended
  appended += n
  await superuser.query(
    `WITH facts AS (
       SELECT n, 'test.thing/' || (n % 500) AS stream FROM generate_series($1::integer, $2::integer) AS n
     ), stream AS (
       INSERT INTO kernel.stream (stream, version) SELECT stream, 1 FROM facts GROUP BY stream ON CONFLICT DO NOTHING
     ), event AS (
       INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, refs, payload, occurred_at)
       SELECT gen_random_uuid(), stream || '.' || n, 1, 'test.thing.happened', 1, 'test',
              ARRAY['thing/' || (n % 500), 'other/' || (n % 7)], '{}', clock_timestamp()
         FROM facts
       RETURNING seq
     )
     INSERT INTO kernel.event_pending (seq) SELECT seq FROM event`,
    [from, from + n - 1],
  )
}
async function caughtUp(): Promise<void> {
  for (;;) {
    const { rows } = await superuser.query(
      `SELECT (SELECT count(*) FROM kernel.event_pending) = 0
              AND bool_and(position = (SELECT position FROM kernel.event_head)) AS done FROM kernel.projection`,
    )
    if (rows[0].done) return
    await sleep(20)
  }
}
const oidOf = async (table: string): Promise<string> =>
  (await superuser.query('SELECT $1::regclass::oid::text AS oid', [table])).rows[0].oid

test('K-24 a rebuild under live writes gives identical tables, and the new ones take the old ones’ place', async () => {
  const writing = new AbortController()
  const writers = (async () => {
    while (!writing.signal.aborted) {
      await append(50)
      await sleep(5)
    }
  })()
  // Readers that keep a plan of the table go on through the swap.
  const app = database.pool('app', { max: 2 })
  const read = {
    name: 'reads-timeline',
    text: `SELECT count(*)::integer AS n FROM kernel.timeline WHERE kind = 'other'`,
  }
  let reads = 0
  let least = (await app.query<{ n: number }>(read)).rows[0]?.n ?? 0
  const readers = (async () => {
    while (!writing.signal.aborted) {
      const n = (await app.query<{ n: number }>(read)).rows[0]?.n ?? 0
      // Never the half-filled table.
      expect(n).toBeGreaterThanOrEqual(least)
      least = n
      reads += 1
    }
  })()
  const before = await oidOf('kernel.timeline')
  const progress: number[] = []
  const rebuilt = await rebuildProjection(superuser, timeline, {
    swap: true,
    onProgress: (position) => progress.push(position),
  })
  writing.abort()
  await Promise.all([writers, readers])
  expect(rebuilt).toMatchObject({ identical: true, swapped: true, leftOut: 0 })
  expect(rebuilt.after).toEqual(rebuilt.before)
  expect(rebuilt.after[0]?.rows).toBe(2 * rebuilt.events)
  expect(rebuilt.events).toBeGreaterThan(3_000)
  expect(progress[0]).toBe(0)
  expect(reads).toBeGreaterThan(0)
  expect(await oidOf('kernel.timeline')).not.toBe(before)

  // The projector goes on in the new table, under the rights that it had.
  await append(10)
  await caughtUp()
  const { rows } = await app.query(`SELECT count(*)::integer AS n FROM kernel.timeline WHERE kind = 'other'`)
  expect(rows[0].n).toBe(appended)
  const generation = await superuser.query(
    `SELECT generation FROM kernel.projection WHERE name = 'kernel.timeline'`,
  )
  expect(generation.rows).toEqual([{ generation: 2 }])
})

test('K-24 a table that was changed by hand is found by the check, which changes nothing, and mended by a rebuild', async () => {
  await caughtUp()
  expect(await rebuildProjection(superuser, timeline, { swap: false })).toMatchObject({
    identical: true,
    swapped: false,
  })
  await superuser.query(`DELETE FROM kernel.timeline WHERE kind = 'other' AND position = 7`)
  const checked = await rebuildProjection(superuser, timeline, { swap: false })
  expect(checked.identical).toBe(false)
  expect((checked.after[0]?.rows ?? 0) - (checked.before[0]?.rows ?? 0)).toBe(1)
  expect(checked.differences).toMatchObject([
    {
      ...{ table: 'kernel.timeline', missing: 1, unexpected: 0, changed: 0 },
      example: { key: { kind: 'other', position: '7' }, columns: [] },
    },
  ])
  const { rows } = await superuser.query(`SELECT FROM kernel.timeline WHERE kind = 'other' AND position = 7`)
  expect(rows).toEqual([])
  await rebuildProjection(superuser, timeline, { swap: true })
  expect(await rebuildProjection(superuser, timeline, { swap: false })).toMatchObject({ identical: true })
  expect((await superuser.query(`SELECT to_regclass('kernel.timeline__next') AS next`)).rows).toEqual([
    { next: null },
  ])
})

test('K-24 tables that are behind are compared with what they have been given, however much there is to come', async () => {
  const said: Projection = {
    name: 'test.behind',
    tables: ['kernel.saved_view'],
    types: ['*'],
    apply: [
      `INSERT INTO {kernel.saved_view} (view_id, queue, version, owner, name, list, shared, deleted)
       SELECT e.position::text, 'q', e.version, 'somebody', 'a view', '{}', false, false FROM {events} e`,
    ],
  }
  await caughtUp()
  await registerProjections(superuser, [said])
  try {
    // More than the last stretch behind the head, as after a restart or while an event is being looked into.
    await advance(sequencer, said, 500)
    const checked = await rebuildProjection(superuser, said, { swap: false })
    expect(checked).toMatchObject({ events: 500, identical: true, differences: [] })
    const rebuilt = await rebuildProjection(superuser, said, { swap: true })
    expect(rebuilt).toMatchObject({ events: 500, identical: true })
    const { rows } = await superuser.query(
      `SELECT position::integer FROM kernel.projection WHERE name = $1`,
      [said.name],
    )
    expect(rows).toEqual([{ position: 500 }])

    // What differs is named by its key and its columns; what the row says is left unsaid.
    await superuser.query(
      `UPDATE kernel.saved_view SET name = 'of Mary', shared = true WHERE view_id IN ('8', '9')`,
    )
    await superuser.query(`UPDATE kernel.saved_view SET view_id = 'made up' WHERE view_id = '10'`)
    const differing = await rebuildProjection(superuser, said, { swap: true })
    expect(differing).toMatchObject({ identical: false, swapped: true })
    expect(differing.differences).toMatchObject([
      {
        table: 'kernel.saved_view',
        missing: 1,
        unexpected: 1,
        changed: 2,
        example: { columns: ['name', 'shared'] },
      },
    ])
    expect(['8', '9']).toContain(differing.differences[0]?.example?.key.view_id)
    expect(JSON.stringify(differing.differences)).not.toContain('Mary')
  } finally {
    await superuser.query('DELETE FROM kernel.projection WHERE name = $1', [said.name])
    await superuser.query('DELETE FROM kernel.saved_view')
  }
})

test('K-24 rights, policies and indexes of the table stay as they were', async () => {
  const described = async () =>
    (
      await superuser.query(
        `SELECT (SELECT array_agg(a::text ORDER BY a::text) FROM pg_class c, unnest(c.relacl) AS a WHERE c.oid = t) AS rights,
                (SELECT jsonb_agg(to_jsonb(p) - 'tablename' ORDER BY policyname) FROM pg_policies p
                  WHERE schemaname || '.' || tablename = t::text) AS policies,
                (SELECT jsonb_agg(jsonb_build_array(i.indisunique, i.indkey::text, pg_get_expr(i.indpred, i.indrelid))
                        ORDER BY i.indkey::text) FROM pg_index i WHERE i.indrelid = t) AS indexes,
                (SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = t) AS secured
           FROM (SELECT 'kernel.search_key'::regclass AS t) AS one`,
      )
    ).rows[0]
  const before = await described()
  const keys: Projection = { name: 'test.keys', tables: ['kernel.search_key'], types: ['*'], apply: [] }
  await rebuildProjection(superuser, keys, { swap: true })
  expect(await described()).toEqual(before)
  expect(before.policies.length).toBeGreaterThan(0)
})

test('K-24 two rebuilds of one projection do not meet', async () => {
  // One that is under way for as long as this test holds the lock that its step asks for.
  const held = 4_711
  const slow: Projection = {
    name: 'test.slow',
    tables: ['kernel.assignment'],
    types: ['*'],
    apply: [`SELECT pg_advisory_xact_lock_shared(${held}) WHERE $1::bigint < $2::bigint`],
  }
  const holder = await superuser.connect()
  try {
    await holder.query('SELECT pg_advisory_lock($1)', [held])
    const first = rebuildProjection(superuser, slow, { swap: true })
    await vi.waitFor(async () => {
      const { rows } = await holder.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted`,
        [held],
      )
      expect(rows).toHaveLength(1)
    }, 10_000)
    await expect(rebuildProjection(superuser, slow, { swap: true })).rejects.toThrow(
      'is being rebuilt already',
    )
    await holder.query('SELECT pg_advisory_unlock($1)', [held])
    await expect(first).resolves.toBeDefined()
    await expect(rebuildProjection(superuser, slow, { swap: true })).resolves.toBeDefined()
  } finally {
    holder.release(true)
  }
})

test('K-24 an event that the tables cannot hold is left out of the rebuild too, and named', async () => {
  const poison: Projection = {
    name: 'test.poison',
    tables: ['kernel.assignment'],
    types: ['*'],
    apply: [
      `INSERT INTO {kernel.assignment} (queue, item_id, version)
       SELECT 'q', e.stream, 1 / (e.position - 11)::integer FROM kernel.ordered_event e
        WHERE e.position > $1 AND e.position <= $2 AND e.type LIKE 'test.%' ON CONFLICT DO NOTHING`,
    ],
  }
  const rebuilt = await rebuildProjection(superuser, poison, { swap: true })
  expect(rebuilt.leftOut).toBe(1)
  const { rows } = await superuser.query(
    `SELECT position::integer FROM kernel.projection_left_out WHERE projection = 'test.poison'`,
  )
  expect(rows).toEqual([{ position: 11 }])
})

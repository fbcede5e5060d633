import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uuidV7 } from '../db/uuid-v7.ts'
import { kernelMigrations } from '../migration-source.ts'
import { kernelProjections } from '../projections/kernel-projections.ts'
import { advance, registerProjections, sequenceEvents } from '../projections/projector.ts'

const WRITERS = 4
const INTERLEAVINGS = 100
const STEPS_MAX = 40

let database: TestDatabase
let sequencer: pg.Pool
let reader: pg.Pool
let writers: pg.PoolClient[]

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  sequencer = database.pool('sequencer')
  reader = database.pool('app')
  await registerProjections(sequencer, kernelProjections)
  const app = database.pool('app', { max: WRITERS })
  writers = await Promise.all(Array.from({ length: WRITERS }, () => app.connect()))
})
afterAll(async () => {
  for (const writer of writers ?? []) writer.release()
  await database?.drop()
})

function event(stream: string, expected_version?: number) {
  const event_id = uuidV7()
  return {
    event_id,
    source_event_id: event_id,
    stream,
    ...(expected_version === undefined ? {} : { expected_version }),
    type: 'test.thing.happened',
    schema_version: 1,
    source: 'test',
    refs: [stream.replace('test.', '')],
    payload: { n: 1 },
  }
}

/** As the server writes what it is told: through the one routine, here inside a transaction that the test holds open. */
const append = (client: pg.PoolClient | pg.Pool, events: readonly object[]) =>
  client.query('SELECT kernel.ingest_events($1, $2::jsonb)', ['test', JSON.stringify(events)])

/** Follows the positions, as live streams and projections do: what is once passed is never looked at again. */
function follower() {
  let at = 0
  const seen: { position: number; id: string }[] = []
  return {
    seen,
    async read(limit: number) {
      const { rows } = await reader.query<{ position: string; event_id: string }>(
        'SELECT position, event_id FROM kernel.ordered_event WHERE position > $1 ORDER BY position LIMIT $2',
        [at, limit],
      )
      for (const { position, event_id } of rows) seen.push({ position: Number(position), id: event_id })
      at = seen.at(-1)?.position ?? at
    },
  }
}

async function projected(): Promise<string[]> {
  const { rows } = await reader.query<{ event_id: string }>(
    'SELECT e.event_id FROM kernel.timeline t JOIN kernel.event e ON e.seq = t.seq ORDER BY t.position',
  )
  return rows.map(({ event_id }) => event_id)
}

async function project(): Promise<void> {
  const { head } = await sequenceEvents(sequencer)
  for (const projection of kernelProjections) while (await advance(sequencer, projection, head));
}

test('K-22 a transaction that commits late, after a later one was read, is not passed over', async () => {
  const [slow, quick] = writers
  if (!slow || !quick) throw new Error('two writers are needed')
  const follow = follower()
  const first = event('test.thing/slow')
  const second = event('test.thing/quick')
  await slow.query('BEGIN')
  await append(slow, [first])
  await append(quick, [second])
  await project()
  await follow.read(100)
  expect(follow.seen.map(({ id }) => id)).toEqual([second.event_id])
  expect(await projected()).toEqual([second.event_id])

  await slow.query('COMMIT')
  await project()
  await follow.read(100)
  expect(follow.seen.map(({ id }) => id)).toEqual([second.event_id, first.event_id])
  expect(await projected()).toEqual([second.event_id, first.event_id])
})

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      writer: fc.nat(WRITERS - 1),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('commit' as const), writer: fc.nat(WRITERS - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rollback' as const), writer: fc.nat(WRITERS - 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('sequence' as const),
      sequencers: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 10 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('project' as const) }) },
)

test('K-22 K-24 however writers, sequencers and readers interleave, every committed event is read once, and no other', async () => {
  const follow = follower()
  await follow.read(1_000_000)
  const committed = new Set(follow.seen.map(({ id }) => id))
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: STEPS_MAX }), async (steps) => {
      const open = new Map<number, string[]>()
      const end = async (at: number, how: 'COMMIT' | 'ROLLBACK') => {
        const ids = open.get(at)
        if (!ids) return
        await writers[at]?.query(how)
        open.delete(at)
        if (how === 'COMMIT') for (const id of ids) committed.add(id)
      }
      for (const one of steps) {
        switch (one.do) {
          case 'append': {
            const writer = writers[one.writer]
            if (!writer) throw new Error('there is no such writer')
            if (!open.has(one.writer)) await writer.query('BEGIN')
            // A stream of its own for each writer: writers to one stream wait for each other, as they should.
            const events = Array.from({ length: one.count }, () => event(`test.thing/${one.writer}`))
            await append(writer, events)
            open.set(one.writer, [...(open.get(one.writer) ?? []), ...events.map(({ event_id }) => event_id)])
            break
          }
          case 'commit':
            await end(one.writer, 'COMMIT')
            break
          case 'rollback':
            await end(one.writer, 'ROLLBACK')
            break
          case 'sequence':
            await Promise.all(Array.from({ length: one.sequencers }, () => sequenceEvents(sequencer)))
            break
          case 'read':
            await follow.read(one.limit)
            break
          case 'project':
            await project()
            break
          default:
            one satisfies never
        }
      }
      for (const at of [...open.keys()]) await end(at, 'COMMIT')
      await project()
      await follow.read(1_000_000)
      const read = follow.seen.map(({ id }) => id)
      expect(read).toHaveLength(committed.size)
      expect(new Set(read)).toEqual(committed)
      expect(follow.seen.map(({ position }) => position)).toEqual(read.map((_, index) => index + 1))
    }),
    { numRuns: INTERLEAVINGS },
  )
  expect(await projected()).toEqual(follow.seen.map(({ id }) => id))
}, 120_000)

test('K-22 of two who decided on the same version of a stream, one is refused and nothing of theirs is kept', async () => {
  const stream = 'test.thing/contested'
  const audited = await count('audit_entry')
  // As the routines of the write path append what was decided; no process may call this by itself.
  const owner = database.pool('superuser', { max: WRITERS })
  const outcomes = await Promise.allSettled(
    Array.from({ length: WRITERS }, () =>
      owner.query('SELECT kernel.append_events($1::jsonb)', [
        JSON.stringify([event(stream, 0), event('test.thing/beside')]),
      ]),
    ),
  )
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  expect(refused).toHaveLength(WRITERS - 1)
  for (const { reason } of refused) {
    expect(reason).toMatchObject({ code: 'CS409', constraint: 'stream_moved_on' })
  }
  const { rows } = await reader.query<{ stream: string; versions: number[] }>(
    `SELECT stream, array_agg(version ORDER BY version) AS versions FROM kernel.event
      WHERE stream = ANY ($1) GROUP BY stream ORDER BY stream`,
    [['test.thing/beside', stream]],
  )
  expect(rows).toEqual([
    { stream: 'test.thing/beside', versions: [1] },
    { stream, versions: [1] },
  ])
  expect(await count('audit_entry')).toBe(audited)
})

test('K-22 versions of a stream have no gaps however many append to it at once', async () => {
  const stream = 'test.thing/busy'
  await Promise.all(
    writers.map(async (writer) => {
      for (let round = 0; round < 10; round += 1) await append(writer, [event(stream), event(stream)])
    }),
  )
  const { rows } = await reader.query<{ version: number }>(
    'SELECT version FROM kernel.event WHERE stream = $1 ORDER BY version',
    [stream],
  )
  expect(rows.map(({ version }) => version)).toEqual(Array.from({ length: WRITERS * 20 }, (_, at) => at + 1))
})

async function count(table: 'audit_entry'): Promise<number> {
  const { rows } = await database
    .pool('superuser')
    .query<{ n: number }>(`SELECT count(*)::integer AS n FROM kernel.${table}`)
  return rows[0]?.n ?? 0
}

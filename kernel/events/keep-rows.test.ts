import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uuidV7 } from '../db/uuid-v7.ts'
import { kernelMigrations } from '../migration-source.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { keepRowsTogether } from './keep-rows.ts'

const SENDERS = 40

let database: TestDatabase
let app: pg.Pool

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  app = database.pool('app')
})
afterAll(() => database?.drop())

function event(id: string, type = 'test.thing.happened', note = ''): Json {
  return {
    event_id: uuidV7(),
    source_event_id: id,
    stream: `test.thing/${id}`,
    type,
    schema_version: 1,
    source: 'test',
    refs: [],
    payload: { note },
  }
}

/** The same connections, with the number of events of every statement that is sent. */
function counted(): { pool: pg.Pool; statements: number[] } {
  const statements: number[] = []
  const query = (sent: pg.QueryConfig<[string, string]>) => {
    statements.push((JSON.parse(sent.values?.[1] ?? '[]') as unknown[]).length)
    return app.query(sent)
  }
  return { pool: { query } as unknown as pg.Pool, statements }
}

async function kept(prefix: string): Promise<string[]> {
  const { rows } = await database
    .pool('superuser')
    .query<{ id: string }>(
      'SELECT event_id AS id FROM kernel.ingested WHERE starts_with(event_id, $1) ORDER BY event_id',
      [prefix],
    )
  return rows.map(({ id }) => id)
}

test('C-15 deliveries that come at once are kept together, and each sender is told of its own', async () => {
  const { pool, statements } = counted()
  const keep = keepRowsTogether(pool)
  await keep('test', [event('many-5')])
  const told = await Promise.all(
    Array.from({ length: SENDERS }, (_, n) => keep('test', [event(`many-${n}`), event(`also-${n}`)])),
  )
  expect(told).toEqual(Array.from({ length: SENDERS }, (_, n) => (n === 5 ? 1 : 2)))
  expect(await kept('many-')).toHaveLength(SENDERS)
  expect(await kept('also-')).toHaveLength(SENDERS)
  // One before; the first or the first two go at once, and whoever comes while they are under way goes with the others.
  expect(statements.length).toBeLessThanOrEqual(4)
  expect(statements.reduce((sum, events) => sum + events)).toBe(1 + 2 * SENDERS)
})

test('C-15 O-15 of large deliveries only a few go together', async () => {
  const { pool, statements } = counted()
  const keep = keepRowsTogether(pool)
  const large = 'x'.repeat(1_000_000)
  const told = await Promise.all(
    Array.from({ length: 10 }, (_, n) => keep('test', [event(`large-${n}`, undefined, large)])),
  )
  expect(told).toEqual(Array(10).fill(1))
  expect(Math.max(...statements)).toBe(3)
})

test('C-15 the same event of two senders at once is new to one of them', async () => {
  const keep = keepRowsTogether(app)
  const told = await Promise.all(Array.from({ length: SENDERS }, () => keep('test', [event('once')])))
  expect(told.toSorted()).toEqual([...Array(SENDERS - 1).fill(0), 1])
})

test('C-15 what the database cannot hold keeps no other sender out', async () => {
  const keep = keepRowsTogether(app)
  const told = await Promise.allSettled(
    Array.from({ length: SENDERS }, (_, n) =>
      keep('test', [event(`good-${n}`, n === 7 ? 'kernel.person.granted' : undefined)]),
    ),
  )
  expect(told.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([7])
  expect(told[7]).toMatchObject({ reason: { code: '23001' } })
  expect(await kept('good-')).toHaveLength(SENDERS - 1)
})

test('C-15 where the database is away, everybody is told, and the next are served again', async () => {
  let away = true
  const query = (sent: pg.QueryConfig<[string, string]>) =>
    away ? Promise.reject(new Error('Connection terminated unexpectedly')) : app.query(sent)
  const keep = keepRowsTogether({ query } as unknown as pg.Pool)
  const told = await Promise.allSettled(
    Array.from({ length: SENDERS }, (_, n) => keep('test', [event(`away-${n}`)])),
  )
  expect(told.every(({ status }) => status === 'rejected')).toBe(true)
  expect(await kept('away-')).toEqual([])
  away = false
  expect(await keep('test', [event('away-0')])).toBe(1)
})

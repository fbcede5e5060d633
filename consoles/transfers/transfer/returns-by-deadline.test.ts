import type { Kernel } from '@countersign/kernel/kernel.ts'
import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import { type Cursor, type QueueFilters, queuePage } from '@countersign/kernel/queues/queue-query.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { transfersConsole } from '../console.ts'
import { returnsQueue } from './returns-queue.ts'

const declaration = transfersConsole([], { findPartners: async () => ({ status: 'missing' }) })
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase([
    kernelMigrations,
    { ...declaration.migrations, queues: declaration.queues },
  ])
}, 60_000)
afterAll(() => database?.drop())

type Query = { readonly text: string; readonly values: unknown[] }
type Plan = {
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Actual Loops': number
  readonly Plans?: readonly Plan[]
}

/** Rows of the queue that this part of a plan looked at. */
const lookedAt = (plan: Plan): number =>
  (plan['Relation Name'] === 'returns_item'
    ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
    : 0) + (plan.Plans ?? []).reduce((sum, part) => sum + lookedAt(part), 0)

/** Items of these deadlines. */
const items = (rows: readonly (readonly [id: string, code: string, until: string | null])[]) =>
  database.pool('superuser').query(
    `INSERT INTO transfers.returns_item (item_id, version, subject_kind, subject_id, title, state, opened_at, due_at, kind, code,
                                         rail, currency, amount, originator, receiver, until_at)
     SELECT id, 1, 'transfer', id, 'added', 'open', now(), now(), 'return', code, 'ach', 'USD', '1.00', 'A', 'B', until
       FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS made (id, code, until)`,
    [rows.map(([id]) => id), rows.map(([, code]) => code), rows.map(([, , until]) => until)],
  )

async function page(pool: object, columns: QueueFilters['columns'], cursor?: Cursor, limit = 50) {
  return queuePage({ pool } as Kernel, returnsQueue, { state: 'open', columns }, 'deadline', cursor, limit)
}

test.each([
  ['code', 'R99'],
  ['currency', 'CHF'],
])(
  'S-07 T-02 a page by deadline of a rare %s looks at what it shows, not at the whole queue',
  async (key, rare) => {
    const pool = database.pool('superuser')
    await pool.query('TRUNCATE transfers.returns_item')
    await pool.query(
      `INSERT INTO transfers.returns_item (item_id, version, subject_kind, subject_id, title, state, opened_at, due_at, kind, code,
                                         rail, currency, amount, originator, receiver, until_at)
     SELECT 'many_' || n, 1, 'transfer', 'many_' || n, 'added', 'open', now(), now(), 'return',
            CASE WHEN n % 4000 = 0 AND $1 = 'code' THEN $2 ELSE 'R0' || n % 3 END, (ARRAY['ach', 'sepa_ct', 'wire'])[1 + n % 3],
            CASE WHEN n % 4000 = 0 AND $1 = 'currency' THEN $2 ELSE (ARRAY['USD', 'EUR', 'GBP'])[1 + n / 3 % 3] END, '1.00', 'A', 'B',
            CASE n % 3 WHEN 0 THEN now() + n * interval '1 second' WHEN 1 THEN now() - n * interval '1 second' END
       FROM generate_series(1, 20000) n`,
      [key, rare],
    )
    await pool.query('VACUUM ANALYZE transfers.returns_item')
    let looked = 0
    const explaining = {
      async query({ text, values }: Query) {
        const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
          `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
          values,
        )
        looked += lookedAt((rows[0] as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan)
        return pool.query(text, values)
      },
    }
    const { items: shown } = await page(explaining, { [key]: [rare] })
    expect(shown).toHaveLength(5)
    expect(looked).toBeGreaterThanOrEqual(5)
    expect(looked).toBeLessThan(100)
  },
)

test('T-02 C-22 in a session of a zone whose clocks show an hour twice, each item is listed once and in order', async () => {
  await database.pool('superuser').query('TRUNCATE transfers.returns_item')
  // 02:30 twice in Zurich, an hour apart; by their ids they would stand the other way about.
  await items([
    ['b_first', 'R01', '2025-10-26T00:30:00Z'],
    ['a_second', 'R01', '2025-10-26T01:30:00Z'],
    ['c_later', 'R01', '2025-10-26T02:30:00Z'],
    ['d_never', 'R01', null],
  ])
  const zurich = database.pool('superuser', { max: 1, options: '-c TimeZone=Europe/Zurich' })
  const seen: string[] = []
  let cursor: Cursor | undefined
  do {
    const { items: shown, next } = await page(zurich, {}, cursor, 1)
    seen.push(...shown.map(({ id }) => id))
    cursor = next ?? undefined
  } while (cursor !== undefined && seen.length < 10)
  expect(seen).toEqual(['d_never', 'b_first', 'a_second', 'c_later'])
})

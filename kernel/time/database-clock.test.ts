import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import { makeDatabaseClock } from './database-clock.ts'

const DAY_MS = 24 * 3_600_000
const NEAR_MS = 5_000
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
}, 60_000)
afterAll(() => database?.drop())
afterEach(() => {
  vi.useRealTimers()
})

async function databaseMs(): Promise<number> {
  const { rows } = await database
    .pool('app')
    .query<{ ms: string }>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms')
  return Number(rows[0]?.ms)
}

async function start(monotonic?: () => number) {
  const clock = makeDatabaseClock({
    pool: database.pool('app'),
    report: () => undefined,
    ...(monotonic ? { monotonic } : {}),
  })
  await clock.read()
  return clock
}

test.each([DAY_MS, -DAY_MS])(
  'K-14 O-15 a process’s clock that jumps by %s ms moves nothing',
  async (jump) => {
    const clock = await start()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + jump })
    expect(Math.abs(clock.now().getTime() - (await databaseMs()))).toBeLessThan(NEAR_MS)
    // Nor does one that was wrong from the start.
    const late = await start()
    expect(Math.abs(late.now().getTime() - (await databaseMs()))).toBeLessThan(NEAR_MS)
  },
)

test('O-15 between readings it goes by the time that passes', async () => {
  let passed = 0
  const clock = await start(() => passed)
  const before = clock.now().getTime()
  passed = 90_000
  expect(clock.now().getTime() - before).toBe(90_000)
})

import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import { makeDutyLog } from './duty-log.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
})
afterAll(() => database?.drop())

function log(process: string, monotonic: () => number) {
  return makeDutyLog({
    pool: database.pool('dispatcher'),
    ...{ process, monotonic },
    report: ({ error }) => {
      throw error
    },
  })
}

async function put(duties: ReturnType<typeof log>): Promise<void> {
  const stopping = new AbortController()
  const running = duties.run(stopping.signal)
  stopping.abort()
  await running
}

async function reported(process: string) {
  const { rows } = await database
    .pool('app')
    .query('SELECT duty, rounds, failing, took_ms, failure FROM kernel.duty_report WHERE process = $1', [
      process,
    ])
  return rows
}

test('T-10 of each duty it is put down how many rounds there were, how long the last took, and how many failed in a row', async () => {
  let now = 1_000
  const duties = log('worker@a:1', () => now)
  const duty = duties.duty('retention')
  const round = (ms: number, error?: Error) =>
    duty(async () => {
      now += ms
      if (error) throw error
      return ms
    })
  expect(await round(7)).toBe(7)
  await put(duties)
  expect(await reported('worker@a:1')).toEqual([
    { duty: 'retention', rounds: '1', failing: 0, took_ms: 7, failure: null },
  ])
  const refused = Object.assign(new Error('the account DE89 3704 0044 is not there'), { code: '42501' })
  await expect(round(3, refused)).rejects.toBe(refused)
  await expect(round(5, new TypeError('Nora Lindqvist'))).rejects.toThrow('Nora')
  await put(duties)
  // The kind of error, never its words.
  expect(await reported('worker@a:1')).toEqual([
    { duty: 'retention', rounds: '3', failing: 2, took_ms: 5, failure: 'TypeError' },
  ])
  await round(1)
  await put(duties)
  expect(await reported('worker@a:1')).toMatchObject([{ rounds: '4', failing: 0, took_ms: 1 }])
})

test('T-10 a round that does not end is put down as under way, and rounds that fail since the first of them', async () => {
  let now = 1_000
  const duties = log('worker@c:3', () => now)
  const duty = duties.duty('effects')
  let end: () => void = () => undefined
  const hanging = duty(() => new Promise<void>((resolve) => (end = resolve)))
  now += 240_000
  await put(duties)
  const kept = async () => {
    const { rows } = await database.pool('app').query(
      `SELECT under_way, round_max_s, round(extract(epoch FROM reported_at - began_at))::integer AS began_s_ago,
              round(extract(epoch FROM reported_at - failing_since))::integer AS failing_s
         FROM kernel.duty_report WHERE process = 'worker@c:3'`,
    )
    return rows[0]
  }
  expect(await kept()).toEqual({ under_way: true, round_max_s: 120, began_s_ago: 240, failing_s: null })
  end()
  await hanging
  for (const _ of [1, 2]) {
    await expect(duty(() => Promise.reject(new Error('no')))).rejects.toThrow()
    now += 200_000
  }
  await put(duties)
  expect(await kept()).toMatchObject({ under_way: false, failing_s: 400 })
  await duty(async () => undefined)
  await put(duties)
  expect(await kept()).toMatchObject({ under_way: false, failing_s: null })
})

test('T-10 only a worker says what workers do', async () => {
  for (const role of ['app', 'sequencer', 'signer', 'auditor'] as const) {
    await expect(
      database.pool(role).query(`SELECT kernel.report_duties('worker@b:2', '[]')`),
    ).rejects.toMatchObject({ code: '42501' })
  }
})

import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { alertTitle } from '../alerts/alert-kind.ts'
import { kernelAlertKinds } from '../alerts/kernel-alert-kinds.ts'
import { english } from '../languages/make-teller.ts'
import { kernelMigrations } from '../migration-source.ts'
import { watchJobs } from './watch-jobs.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
})
afterAll(() => database?.drop())
beforeEach(() => database.pool('superuser').query('TRUNCATE kernel.duty_report, kernel.alert CASCADE'))

/** Once, as a server does: it is told to end while it waits for its second look. */
async function look(): Promise<void> {
  const stopping = new AbortController()
  const app = database.pool('app')
  const asked = { query: async (text: string) => app.query(text).finally(() => stopping.abort()) }
  await watchJobs({
    pool: asked as unknown as typeof app,
    signal: stopping.signal,
    firstLookMs: 0,
    report: ({ error }) => {
      throw error
    },
  })
}

async function open(): Promise<string[]> {
  const { rows } = await database
    .pool('superuser')
    .query<{ kind: string; facts: Record<string, string> }>(
      'SELECT kind, facts FROM kernel.alert WHERE resolved_at IS NULL ORDER BY kind, dedupe_key',
    )
  return rows.map(({ kind, facts }) => {
    const declared = kernelAlertKinds.find(({ name }) => name === kind)
    if (declared === undefined) throw new Error(`${kind} is not declared`)
    return english(alertTitle(declared, facts))
  })
}

/** What a worker said so many seconds ago. */
async function said(
  duty: string,
  { agoS = 0, underWayS, failingS }: { agoS?: number; underWayS?: number; failingS?: number } = {},
): Promise<void> {
  await database.pool('dispatcher').query('SELECT kernel.report_duties($1, $2)', [
    'worker@a:1',
    JSON.stringify([
      {
        ...{ duty, rounds: 1, failing: failingS === undefined ? 0 : 3, round_max_s: 120 },
        ...{ began_ms_ago: (underWayS ?? 1) * 1000, took_ms: 5, under_way: underWayS !== undefined },
        ...(failingS === undefined ? {} : { failing_ms: failingS * 1000, failed_ms_ago: 0, failure: 'X' }),
      },
    ]),
  ])
  await database
    .pool('superuser')
    .query(
      'UPDATE kernel.duty_report SET reported_at = reported_at - make_interval(secs => $1) WHERE duty = $2',
      [agoS, duty],
    )
}

const NO_WORKER = 'No worker runs: nothing is sent, signed or brought up to date'

test('T-10 K-47 where no worker has said anything for a minute the server raises it, and ends it once one has', async () => {
  await look()
  expect(await open()).toEqual([NO_WORKER])
  await said('effects', { agoS: 61 })
  await look()
  expect(await open()).toEqual([NO_WORKER])
  await said('effects', { agoS: 40 })
  await look()
  expect(await open()).toEqual([])
})

test('T-10 K-47 a round under way for longer than it may be is an alert that names the job, until it ends', async () => {
  await said('history:cts', { underWayS: 119 })
  await look()
  expect(await open()).toEqual([])
  await said('history:cts', { underWayS: 121 })
  await look()
  expect(await open()).toEqual(['A round of a job does not end: Reads what upstreams say has happened (cts)'])
  await said('history:cts')
  await look()
  expect(await open()).toEqual([])
})

test('T-10 K-47 a job that has failed for five minutes is an alert, and not one that fails now and then', async () => {
  await said('retention', { failingS: 299 })
  await look()
  expect(await open()).toEqual([])
  await said('retention', { failingS: 301 })
  await look()
  expect(await open()).toEqual(['A job has been failing: Lets go of what is past its retention'])
  await said('retention')
  await look()
  expect(await open()).toEqual([])
})

test('T-10 a worker that asks before it has said anything is none the less there', async () => {
  await database.pool('dispatcher').query('SELECT kernel.sync_job_alerts()')
  expect(await open()).toEqual([])
  for (const role of ['sequencer', 'signer', 'auditor'] as const) {
    await expect(database.pool(role).query('SELECT kernel.sync_job_alerts()')).rejects.toMatchObject({
      code: '42501',
    })
  }
})

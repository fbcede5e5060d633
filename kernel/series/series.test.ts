import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import { purgeExpired } from '../retention/purge-expired.ts'
import { readSeries, type SeriesAsked } from './read-series.ts'
import { makeSeriesRecorder, slotOf } from './record-series.ts'
import { sampleOnce } from './run-series.ts'
import { seriesKinds } from './series-kinds.ts'

/** As the series say of themselves: a quantile is at most so far off. */
const OFF_MAX = 0.025
const QUEUE = 'small.items'
const MINUTE_MS = 60_000
const QUARTER_MS = 15 * MINUTE_MS
const DAY_MS = 86_400_000

let database: TestDatabase
let superuser: pg.Pool
let app: pg.Pool
let dispatcher: pg.Pool

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  superuser = database.pool('superuser')
  app = database.pool('app')
  dispatcher = database.pool('dispatcher')
  await superuser.query(`
    CREATE SCHEMA small;
    CREATE TABLE small.item (item_id text PRIMARY KEY, state text NOT NULL, opened_at timestamptz NOT NULL,
                             due_at timestamptz NOT NULL, closed_at timestamptz);
    GRANT USAGE ON SCHEMA small TO countersign_owner;
    GRANT SELECT ON small.item TO countersign_owner;
    INSERT INTO kernel.queue (name, item_table, projection, sla_s) VALUES ('${QUEUE}', 'small.item', 'small.items', 3600)`)
})
afterAll(() => database?.drop())
beforeEach(() => superuser.query('TRUNCATE kernel.series_point, small.item'))

function kindOf(name: string) {
  const kind = seriesKinds.get(name)
  if (!kind) throw new Error(`there is no series ${name}`)
  return kind
}

async function read(name: string, asked: Partial<SeriesAsked> = {}) {
  const now = Date.now()
  const found = await readSeries(app, {
    kind: kindOf(name),
    labels: null,
    from: new Date(now - DAY_MS).toISOString(),
    to: new Date(now + DAY_MS).toISOString(),
    stepS: kindOf(name).finestS,
    timeZone: 'UTC',
    ...asked,
  })
  if (typeof found === 'string') throw new Error(found)
  return found
}

/** A process that has counted, and ended. */
async function counted(count: (recorder: ReturnType<typeof makeSeriesRecorder>) => void, at = new Date()) {
  const recorder = makeSeriesRecorder({
    pool: app,
    now: () => at,
    report: ({ error }) => {
      throw error
    },
  })
  count(recorder)
  await recorder.run(AbortSignal.abort())
}

/** By the nearest rank. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
}

/** An item that came so many ms after `from`, was due an hour later, and was done after so many ms; or is open. */
async function item(id: string, openedAt: number, doneAfterMs: number | null): Promise<void> {
  await superuser.query(
    `INSERT INTO small.item (item_id, state, opened_at, due_at, closed_at)
     VALUES ($1, $2, $3::timestamptz, $3::timestamptz + interval '1 hour', $4)`,
    [
      id,
      doneAfterMs === null ? 'open' : 'done',
      new Date(openedAt),
      doneAfterMs === null ? null : new Date(openedAt + doneAfterMs),
    ],
  )
}

test('T-10 whatever processes count is there, added up: how many, how long in all, and the quantiles at most 2.5 % off', async () => {
  const seconds = fc.double({ min: 0.000_01, max: 900, noNaN: true })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(seconds), { minLength: 1, maxLength: 3 }), async (processes) => {
      await superuser.query('TRUNCATE kernel.series_point')
      for (const took of processes) {
        await counted((recorder) => {
          recorder.count('http_failures', 'reads', 0)
          for (const each of took) recorder.took('http_answers', 'reads', each)
        })
      }
      const all = processes.flat().toSorted((a, b) => a - b)
      const [series] = await read('http_answers')
      const points = series?.points ?? []
      expect(points.reduce((sum, { n }) => sum + n, 0)).toBe(all.length)
      const total = points.reduce((sum, point) => sum + point.total, 0)
      expect(total).toBeCloseTo(
        all.reduce((sum, each) => sum + each, 0),
        6,
      )
      // The minute may have changed between two of them; then there is no one step to compare with.
      const [point] = points
      if (points.length !== 1 || point === undefined || all.length === 0) return
      expect([point.low, point.high]).toEqual([all[0], all.at(-1)])
      for (const [share, found] of [
        [0.5, point.p50],
        [0.9, point.p90],
        [0.99, point.p99],
      ] as const) {
        const exact = quantile(all, share)
        expect(Math.abs((found ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * OFF_MAX + 1e-9)
      }
    }),
    { numRuns: 40 },
  )
})

test('T-10 a process and the database put a time into the same slot', async () => {
  const times = Array.from({ length: 400 }, (_, step) => 0.000_000_5 * 1.07 ** step)
  const { rows } = await superuser.query<{ slot: number }>(
    'SELECT kernel.series_slot(s) AS slot FROM unnest($1::float8[]) WITH ORDINALITY AS t (s, i) ORDER BY i',
    [times],
  )
  expect(rows.map(({ slot }) => slot)).toEqual(times.map(slotOf))
})

test('T-10 a minute in which nothing was done says so, and one in which nobody counted is a gap', async () => {
  const minute = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS
  let at = minute - 3 * MINUTE_MS
  const recorder = makeSeriesRecorder({
    pool: app,
    now: () => new Date(at),
    report: ({ error }) => {
      throw error
    },
  })
  recorder.took('upstream_calls', 'cts', 0.2)
  at = minute - MINUTE_MS
  recorder.count('upstream_failures', 'cts', 0)
  await recorder.run(AbortSignal.abort())
  const [calls] = await read('upstream_calls', { labels: ['cts'] })
  expect(calls?.points.map(({ at: of, n }) => [Date.parse(of), n])).toEqual([
    [minute - 3 * MINUTE_MS, 1],
    [minute - MINUTE_MS, 0],
  ])
  // Of nothing, and of what is no duration, nothing says how long it took.
  expect(calls?.points[1]).toMatchObject({ high: null, p50: null, p90: null, p99: null })
  await counted((one) => one.count('upstream_failures', 'cts', 1))
  const [failures] = await read('upstream_failures', { labels: ['cts'] })
  expect(failures?.points.at(-1)).toMatchObject({ n: 1, high: 1, p50: null, p99: null })
})

test('T-08 a queue is counted from its first item on: at once after a start, and when an earlier one comes to light', async () => {
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS
  const options = {
    pool: dispatcher,
    queues: [{ name: QUEUE }],
    ...{ upstreams: [], now: () => new Date(), signal: new AbortController().signal },
  }
  const countedFrom = new Map<string, number>()
  const opened = async () => {
    await superuser.query(`DELETE FROM kernel.series_point WHERE series = 'series_sampled'`)
    expect(await sampleOnce(options, countedFrom)).toBe(true)
    const [series] = await read('queue_opened', { from: new Date(now - 90 * DAY_MS).toISOString() })
    return (series?.points ?? []).flatMap(({ at, n }) => (n > 0 ? [[at.slice(0, 10), n]] : []))
  }
  const day = (ago: number) => new Date(now - ago * DAY_MS).toISOString().slice(0, 10)
  expect(await opened()).toEqual([])
  await item('a', now - 12 * DAY_MS, null)
  expect(await opened()).toEqual([[day(12), 1]])
  await item('b', now - 40 * DAY_MS, 1_000)
  await item('c', now - 3 * DAY_MS, null)
  expect(await opened()).toEqual([
    [day(40), 1],
    [day(12), 1],
    [day(3), 1],
  ])
})

test('T-10 what a process may have had put down already, or kept for too long, is not put down again', async () => {
  const problems: unknown[] = []
  let fails = true
  const recorder = makeSeriesRecorder({
    pool: {
      query: async (...asked: [string, unknown[]]) => {
        if (fails) throw new Error('the connection was lost')
        return app.query(...asked)
      },
    } as unknown as pg.Pool,
    now: () => new Date(),
    report: ({ message }) => problems.push(message),
  })
  recorder.took('upstream_calls', 'cts', 1)
  await recorder.run(AbortSignal.abort())
  expect(problems).toEqual(['figures of some seconds were lost'])
  fails = false
  await recorder.run(AbortSignal.abort())
  const calls = async () => (await read('upstream_calls')).flatMap(({ points }) => points.map(({ n }) => n))
  expect(await calls()).toEqual([0])
  await counted((late) => late.took('upstream_calls', 'cts', 1), new Date(Date.now() - 20 * MINUTE_MS))
  expect(await calls()).toEqual([0])
})

test('T-08 of all workers one puts a minute down, and the figures of it once', async () => {
  const started = Math.floor(Date.now() / MINUTE_MS)
  await item('a', Date.now() - 2 * QUARTER_MS, null)
  await item('b', Date.now() - 8 * QUARTER_MS, null)
  const options = {
    pool: dispatcher,
    queues: [{ name: QUEUE }],
    upstreams: ['cts'],
    now: () => new Date(),
    signal: new AbortController().signal,
  }
  const firsts = await Promise.all(Array.from({ length: 8 }, () => sampleOnce(options)))
  const minutes = Math.floor(Date.now() / MINUTE_MS) - started + 1
  expect(firsts.filter(Boolean).length).toBeLessThanOrEqual(minutes)
  expect(firsts.filter(Boolean).length).toBeGreaterThan(0)
  const figures = async (name: string) => {
    const [series] = await read(name)
    expect(series?.points.map(({ n }) => n)).toEqual(firsts.filter(Boolean).map(() => 1))
    return series?.points[0]
  }
  expect(await figures('queue_waiting')).toMatchObject({ low: 2, high: 2 })
  expect(await figures('queue_late')).toMatchObject({ high: 1 })
  expect((await figures('queue_oldest'))?.high).toBeCloseTo((8 * QUARTER_MS) / 1000, -2)
  expect(await figures('effects_waiting')).toMatchObject({ high: 0 })
})

test('T-08 what came into a queue and went out is counted exactly, as often as it is counted, and as it is known now', async () => {
  const end = Math.floor(Date.now() / QUARTER_MS) * QUARTER_MS
  const start = end - 3 * DAY_MS
  const life = fc.record({
    opened: fc.integer({ min: 0, max: 3 * DAY_MS - 1 }),
    took: fc.option(fc.integer({ min: 0, max: 2 * 3_600_000 }), { nil: null }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 40 }), async (lives) => {
      await superuser.query('TRUNCATE kernel.series_point, small.item')
      for (const [index, { opened, took }] of lives.entries()) await item(`i${index}`, start + opened, took)
      const count = () =>
        dispatcher.query('SELECT kernel.count_queue($1, $2, $3)', [
          QUEUE,
          new Date(start),
          new Date(end + DAY_MS),
        ])
      const wide = { from: new Date(start).toISOString(), to: new Date(end + 2 * DAY_MS).toISOString() }
      const sums = async () =>
        Promise.all(
          (['queue_opened', 'queue_resolved', 'queue_in_time'] as const).map(async (name) => {
            const [series] = await read(name, wide)
            return (series?.points ?? []).reduce((sum, { n }) => sum + n, 0)
          }),
        )
      const done = lives.flatMap(({ took }) => (took === null ? [] : [took]))
      const expected = [lives.length, done.length, done.filter((took) => took <= 3_600_000).length]
      await count()
      expect(await sums()).toEqual(expected)
      await count()
      expect(await sums()).toEqual(expected)
      const [resolved] = await read('queue_resolved', wide)
      for (const { at, n } of resolved?.points ?? []) {
        const from = Date.parse(at)
        const within = lives.filter(({ opened, took }) => {
          const closed = start + opened + (took ?? Number.NaN)
          return closed >= from && closed < from + QUARTER_MS
        })
        expect(n).toBe(within.length)
      }
      // Heard of late: one was done that was open.
      const late = lives.findIndex(({ took }) => took === null)
      if (late === -1) return
      const openedAt = start + (lives[late]?.opened ?? 0)
      await superuser.query(`UPDATE small.item SET state = 'done', closed_at = $2 WHERE item_id = $1`, [
        `i${late}`,
        new Date(openedAt + 1_000),
      ])
      await count()
      expect((await sums())[1]).toBe(done.length + 1)
    }),
    { numRuns: 20 },
  )
})

test('T-08 a day is a day of the reader’s own zone, summer time and quarters of an hour in it', async () => {
  // 2026-03-29 has 23 hours in Paris; Kathmandu is 5:45 ahead of UTC.
  const inserted = (at: string) =>
    superuser.query(
      `INSERT INTO kernel.series_point (series, label, step_s, at, n, total, low, high)
       SELECT 'queue_opened', $1, 900, q, 1, 1, 1, 1
         FROM generate_series($2::timestamptz, $2::timestamptz + interval '47 hours 45 minutes', interval '15 minutes') q`,
      [QUEUE, at],
    )
  await inserted('2026-03-28T23:00:00Z')
  const asked = { from: '2026-03-28T00:00:00Z', to: '2026-04-01T00:00:00Z', stepS: 86_400 }
  const days = async (timeZone: string) =>
    (await read('queue_opened', { ...asked, timeZone }))[0]?.points.map(({ at, n }) => [
      at.slice(0, 16),
      n / 4,
    ])
  expect(await days('Europe/Paris')).toEqual([
    ['2026-03-28T23:00', 23],
    ['2026-03-29T22:00', 24],
    ['2026-03-30T22:00', 1],
  ])
  expect(await days('Asia/Kathmandu')).toEqual([
    ['2026-03-28T18:15', 19.25],
    ['2026-03-29T18:15', 24],
    ['2026-03-30T18:15', 4.75],
  ])
})

test('X-13 over weeks the hours are read, and say exactly what the quarters say', async () => {
  const now = Date.now()
  const drawn = fc.array(
    fc.record({
      // Of two weeks, and of the hours that are not made of quarters yet.
      ago: fc.integer({ min: 0, max: 14 * 96 }),
      took: fc.array(fc.double({ min: 0.001, max: 100, noNaN: true }), { maxLength: 5 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  await fc.assert(
    fc.asyncProperty(drawn, async (quarters) => {
      await superuser.query('TRUNCATE kernel.series_point')
      for (const { ago, took } of quarters) {
        const slots = [...new Set(took.map(slotOf))].toSorted((a, b) => a - b)
        await superuser.query(
          `INSERT INTO kernel.series_point (series, label, step_s, at, n, total, low, high, slots, counts)
           VALUES ('upstream_calls', 'cts', 900, $1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
          [
            new Date(Math.floor(now / QUARTER_MS - ago) * QUARTER_MS),
            ...[took.length, took.reduce((sum, each) => sum + each, 0)],
            ...(took.length === 0 ? [null, null] : [Math.min(...took), Math.max(...took)]),
            ...[slots, slots.map((slot) => took.filter((each) => slotOf(each) === slot).length)],
          ],
        )
      }
      const asked = {
        from: new Date(now - 15 * DAY_MS).toISOString(),
        to: new Date(now + QUARTER_MS).toISOString(),
      }
      const all = async () =>
        Promise.all(
          [3_600, 21_600, 86_400].flatMap((stepS) =>
            ['UTC', 'Europe/Paris', 'Asia/Kolkata', 'Australia/Lord_Howe'].map(async (timeZone) =>
              (await read('upstream_calls', { ...asked, stepS, timeZone })).flatMap(({ points }) =>
                points.map((point) => ({ ...point, total: Number(point.total.toFixed(6)) })),
              ),
            ),
          ),
        )
      const byQuarters = await all()
      for (let days = 0; days < 20; days += 5) {
        await superuser.query(`SELECT kernel.roll_up_series()`)
      }
      expect(await all()).toEqual(byQuarters)
    }),
    { numRuns: 15 },
  )
  // What is read of hours is read of them indeed.
  await superuser.query(`DELETE FROM kernel.series_point WHERE step_s = 3600 AND series = 'upstream_calls'`)
  await superuser.query(
    `INSERT INTO kernel.series_point (series, label, step_s, at, n, total, low, high)
     SELECT 'upstream_calls', 'by hours', 3600, at - interval '2 hours', 1, 1, 1, 1 FROM kernel.series_point
      WHERE series = 'series_sampled' AND label = 'hour'`,
  )
  const asked = { from: new Date(now - 15 * DAY_MS).toISOString(), labels: ['by hours'], stepS: 86_400 }
  expect(await read('upstream_calls', asked)).toHaveLength(1)
  expect(await read('upstream_calls', { ...asked, timeZone: 'Asia/Kolkata' })).toHaveLength(0)
})

test('X-10 a step is answered whole: from the one in which the time begins', async () => {
  await superuser.query(
    `INSERT INTO kernel.series_point (series, label, step_s, at, n, total, low, high)
     VALUES ('queue_opened', $1, 900, '2026-03-03T10:15:00Z', 3, 3, 1, 1)`,
    [QUEUE],
  )
  const [series] = await read('queue_opened', { from: '2026-03-03T10:20:00Z', to: '2026-03-03T10:24:00Z' })
  expect(series?.points).toMatchObject([{ at: '2026-03-03T10:15:00.000Z', n: 3 }])
})

test.each([
  ['a slot that no time has', { slots: [2_147_483_647], counts: [1] }],
  ['no number', { total: 'NaN' }],
  ['less than nothing', { total: -1 }],
])('T-10 a process cannot put down %s', async (_what, over) => {
  const point = { series: 'http_answers', label: 'reads', at: new Date().toISOString(), n: 1, total: 1 }
  await expect(
    app.query('SELECT kernel.add_to_series($1)', [
      JSON.stringify([{ ...point, low: 1, high: 1, slots: [1], counts: [1], ...over }]),
    ]),
  ).rejects.toMatchObject({ code: '23514' })
})

test('T-08 T-10 no login makes figures up that are read from rows, or writes any past the routines', async () => {
  const point = { series: 'queue_waiting', label: QUEUE, at: new Date().toISOString(), n: 1, total: 9 }
  await app.query('SELECT kernel.add_to_series($1)', [
    JSON.stringify([{ ...point, low: 9, high: 9, slots: [], counts: [] }]),
  ])
  expect(await read('queue_waiting')).toEqual([])
  for (const role of ['app', 'dispatcher', 'sequencer', 'signer', 'auditor'] as const) {
    await expect(
      database
        .pool(role)
        .query(
          `INSERT INTO kernel.series_point (series, label, step_s, at, n, total) VALUES ('a', 'b', 60, now(), 0, 0)`,
        ),
    ).rejects.toMatchObject({ code: '42501' })
  }
  for (const role of ['app', 'sequencer', 'signer', 'auditor'] as const) {
    await expect(database.pool(role).query(`SELECT kernel.sample_series('{}')`)).rejects.toMatchObject({
      code: '42501',
    })
  }
  await expect(
    app.query('SELECT kernel.add_to_series($1)', [
      JSON.stringify(Array.from({ length: 2_001 }, () => point)),
    ]),
  ).rejects.toMatchObject({ code: '54000' })
})

test('K-35 T-08 minutes are kept for three days, quarters of an hour and hours for a hundred', async () => {
  await superuser.query(
    `INSERT INTO kernel.series_point (series, label, step_s, at, n, total)
     SELECT 'queue_opened', age, step, date_bin('15 minutes', now() - age::interval, 'epoch'), 0, 0
       FROM unnest(ARRAY['1 day', '2 days', '4 days', '99 days', '101 days']) AS a (age), unnest(ARRAY[60, 900, 3600]) AS s (step)`,
  )
  expect(await purgeExpired(dispatcher, 100)).toMatchObject({ series_point: 5 })
  const { rows } = await superuser.query<{ label: string; step_s: number }>(
    'SELECT label, step_s FROM kernel.series_point ORDER BY at DESC, step_s',
  )
  expect(rows.map(({ label, step_s }) => `${label} ${step_s}`)).toEqual([
    '1 day 60',
    '1 day 900',
    '1 day 3600',
    '2 days 60',
    '2 days 900',
    '2 days 3600',
    '4 days 900',
    '4 days 3600',
    '99 days 900',
    '99 days 3600',
  ])
})

import { setTimeout as sleep } from 'node:timers/promises'
import { sampleOnce } from '@countersign/kernel/series/run-series.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const QUEUE = 'transfers.returns'
const HOUR_MS = 3_600_000
const QUARTER_MS = 15 * 60_000

let product: Product
let ops: Client
let auditor: Client

beforeAll(async () => {
  product = await startProduct()
  ops = await product.as('transfers/OPS')
  auditor = await product.as('kernel/auditor')
}, 120_000)
afterAll(() => product?.close())

type Point = { at: string; n: number; low: number | null; high: number | null; p50: number | null }

function path(name: string, { hours = 1, step = 60, ...more }: Record<string, string | number> = {}) {
  const now = Date.now()
  const query = new URLSearchParams({
    from: new Date(now - Number(hours) * HOUR_MS).toISOString(),
    to: new Date(now + QUARTER_MS).toISOString(),
    step: String(step),
    ...Object.fromEntries(Object.entries(more).map(([key, value]) => [key, String(value)])),
  })
  return `/v1/series/${name}?${query}`
}

/** An hour so many days ago. */
function old(days: number, step: number): string {
  const from = Date.now() - days * 24 * HOUR_MS
  const query = new URLSearchParams({
    ...{ from: new Date(from).toISOString(), to: new Date(from + HOUR_MS).toISOString(), step: String(step) },
  })
  return `/v1/series/http_answers?${query}`
}

async function points(client: Client, of: string, label: string): Promise<Point[]> {
  const answer = await client.get(of)
  expect(answer.status, answer.text).toBe(200)
  const series = answer.body.series as { label: string; points: Point[] }[]
  return series.find((one) => one.label === label)?.points ?? []
}

test('T-10 what the server answers and upstreams are asked is there by the minute, failures with it', async () => {
  await ops.get('/v1/queues')
  // One stretch for both: a minute may begin between two readings.
  const { reads, failures } = await eventually('it is counted', async () => {
    const counted = await points(auditor, path('http_answers'), 'reads')
    const failed = await points(auditor, path('http_failures'), 'reads')
    return counted.some(({ n }) => n > 0) && failed.length === counted.length
      ? { reads: counted, failures: failed }
      : undefined
  })
  const counted = reads.filter(({ n }) => n > 0)
  for (const { low, p50, high } of counted) {
    expect(low).toBeLessThanOrEqual(p50 ?? Number.NaN)
    expect(p50).toBeLessThanOrEqual(high ?? Number.NaN)
  }
  expect(failures.map(({ at }) => at)).toEqual(reads.map(({ at }) => at))
  const calls = await eventually('upstreams were called', async () => {
    const found = await points(auditor, path('upstream_calls'), 'cts')
    return found.some(({ n }) => n > 0) ? found : undefined
  })
  expect(calls.length).toBeGreaterThan(0)
}, 200_000)

test('X-13 of one person’s charts few are read at a time: too many at once are refused, and others read on', async () => {
  const lock = await product.superuser.connect()
  let many: ReturnType<Client['get']>[]
  try {
    // Nothing is read of it until this is over.
    await lock.query('BEGIN; LOCK TABLE kernel.series_point IN ACCESS EXCLUSIVE MODE')
    many = Array.from({ length: 60 }, () => auditor.get(path('http_answers')))
    const refused = await Promise.all(many.map((one) => Promise.race([one, sleep(3_000, null)])))
    const told = refused.filter((one) => one !== null)
    expect(told).toHaveLength(18)
    for (const { status, text } of told) {
      expect(status).toBe(429)
      expect(text).toContain('too_many_charts')
    }
    expect((await ops.get('/v1/queues')).status).toBe(200)
  } finally {
    await lock.query('COMMIT')
    lock.release()
  }
  const answers = await Promise.all(many)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(42)
}, 60_000)

test('T-08 the figures of a queue are those of its items: how many wait, how old the oldest is, what came in', async () => {
  const items = async () => {
    const { rows } = await product.superuser.query<{ open: number; all: number; oldest: number }>(
      `SELECT count(*) FILTER (WHERE state = 'open')::integer AS open, count(*)::integer AS all,
              extract(epoch FROM clock_timestamp() - min(opened_at) FILTER (WHERE state = 'open'))::float8 AS oldest
         FROM transfers.returns_item`,
    )
    return rows[0] ?? { open: 0, all: 0, oldest: 0 }
  }
  await eventually('the items are there', async () => (await items()).open > 0)
  // Nothing comes any more.
  await product.stopWorker()
  await product.superuser.query('TRUNCATE kernel.series_point')
  await sampleOnce({
    pool: product.database.pool('dispatcher'),
    queues: [{ name: QUEUE }],
    ...{ upstreams: [], now: () => new Date(), signal: new AbortController().signal },
  })
  const newest = async (name: string) => (await points(ops, path(name, { label: QUEUE }), QUEUE)).at(-1)
  const now = await items()
  expect(now.open).toBeGreaterThan(0)
  expect(await newest('queue_waiting')).toMatchObject({ n: 1, low: now.open, high: now.open })
  expect(Math.abs(((await newest('queue_oldest'))?.high ?? 0) - now.oldest)).toBeLessThan(60)
  const all = await points(ops, path('queue_opened', { hours: 24 * 99, step: 86_400, label: QUEUE }), QUEUE)
  expect(all.reduce((total, { n }) => total + n, 0)).toBe(now.all)
}, 120_000)

test.each([
  [
    'a series that there is not',
    '/v1/series/queue_nonesuch?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&step=3600',
    404,
    'queue_waiting',
  ],
  ['no queue', path('queue_waiting'), 400, 'label'],
  ['a step that is none', path('http_answers', { step: 61 }), 400, 'step'],
  [
    'a step that it is not kept by',
    path('queue_opened', { label: 'transfers.returns', step: 60 }),
    400,
    'step',
  ],
  ['too many steps', path('http_answers', { hours: 24, step: 60 }), 400, 'step'],
  ['an end before its beginning', path('http_answers', { hours: -1 }), 400, 'to'],
  ['a zone that there is not', path('http_answers', { time_zone: 'Mars/Olympus' }), 400, 'time_zone'],
  [
    'a zone that the database does not know',
    path('http_answers', { time_zone: 'US/Pacific-New' }),
    400,
    'time_zone',
  ],
  ['minutes of four days ago', old(4, 60), 400, 'step'],
  ['minutes of two days ago', old(2, 60), 200, 'series'],
  ['quarters of four days ago', old(4, 900), 200, 'series'],
  ['no such parameter', path('http_answers', { zone: 'UTC' }), 400, 'zone'],
])('T-10 asked for %s it says what is allowed', async (_what, asked, status, named) => {
  const answer = await auditor.get(asked)
  expect(answer.status).toBe(status)
  expect(answer.text).toContain(named)
})

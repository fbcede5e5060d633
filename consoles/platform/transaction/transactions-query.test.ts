import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { transactionsPage } from './transactions-query.ts'

const ROWS = 3_000
const PAGES_MAX = 200

let database: TestDatabase
let app: ReturnType<TestDatabase['pool']>

beforeAll(async () => {
  database = await createTestDatabase([
    kernelMigrations,
    { module: 'platform', directory: dirname(dirname(fileURLToPath(import.meta.url))) },
  ])
  const superuser = database.pool('superuser')
  // Many share an instant, an amount, or both: the order among them is that of their ids.
  await superuser.query(
    `INSERT INTO platform.transaction (transaction_id, version, merchant_id, gateway, network, method, status, amount, currency,
            amount_e4, created_at)
     SELECT 'txn_' || md5(n::text), 1, 'mer_' || n % 7, 'gw_' || n % 3, 'visa', 'card',
            (ARRAY['captured', 'captured', 'declined', 'failed'])[1 + n % 4], (n * 37 % 400 + 1) / 4.0, 'USD',
            (n * 37 % 400 + 1) * 2500, timestamptz '2026-03-01Z' + (n * 13 % 500) * interval '1 minute'
       FROM generate_series(1, ${ROWS}) AS n`,
  )
  await superuser.query(`INSERT INTO platform.merchant_name VALUES ('mer_1', NULL, 1, 'Saffron Lamps')`)
  await superuser.query(
    `INSERT INTO kernel.search_entity (kind, id, console, title, related, version)
     SELECT 'gateway', 'gw_' || n, 'platform', 'Gateway ' || n, '{}', 1 FROM generate_series(0, 2) AS n`,
  )
  app = database.pool('app')
}, 120_000)
afterAll(() => database?.drop())

type Filters = Record<string, string>

/** All of a list, page by page. */
async function listed(
  filters: Filters,
  limit: number,
  pool: Pick<typeof app, 'query'> = app,
): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  for (let read = 0; read < PAGES_MAX; read += 1) {
    const page = await transactionsPage(pool, { limit, filters, ...(cursor === undefined ? {} : { cursor }) })
    if (page.status !== 'found') throw new Error(page.status)
    expect(page.records.length).toBeLessThanOrEqual(limit)
    ids.push(...page.records.map(({ id }) => id))
    if (page.nextCursor === null) return ids
    cursor = page.nextCursor
  }
  throw new Error('the list has no end')
}

/** The same by one statement that leaves nothing to an index or a cursor. */
async function expected(filters: Filters): Promise<string[]> {
  const { rows } = await app.query(
    `SELECT transaction_id AS id FROM platform.transaction
      WHERE ($1::text IS NULL OR merchant_id = $1) AND ($2::text IS NULL OR gateway = $2) AND ($3::text IS NULL OR status = $3)
        AND ($4::timestamptz IS NULL OR created_at >= $4) AND ($5::timestamptz IS NULL OR created_at < $5)
        AND ($6::numeric IS NULL OR amount::numeric >= $6) AND ($7::numeric IS NULL OR amount::numeric <= $7)
      ORDER BY created_at DESC, transaction_id DESC`,
    ['merchant_id', 'gateway', 'status', 'from', 'to', 'amount_from', 'amount_to'].map(
      (name) => filters[name],
    ),
  )
  return rows.map(({ id }) => id)
}

const CHOICES: Record<string, readonly string[]> = {
  merchant_id: ['mer_1', 'mer_4'],
  gateway: ['gw_0', 'gw_2'],
  status: ['captured', 'failed'],
  from: ['2026-03-01T02:00:00Z'],
  to: ['2026-03-01T06:30:00Z'],
  amount_from: ['0.25', '37.5', '99.2501'],
  amount_to: ['50', '100.0000'],
}
const subsets = Object.entries(CHOICES).reduce<Filters[]>(
  (sofar, [name, values]) =>
    sofar.flatMap((one) => [one, ...values.map((value) => ({ ...one, [name]: value }))]),
  [{}],
)

test('P-03 X-11 by every set of filters the pages together are the whole list, in its order, none twice', async () => {
  expect(subsets.length).toBe(3 ** 3 * 2 ** 2 * 4 * 3)
  // One in five of them, which is each value beside each other of another filter: five divides none of the counts.
  // A page in five is small, so that places fall among those of one instant.
  for (const [index, filters] of subsets.filter((_, at) => at % 5 === 0).entries()) {
    const ids = await expected(filters)
    expect([
      filters,
      await listed(filters, Math.max(7, Math.ceil(ids.length / (index % 5 === 0 ? 20 : 2)))),
    ]).toEqual([filters, ids])
  }
}, 240_000)

test('P-03 S-07 a rare amount is sorted out of its index, a common one is walked to through time, and both give the same', async () => {
  const asked: string[] = []
  const answering = (few: boolean) => ({
    query: (async (text: string, values: unknown[]) => {
      asked.push(text)
      return text.includes(' AS few FROM') ? { rows: [{ few }] } : app.query(text, values)
    }) as unknown as typeof app.query,
  })
  const filters = { amount_from: '12', amount_to: '30', gateway: 'gw_1' }
  const [rare, common] = [
    await listed(filters, 40, answering(true)),
    await listed(filters, 40, answering(false)),
  ]
  expect(rare).toEqual(common)
  expect(rare.length).toBeGreaterThan(40)
  expect(asked.some((text) => text.includes('few AS MATERIALIZED'))).toBe(true)
})

test('P-03 a row is what was told of it, with what its merchant is called', async () => {
  const page = await transactionsPage(app, { limit: 1, filters: { merchant_id: 'mer_1' } })
  expect(page).toMatchObject({
    status: 'found',
    records: [
      {
        version: '1',
        state: {
          ...{
            merchant_id: 'mer_1',
            merchant_name: 'Saffron Lamps',
            gateway_name: expect.stringMatching(/^Gateway \d$/),
            network: 'visa',
            method: 'card',
          },
          amount: { amount: expect.stringMatching(/^\d+\.\d+$/), currency: 'USD' },
          created_at: expect.stringMatching(/^2026-03-01T\d\d:\d\d:00\.000000Z$/),
        },
      },
    ],
  })
})

test.each([
  '',
  'x',
  '{}',
  '{"at":"0000-01-01T00:00:00.000000Z","id":"a"}',
  '{"at":"2026-03-01T00:00:00.000000Z"}',
])('P-03 C-24 %j is no place that this list gave', async (cursor) => {
  expect(await transactionsPage(app, { limit: 5, filters: {}, cursor })).toEqual({ status: 'no_such_cursor' })
})

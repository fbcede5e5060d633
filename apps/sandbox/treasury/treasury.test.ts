import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { pageOf } from '../http/list-records.ts'
import { PostingSchema } from '../ledger/posting.ts'
import { eventsOf, problemOf, type SandboxForTests, startSandboxForTests } from '../sandbox-for-tests.ts'
import { PeriodSchema, PeriodWithTotals } from './accounting-period.ts'
import { PaidSettlementSchema } from './paid-settlement.ts'

let now = new Date('2026-03-18T10:00:00Z')
let sandbox: SandboxForTests
let database: pg.Client

beforeAll(async () => {
  sandbox = await startSandboxForTests({ now: () => now, transactions: 400, settlements: true })
  database = new pg.Client({ connectionString: sandbox.databaseUrl })
  await database.connect()
}, 60_000)
afterAll(async () => {
  await database?.end()
  await sandbox?.drop()
})

const read = async <Schema extends z.ZodType>(path: string, schema: Schema) =>
  schema.parse((await sandbox.request('GET', `/treasury${path}`)).body)
const write = (path: string, body: object, more: { key?: string; ifMatch?: string } = {}) =>
  sandbox.request('POST', `/treasury${path}`, { key: randomUUID(), body, ...more })
const period = (id: string) => read(`/accounting-periods/${id}`, PeriodWithTotals)
const lock = async (id: string) =>
  write(`/accounting-periods/${id}/lock`, { reason: 'closed', postings: (await period(id)).postings })
const Settlements = z.object({
  settlements: z.array(PaidSettlementSchema),
  next_cursor: z.string().nullable(),
})

/** What the schedule does by itself, done now. */
async function aSettlement(): Promise<z.infer<typeof PaidSettlementSchema>> {
  for (let looked = 0; looked < 200; looked += 1) {
    const [first] = (await read('/settlements?state=paid_out&limit=1', Settlements)).settlements
    if (first) return first
    await database.query(
      `UPDATE merchants.balance SET due_at = $1, period_start = $1::timestamptz - interval '1 day', pending_minor = 1204
       WHERE merchant_id = (SELECT merchant_id FROM merchants.balance LIMIT 1)`,
      [now],
    )
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('nothing was settled')
}

test('R-06 a settlement that was paid out waits, and is confirmed once; nothing is posted by that', async () => {
  const { id, version, merchant_id, posting_id } = await aSettlement()
  const posted = async () =>
    (await database.query('SELECT count(*) FROM ledger.posting WHERE settlement_id = $1', [id])).rows[0]
  const before = await posted()
  const key = randomUUID()
  const send = () => write(`/settlements/${id}/confirm`, { reason: 'bank_advice' }, { key })
  const [confirmed, again] = [await send(), await send()]
  expect(confirmed).toMatchObject({
    status: 200,
    body: {
      settlement: { id, state: 'confirmed', version: version + 1, confirm_reason: 'bank_advice', posting_id },
    },
  })
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(problemOf(await write(`/settlements/${id}/confirm`, { reason: 'bank_advice' })).code).toBe(
    'already_confirmed',
  )
  expect(await posted()).toEqual(before)
  const told = (await eventsOf(sandbox, 'treasury')).filter(({ subject }) => subject.id === id)
  expect(told.map(({ type }) => type)).toEqual(['settlement.paid_out', 'settlement.confirmed'])
  expect(told[1]?.caused_by).toBe(key)
  const listed = await read(`/settlements?merchant_id=${merchant_id}&state=confirmed`, Settlements)
  expect(listed.settlements.map((one) => one.id)).toContain(id)
  expect(new Set(listed.settlements.map(({ state }) => state))).toEqual(new Set(['confirmed']))
})

test('R-06 what is confirmed on another version than it has is refused', async () => {
  const { id, version } = await aSettlement()
  const stale = await write(
    `/settlements/${id}/confirm`,
    { reason: 'bank_advice' },
    { ifMatch: `"${version + 1}"` },
  )
  expect(problemOf(stale).code).toBe('version_conflict')
})

test('R-06 entries of the ledger are listed by account, settlement and time, page by page', async () => {
  const Entries = z.object({ entries: z.array(PostingSchema), next_cursor: z.string().nullable() })
  expect(
    pageOf('entries', PostingSchema).safeParse((await sandbox.request('GET', '/treasury/entries')).body)
      .success,
  ).toBe(true)
  const first = await read('/entries?account=2000-USD&limit=3', Entries)
  const next = await read(`/entries?account=2000-USD&limit=3&cursor=${first.next_cursor}`, Entries)
  const both = [...first.entries, ...next.entries]
  expect(new Set(both.map(({ id }) => id)).size).toBe(6)
  expect(both.every(({ lines }) => lines.some(({ account }) => account === '2000-USD'))).toBe(true)
  expect(both.map(({ at }) => at)).toEqual(
    both
      .map(({ at }) => at)
      .sort()
      .reverse(),
  )
  const { id, posting_id } = (await read('/settlements?limit=1', Settlements)).settlements[0] ?? {}
  expect((await read(`/entries?settlement_id=${id}`, Entries)).entries.map((one) => one.id)).toEqual([
    posting_id,
  ])
  const march = await read('/entries?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&limit=200', Entries)
  expect(march.entries.every(({ at }) => at.startsWith('2026-03-01'))).toBe(true)
})

test('R-06 a month tells how many postings it has and what they come to', async () => {
  const { postings, totals, state } = await period('prd_2026-02')
  expect(state).toBe('open')
  const { rows } = await database.query(
    `SELECT count(DISTINCT p.id)::integer AS postings, count(DISTINCT l.currency)::integer AS currencies
     FROM ledger.posting p JOIN ledger.posting_line l ON l.posting_id = p.id
     WHERE p.at >= '2026-02-01Z' AND p.at < '2026-03-01Z'`,
  )
  expect({ postings, currencies: totals.length }).toEqual(rows[0])
})

test('R-06 a month is locked when it is over, after those before it, and as it was seen', async () => {
  const Periods = z.object({ accounting_periods: z.array(PeriodSchema) })
  const { accounting_periods } = await read('/accounting-periods', Periods)
  const [current, last, ...earlier] = accounting_periods.map(({ id }) => id)
  expect([current, last]).toEqual(['prd_2026-03', 'prd_2026-02'])
  expect(problemOf(await lock('prd_2026-03')).code).toBe('period_not_over')
  expect(earlier.length).toBeGreaterThan(0)
  expect(problemOf(await lock('prd_2026-02')).code).toBe('earlier_period_open')
  for (const id of earlier.reverse()) expect((await lock(id)).status).toBe(200)
  const { postings } = await period('prd_2026-02')
  const moved = await write('/accounting-periods/prd_2026-02/lock', {
    reason: 'closed',
    postings: postings + 1,
  })
  expect(problemOf(moved).code).toBe('period_moved')
  expect(await lock('prd_2026-02')).toMatchObject({
    status: 200,
    body: { accounting_period: { id: 'prd_2026-02', state: 'locked', version: 2, lock_reason: 'closed' } },
  })
  expect(problemOf(await lock('prd_2026-02')).code).toBe('period_locked')
})

test('R-06 nothing is posted into a locked month, whatever it comes from, and nothing of it is done', async () => {
  await lock('prd_2026-02')
  const { body } = await sandbox.request('GET', '/cts/transfers?state=return_received&limit=1')
  const {
    id,
    state,
    return: returned,
  } = z
    .object({
      transfers: z.array(
        z.looseObject({ id: z.string(), state: z.string(), return: z.object({ code: z.string() }) }),
      ),
    })
    .parse(body).transfers[0] ?? { id: '' }
  const book = () =>
    sandbox.request('POST', `/cts/transfers/${id}/returns`, {
      key: randomUUID(),
      body: { case: 'book', reason: returned?.code },
    })
  now = new Date('2026-02-20T10:00:00Z')
  const refused = await book()
  now = new Date('2026-03-18T10:00:00Z')
  expect(problemOf(refused)).toMatchObject({ status: 409, code: 'period_locked' })
  expect((await sandbox.request('GET', `/cts/transfers/${id}`)).body).toMatchObject({ state })
})

test('R-06 a lock waits for whoever is posting into the month, and counts what they posted', async () => {
  now = new Date('2026-04-02T10:00:00Z')
  const { postings } = await period('prd_2026-03')
  await database.query('BEGIN')
  await database.query(
    `WITH p AS (INSERT INTO ledger.posting (id, at, description) VALUES ('pst_late', '2026-03-30Z', 'Late') RETURNING id)
     INSERT INTO ledger.posting_line (posting_id, n, account, currency, side, amount_minor)
     SELECT p.id, n, '2000-USD', 'USD', side, 5 FROM p, (VALUES (1, 'debit'), (2, 'credit')) l (n, side)`,
  )
  const locking = write('/accounting-periods/prd_2026-03/lock', { reason: 'closed', postings })
  await expect
    .poll(async () => (await database.query(`SELECT FROM pg_locks WHERE NOT granted`)).rowCount, {
      timeout: 20_000,
    })
    .toBeGreaterThan(0)
  await database.query('COMMIT')
  expect(problemOf(await locking).code).toBe('period_moved')
  now = new Date('2026-03-18T10:00:00Z')
})

test('R-06 C-18 a world that is made anew has its months open, whatever was locked before', async () => {
  await lock('prd_2026-02')
  const reset = await sandbox.request('POST', '/_sandbox/reset', { body: { seed: 'another' } })
  expect(reset.status).toBe(200)
  expect((await period('prd_2026-02')).state).toBe('open')
})

import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { minorUnits } from '../http/money.ts'
import { PostingSchema } from '../ledger/posting.ts'
import { eventsOf, type SandboxForTests, startSandboxForTests } from '../sandbox-for-tests.ts'
import { SettlementSchema } from './settlement.ts'

const WEDNESDAY = new Date('2026-03-18T10:20:30Z')

let sandbox: SandboxForTests
let database: pg.Client
let merchant: string
let paidWith = 0

/** Restarts with the clock at another time; settlements run by it. */
const at = (time: Date, settlements = true) => sandbox.restart({ now: () => time, settlements })

beforeAll(async () => {
  sandbox = await startSandboxForTests({ now: () => WEDNESDAY, transactions: 0 })
  database = new pg.Client({ connectionString: sandbox.databaseUrl })
  await database.connect()
  const made = await sandbox.request('POST', '/merchants/merchants', {
    key: 'open',
    body: {
      name: 'Saffron Lamps',
      legal_name: 'Saffron Lamps Inc',
      country: 'US',
      mcc: '5719',
      contact: { email: 'owner@saffron.example' },
      config: {
        checkout_methods: ['card'],
        api_access: false,
        settlement: { schedule: 'daily', cut_off: '17:00', currency: 'USD' },
      },
    },
  })
  merchant = z.object({ merchant: z.object({ id: z.string() }) }).parse(made.body).merchant.id
  await sandbox.request('POST', `/merchants/merchants/${merchant}/activate`, { key: 'activate', body: {} })
})
afterAll(async () => {
  await database.end()
  await sandbox.drop()
})

async function pay(amount: string) {
  paidWith += 1
  const answered = await sandbox.request('POST', `/merchants/merchants/${merchant}/checkout`, {
    key: `pay-${paidWith}`,
    body: { method: 'card', network: 'visa', amount: { amount, currency: 'USD' } },
  })
  expect(answered.status).toBe(201)
}

async function settlements() {
  const { body } = await sandbox.request('GET', `/merchants/settlements?merchant_id=${merchant}`)
  return z.looseObject({ settlements: z.array(SettlementSchema) }).parse(body).settlements
}

const balance = async () => (await sandbox.request('GET', `/merchants/merchants/${merchant}/balance`)).body

/** Until nothing is due at this time any more. */
async function settledBy(time: Date) {
  await expect
    .poll(
      async () => (await database.query('SELECT FROM merchants.balance WHERE due_at <= $1', [time])).rowCount,
      { timeout: 10_000 },
    )
    .toBe(0)
}

test('P-02 a suspended merchant is settled at its time: balance, ledger and event, once', async () => {
  await pay('10.00')
  await pay('2.34')
  const suspended = await sandbox.request('POST', `/merchants/merchants/${merchant}/suspend`, {
    key: 'suspend',
    body: { reason: 'Under review' },
  })
  expect(suspended.status).toBe(200)

  const early = new Date('2026-03-18T16:59:59Z')
  await at(early)
  await settledBy(early)
  expect(await settlements()).toEqual([])

  const due = new Date('2026-03-18T17:00:00Z')
  await at(due)
  await settledBy(due)
  const [settled, ...rest] = await settlements()
  expect(rest).toEqual([])
  expect(settled).toMatchObject({
    amount: { amount: '12.34', currency: 'USD' },
    period_start: '2026-03-17T17:00:00.000Z',
    period_end: '2026-03-18T17:00:00.000Z',
  })
  expect(await balance()).toMatchObject({
    pending: { amount: '0.00' },
    settled: { amount: '12.34' },
    due_at: '2026-03-19T17:00:00.000Z',
  })
  const posting = PostingSchema.parse(
    (await sandbox.request('GET', `/ledger/postings/${settled?.posting_id}`)).body,
  )
  expect(posting.settlement_id).toBe(settled?.id)
  const sum = (side: string) =>
    posting.lines
      .filter((line) => line.side === side)
      .reduce((total, { amount }) => total + minorUnits(amount), 0n)
  expect([sum('debit'), sum('credit')]).toEqual([1234n, 1234n])

  await at(due)
  await settledBy(due)
  expect(await settlements()).toHaveLength(1)
  const events = await eventsOf(sandbox, 'merchants')
  expect(events.filter(({ type }) => type === 'settlement.completed')).toMatchObject([{ data: settled }])
  const posted = (await eventsOf(sandbox, 'ledger')).filter(({ data }) => data.settlement_id === settled?.id)
  expect(posted).toHaveLength(1)
})

test('P-02 what fails in the middle of a settlement has moved nothing, and is done once by the next start', async () => {
  await sandbox.request('POST', `/merchants/merchants/${merchant}/activate`, { key: 'again', body: {} })
  await pay('5.00')
  const before = await balance()
  await database.query(
    // A sequence remembers what is rolled back.
    `CREATE SEQUENCE merchants.tried;
     CREATE FUNCTION merchants.stop() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM nextval('merchants.tried'); RAISE 'the ledger is away'; END $$;
     CREATE TRIGGER stop BEFORE INSERT ON ledger.posting FOR EACH ROW EXECUTE FUNCTION merchants.stop()`,
  )
  const reached = new Date('2026-03-21T09:00:00Z')
  await at(reached)
  await expect
    .poll(async () => (await database.query('SELECT FROM merchants.tried WHERE is_called')).rowCount, {
      timeout: 10_000,
    })
    .toBe(1)
  expect(await balance()).toEqual(before)
  expect(await settlements()).toHaveLength(1)

  // It goes on by itself as soon as it can: the days that passed meanwhile are one period each.
  await database.query('DROP TRIGGER stop ON ledger.posting')
  await settledBy(reached)
  expect((await settlements()).map(({ amount, period_end }) => [amount.amount, period_end])).toEqual([
    ['5.00', '2026-03-19T17:00:00.000Z'],
    ['12.34', '2026-03-18T17:00:00.000Z'],
  ])
  expect(await balance()).toMatchObject({ pending: { amount: '0.00' }, due_at: '2026-03-21T17:00:00.000Z' })
})

test('P-02 the database itself settles a period of a merchant once', async () => {
  await expect(
    database.query(
      `INSERT INTO merchants.settlement (id, merchant_id, period_start, period_end, amount_minor, currency, posting_id,
         settled_at)
       SELECT 'stl_again', merchant_id, period_start, period_end, amount_minor, currency, posting_id, settled_at
       FROM merchants.settlement LIMIT 1`,
    ),
  ).rejects.toThrow(/settlement_merchant_id_period_end_key/)
})

test('P-02 what is pending is what was captured since the last cut-off, in the seeded world as well', async () => {
  const seeded = await startSandboxForTests({ now: () => WEDNESDAY, transactions: 3_000 })
  const observer = new pg.Client({ connectionString: seeded.databaseUrl })
  await observer.connect()
  const { rows } = await observer.query(
    `SELECT b.merchant_id, b.pending_minor, coalesce(sum(t.amount_minor), 0) AS captured
     FROM merchants.balance b LEFT JOIN merchants.transaction t
       ON t.merchant_id = b.merchant_id AND t.status = 'captured' AND t.created_at >= b.period_start
     GROUP BY b.merchant_id, b.pending_minor`,
  )
  expect(rows.length).toBe(60)
  expect(rows.filter(({ pending_minor }) => pending_minor !== '0').length).toBeGreaterThan(5)
  expect(rows.filter((row) => row.pending_minor !== String(row.captured))).toEqual([])

  // What was captured in the three weeks before it is settled, period by period, and finance has confirmed the older ones.
  const { rows: settled } = await observer.query(
    `SELECT s.id, s.state, s.amount_minor, s.period_end, s.confirmed_at, l.amount_minor AS posted, b.settled_minor,
       (SELECT sum(t.amount_minor) FROM merchants.transaction t
        WHERE t.merchant_id = s.merchant_id AND t.status = 'captured'
          AND t.created_at >= s.period_start AND t.created_at < s.period_end) AS captured,
       (SELECT sum(o.amount_minor) FROM merchants.settlement o WHERE o.merchant_id = s.merchant_id) AS of_merchant
     FROM merchants.settlement s JOIN merchants.balance b USING (merchant_id)
     JOIN ledger.posting_line l ON l.posting_id = s.posting_id AND l.side = 'debit'
     ORDER BY s.period_end DESC`,
  )
  expect(settled.length).toBeGreaterThan(100)
  for (const one of settled) {
    expect([one.id, one.captured, one.posted, one.settled_minor]).toEqual([
      ...[one.id, one.amount_minor, one.amount_minor, one.of_merchant],
    ])
    const old = WEDNESDAY.getTime() - one.period_end.getTime() > 2 * 86_400_000
    expect([one.id, one.state]).toEqual([one.id, old ? 'confirmed' : 'paid_out'])
    if (old) expect(one.confirmed_at.getTime()).toBeLessThan(WEDNESDAY.getTime())
  }
  expect(new Set(settled.map(({ state }) => state))).toEqual(new Set(['confirmed', 'paid_out']))
  await observer.end()
  await seeded.drop()
})

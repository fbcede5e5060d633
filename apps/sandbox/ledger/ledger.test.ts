import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { minorUnits } from '../http/money.ts'
import { eventsOf, problemOf, type SandboxForTests, startSandboxForTests } from '../sandbox-for-tests.ts'
import { AccountSchema, PostingSchema } from './posting.ts'

let sandbox: SandboxForTests
let database: pg.Client

beforeAll(async () => {
  sandbox = await startSandboxForTests()
  database = new pg.Client({ connectionString: sandbox.databaseUrl })
  await database.connect()
})
afterAll(async () => {
  await database.end()
  await sandbox.drop()
})

const Page = z.strictObject({ postings: z.array(PostingSchema), next_cursor: z.string().nullable() })

async function allPostings(): Promise<z.infer<typeof PostingSchema>[]> {
  const found: z.infer<typeof PostingSchema>[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const after: string = cursor === '' ? '' : `&cursor=${cursor}`
    const page = Page.parse((await sandbox.request('GET', `/ledger/postings?limit=200${after}`)).body)
    found.push(...page.postings)
    cursor = page.next_cursor
  }
  return found
}

test('K-37 every posting has two lines or more that sum to zero per currency, and events carry each', async () => {
  const postings = await allPostings()
  expect(postings.length).toBeGreaterThan(300)
  for (const posting of postings) {
    const sums = new Map<string, bigint>()
    for (const { side, amount } of posting.lines) {
      const signed = side === 'debit' ? minorUnits(amount) : -minorUnits(amount)
      sums.set(amount.currency, (sums.get(amount.currency) ?? 0n) + signed)
    }
    expect([...sums.values()].every((sum) => sum === 0n)).toBe(true)
    expect(posting.lines.length).toBeGreaterThanOrEqual(2)
  }
  const recorded = (await eventsOf(sandbox, 'ledger')).map((event) => event.data)
  const inOrder = <T extends { id?: unknown }>(list: readonly T[]) =>
    [...list].sort((a, b) => String(a.id).localeCompare(String(b.id)))
  expect(inOrder(recorded)).toEqual(inOrder(postings))
})

test("K-37 an account's balance is the sum of its lines, in the currency's own digits", async () => {
  const postings = await allPostings()
  for (const [number, pattern] of [
    ['1010-USD', /^-?\d+\.\d{2}$/],
    ['2000-JPY', /^-?\d+$/],
    ['1030-KWD', /^-?\d+\.\d{3}$/],
  ] as const) {
    const account = AccountSchema.parse((await sandbox.request('GET', `/ledger/accounts/${number}`)).body)
    expect(account.balance).toMatch(pattern)
    const lines = postings.flatMap((posting) => posting.lines).filter((line) => line.account === number)
    const sum = lines.reduce(
      (total, { side, amount }) => total + (side === 'debit' ? minorUnits(amount) : -minorUnits(amount)),
      0n,
    )
    expect(BigInt(account.balance.replace('.', ''))).toBe(sum)
    expect(account.version).toBe(lines.length)
  }
  expect(problemOf(await sandbox.request('GET', '/ledger/accounts/9999-USD')).code).toBe('not_found')
})

async function record(
  lines: readonly (readonly [string, string, 'debit' | 'credit', number])[],
  split = false,
) {
  const id = `pst_test-${lines.length}-${split}-${Date.now()}`
  await database.query('BEGIN')
  try {
    await database.query(`INSERT INTO ledger.posting (id, at, description) VALUES ($1, now(), 'test')`, [id])
    const rows = lines.map(([account, currency, side, minor], n) => ({
      posting_id: id,
      n: n + 1,
      account,
      currency,
      side,
      amount_minor: minor,
    }))
    for (const part of split ? rows.map((row) => [row]) : [rows]) {
      await database.query(
        `INSERT INTO ledger.posting_line SELECT * FROM jsonb_populate_recordset(NULL::ledger.posting_line, $1)`,
        [JSON.stringify(part)],
      )
    }
    await database.query('COMMIT')
  } catch (error) {
    await database.query('ROLLBACK')
    throw error
  }
}

test('K-37 the database itself refuses a posting that does not sum to zero', async () => {
  await record([
    ['1010-USD', 'USD', 'debit', 500],
    ['2000-USD', 'USD', 'credit', 500],
  ])
  await expect(
    record([
      ['1010-USD', 'USD', 'debit', 500],
      ['2000-USD', 'USD', 'credit', 499],
    ]),
  ).rejects.toThrow(/differ by 1 minor units of USD/)
  // Equal sums over all, but not per currency.
  await expect(
    record([
      ['1010-USD', 'USD', 'debit', 500],
      ['2000-EUR', 'EUR', 'credit', 500],
    ]),
  ).rejects.toThrow(/differ by/)
  await expect(record([['1010-USD', 'USD', 'debit', 0]])).rejects.toThrow(/two lines or more/)
  await expect(record([])).rejects.toThrow(/two lines or more/)
  // An account has one currency.
  await expect(
    record([
      ['1010-USD', 'EUR', 'debit', 5],
      ['2000-EUR', 'EUR', 'credit', 5],
    ]),
  ).rejects.toThrow(/1010-USD in EUR does not exist/)
})

test('K-37 lines cannot be changed, removed, or added out of balance', async () => {
  await expect(database.query('UPDATE ledger.posting_line SET amount_minor = 1')).rejects.toThrow(
    /append-only/,
  )
  await expect(database.query('DELETE FROM ledger.posting_line')).rejects.toThrow(/append-only/)
  await expect(database.query(`UPDATE ledger.posting SET description = ''`)).rejects.toThrow(/append-only/)
  await expect(
    database.query(
      `INSERT INTO ledger.posting_line SELECT id, 9, '1010-USD', 'USD', 'debit', 1 FROM ledger.posting LIMIT 1`,
    ),
  ).rejects.toThrow(/differ by/)
})

test('K-37 a posting can be reversed once', async () => {
  await expect(
    database.query(
      `INSERT INTO ledger.posting (id, at, description, reverses)
       SELECT 'pst_again', now(), 'again', reverses FROM ledger.posting WHERE reverses IS NOT NULL LIMIT 1`,
    ),
  ).rejects.toThrow(/posting_reversal/)
})

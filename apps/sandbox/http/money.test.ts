import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../database/database.ts'
import { createEmptyDatabase } from '../sandbox-for-tests.ts'
import { BalanceSchema, decimal, MoneySchema, minorDigits, minorUnits } from './money.ts'

const DATA = process.env.COUNTERSIGN_DATA ?? join(import.meta.dirname, '../../../../shared/data')
const CURRENCIES = join(DATA, 'D05_reason_codes', 'codes-all.csv')

let empty: Awaited<ReturnType<typeof createEmptyDatabase>>
let database: Database

beforeAll(async () => {
  empty = await createEmptyDatabase()
  database = await openDatabase(empty.url)
})
afterAll(async () => {
  await database.close()
  await empty.drop()
})

const amounts = fc.bigInt(-(10n ** 13n) + 1n, 10n ** 13n - 1n)
const currencies = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD', 'CLF', 'CHF', 'BHD', 'KRW')

test('K-37 an amount in minor units and its decimal string are the same number', () => {
  fc.assert(
    fc.property(amounts, currencies, (minor, currency) => {
      const money = BalanceSchema.parse({ amount: decimal(minor, currency), currency })
      expect(minorUnits(money)).toBe(minor)
    }),
  )
})

test('K-37 the database writes amounts as this process does', async () => {
  const pairs = fc.sample(fc.tuple(amounts, currencies), 200)
  const { rows } = await database.query<{ money: unknown }>(
    `SELECT platform.money(minor, currency) AS money
     FROM ROWS FROM (jsonb_to_recordset($1) AS (minor bigint, currency text)) WITH ORDINALITY AS p (minor, currency, n)
     ORDER BY n`,
    [JSON.stringify(pairs.map(([minor, currency]) => ({ minor: minor.toString(), currency })))],
  )
  expect(rows.map(({ money }) => money)).toEqual(
    pairs.map(([minor, currency]) => ({ amount: decimal(minor, currency), currency })),
  )
})

test.skipIf(!existsSync(CURRENCIES))(
  'K-37 every currency has the digits that ISO 4217 publishes',
  async () => {
    const published = readFileSync(CURRENCIES, 'utf8')
      .split('\n')
      .slice(1)
      // Columns from the end: names of countries hold commas.
      .map((line) => line.trim().split(',').slice(-4))
      .filter(([, , digits, withdrawn]) => /^\d$/.test(digits ?? '') && withdrawn === '')
      .map(([code = '', , digits]) => ({ code, digits: Number(digits) }))
    expect(published.length).toBeGreaterThan(150)
    const { rows } = await database.query<{ code: string; digits: number }>(
      `SELECT code, platform.currency_digits(code) AS digits FROM unnest($1::text[]) WITH ORDINALITY AS c (code, n)
     ORDER BY n`,
      [published.map(({ code }) => code)],
    )
    expect(rows).toEqual(published)
    expect(published.map(({ code }) => ({ code, digits: minorDigits(code) }))).toEqual(published)
  },
)

test.each([
  ['1204.5', 'USD'],
  ['1204', 'USD'],
  ['1204.50', 'JPY'],
  ['1.50', 'KWD'],
  ['-1.00', 'USD'],
  ['01.00', 'USD'],
  ['1e3', 'JPY'],
  [' 1.00', 'USD'],
  ['1.00', 'usd'],
  ['12345678901234.00', 'USD'],
])('K-37 money %j %s is refused', (amount, currency) => {
  expect(MoneySchema.safeParse({ amount, currency }).success).toBe(false)
})

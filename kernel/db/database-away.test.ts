import { createServer } from 'node:net'
import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { isDatabaseAway } from './database-away.ts'

const url = inject('postgresUrl')
const failureOf = async (doing: Promise<unknown>): Promise<unknown> => {
  try {
    await doing
  } catch (error) {
    return error
  }
  throw new Error('it was to fail')
}
const silent = createServer(() => undefined)
afterAll(() => silent.close())

test('K-16 a database that is not there, or ends the connection under a query, is away', async () => {
  const nobody = new pg.Client({ connectionString: 'postgres://x:y@127.0.0.1:1/z' })
  expect(isDatabaseAway(await failureOf(nobody.connect()))).toBe(true)

  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  const killed = failureOf(client.query('SELECT pg_terminate_backend(pg_backend_pid())'))
  expect(isDatabaseAway(await killed)).toBe(true)
  expect(isDatabaseAway(await failureOf(client.query('SELECT 1')))).toBe(true)

  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
  const { port } = silent.address() as { port: number }
  const pool = new pg.Pool({
    connectionString: `postgres://x:y@127.0.0.1:${port}/z`,
    connectionTimeoutMillis: 50,
  })
  expect(isDatabaseAway(await failureOf(pool.query('SELECT 1')))).toBe(true)
})

test('K-16 what the database refuses, and what fails elsewhere, is not', async () => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  expect(isDatabaseAway(await failureOf(client.query('SELECT 1/0')))).toBe(false)
  expect(isDatabaseAway(await failureOf(client.query('SELEKT')))).toBe(false)
  await client.end()
  expect(isDatabaseAway(await failureOf(fetch('http://127.0.0.1:1/')))).toBe(false)
  expect(isDatabaseAway(new TypeError('x is not a function'))).toBe(false)
})

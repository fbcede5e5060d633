import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import { makePool } from './make-pool.ts'
import { LOGIN_ROLES } from './migrate.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
})
afterAll(() => database.drop())

test('K-33 what a login has set for itself does not make less durable what a process writes', async () => {
  const url = database.url('app')
  const set = `ALTER ROLE ${LOGIN_ROLES.app} IN DATABASE ${database.name}`
  const ended: Error[] = []
  const plain = new pg.Pool({ connectionString: url, max: 1 })
  const pool = makePool(url, { max: 1, name: 'test', onIdleLost: (error) => ended.push(error) })
  try {
    await database.pool('app').query(`${set} SET synchronous_commit = off`)
    const of = async (asked: pg.Pool) => (await asked.query('SHOW synchronous_commit')).rows
    expect(await of(plain)).toEqual([{ synchronous_commit: 'off' }])
    expect(await of(pool)).toEqual([{ synchronous_commit: 'on' }])
  } finally {
    await database.pool('app').query(`${set} RESET ALL`)
    await plain.end()
    await pool.end()
  }
})

import type { LoginRole } from '@countersign/kernel/db/migrate.ts'
import pg from 'pg'
import { type TestDatabase, withholdOwnObjects } from './test-database.ts'

/** A copy of a test database as it is now. Ends every connection to the original, as the server demands. */
export type ClonedDatabase = {
  url(role: LoginRole | 'superuser'): string
  pool(role: LoginRole | 'superuser'): pg.Pool
  /** Puts this copy in the place of the original, as the restore of a backup does. */
  restore(): Promise<void>
  drop(): Promise<void>
}

let clones = 0

export async function cloneDatabase(original: TestDatabase): Promise<ClonedDatabase> {
  clones += 1
  const name = `${original.name}_${clones}`
  const server = new URL(original.url('superuser'))
  server.pathname = '/postgres'
  const admin = new pg.Client({ connectionString: server.toString() })
  await admin.connect()
  await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
    original.name,
  ])
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${original.name}`)
  await withholdOwnObjects(admin, name)
  const pools: pg.Pool[] = []
  const url = (role: LoginRole | 'superuser') => {
    const copy = new URL(original.url(role))
    copy.pathname = `/${name}`
    return copy.toString()
  }
  return {
    url,
    pool(role) {
      const pool = new pg.Pool({ connectionString: url(role), max: 2 })
      // A dropped database ends idle connections; that is no failure of the test.
      pool.on('error', () => undefined)
      pools.push(pool)
      return pool
    },
    async restore() {
      await admin.query(`DROP DATABASE ${original.name} WITH (FORCE)`)
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name])
      await admin.query(`CREATE DATABASE ${original.name} TEMPLATE ${name}`)
      await withholdOwnObjects(admin, original.name)
    },
    async drop() {
      await Promise.all(pools.map((pool) => pool.end()))
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
    },
  }
}

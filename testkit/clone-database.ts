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
  await copyDatabase(admin, original.name, name)
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
      await copyDatabase(admin, name, original.name)
    },
    async drop() {
      await Promise.all(pools.map((pool) => pool.end()))
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
    },
  }
}

/** Nobody is let in while it is copied: a product that runs on the original comes back faster than a copy begins. */
async function copyDatabase(admin: pg.Client, from: string, to: string): Promise<void> {
  await admin.query(`ALTER DATABASE ${from} ALLOW_CONNECTIONS false`)
  try {
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [from])
    await admin.query(`CREATE DATABASE ${to} TEMPLATE ${from}`)
  } finally {
    await admin.query(`ALTER DATABASE ${from} ALLOW_CONNECTIONS true`)
  }
  await withholdOwnObjects(admin, to)
}

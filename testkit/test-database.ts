import { createHash, randomBytes } from 'node:crypto'
import { LOGIN_ROLES, type LoginRole, type MigrationSource, migrate } from '@countersign/kernel/db/migrate.ts'
import pg from 'pg'
import { inject } from 'vitest'

/** The same secret for every run: roles belong to the server, and test files share one. */
const ROLE_SECRET = 'test-role-secret'

export type TestDatabase = {
  readonly name: string
  /** Connection URL as one of the product's roles, or as `superuser`. */
  url(role: LoginRole | 'superuser'): string
  /** A pool as that role; closed by `drop`. */
  pool(role: LoginRole | 'superuser', options?: pg.PoolConfig): pg.Pool
  drop(): Promise<void>
}

/**
 * A database of this test file's own, cloned from a template that is migrated once per run and per set of
 * migrations.
 */
export async function createTestDatabase(sources: readonly MigrationSource[]): Promise<TestDatabase> {
  const server = inject('postgresUrl')
  const key = createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 12)
  const template = `template_${key}`
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  try {
    await admin.query('SELECT pg_advisory_lock(hashtext($1))', [template])
    const made = await admin.query('SELECT FROM pg_database WHERE datname = $1', [template])
    if (made.rowCount === 0) {
      await admin.query(`CREATE DATABASE ${template}_new`)
      const secrets = Object.fromEntries(Object.keys(LOGIN_ROLES).map((role) => [role, ROLE_SECRET]))
      // Roles are shared by all databases of the server: one migration at a time may make them.
      await admin.query('SELECT pg_advisory_lock(1)')
      try {
        await migrate(urlOf(server, `${template}_new`), sources, secrets)
      } finally {
        await admin.query('SELECT pg_advisory_unlock(1)')
      }
      await admin.query(`ALTER DATABASE ${template}_new RENAME TO ${template}`)
    }
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
    await withholdOwnObjects(admin, name)
    await admin.query('SELECT pg_advisory_unlock(hashtext($1))', [template])
  } finally {
    await admin.end()
  }

  const pools: pg.Pool[] = []
  const usual = new Map<LoginRole | 'superuser', pg.Pool>()
  const url = (role: LoginRole | 'superuser') =>
    role === 'superuser' ? urlOf(server, name) : urlOf(server, name, LOGIN_ROLES[role], ROLE_SECRET)
  return {
    name,
    url,
    pool(role, options) {
      // Asked for without options it is one and the same: a test that asks in a loop would take every connection of the server.
      const known = options === undefined ? usual.get(role) : undefined
      if (known && !known.ended) return known
      const pool = new pg.Pool({ connectionString: url(role), max: 20, ...options })
      // A dropped database ends idle connections; that is no failure of the test.
      pool.on('error', () => undefined)
      pools.push(pool)
      if (options === undefined) usual.set(role, pool)
      return pool
    },
    async drop() {
      await Promise.all(pools.filter(({ ended }) => !ended).map((pool) => pool.end()))
      const client = new pg.Client({ connectionString: server })
      await client.connect()
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await client.end()
    },
  }
}

/** As `migrate` does: what was withdrawn of a template does not come along with its copy. */
export async function withholdOwnObjects(admin: pg.Client, database: string): Promise<void> {
  await admin.query(`REVOKE TEMPORARY, CREATE ON DATABASE ${database} FROM PUBLIC`)
}

function urlOf(base: string, database: string, user?: string, password?: string): string {
  const url = new URL(base)
  url.pathname = `/${database}`
  if (user !== undefined) {
    url.username = user
    url.password = password ?? ''
  }
  return url.toString()
}

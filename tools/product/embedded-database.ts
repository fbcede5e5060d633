import { migrate } from '@countersign/kernel/db/migrate.ts'
import { scramVerifier } from '@countersign/kernel/db/scram-verifier.ts'
import { migrationSources } from '@countersign/server/migrations.ts'
import pg from 'pg'
import {
  databaseUrl,
  type Installation,
  MIGRATOR,
  PRODUCT_DATABASE,
  rolePasswords,
  SANDBOX_DATABASE,
  SANDBOX_ROLE,
} from '../home/installation.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../postgres/embedded-postgres.ts'
import { pause } from './supervised-process.ts'

/** Durable, as in production: what was acknowledged survives a power cut. */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '120',
  shared_buffers: '256MB',
  wal_compression: 'on',
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
}
const RESTART_DELAY_MS = 1000

export type EmbeddedDatabase = { stop(): Promise<void> }

/**
 * Starts PostgreSQL and keeps it running, makes the two databases and their roles where they are missing, and
 * brings the product's up to this version.
 *
 * @param started told the process number, now and after every restart
 */
export async function startDatabase(
  installation: Installation,
  started: (pid: number) => void,
  report: (message: string) => void,
): Promise<EmbeddedDatabase> {
  const options = {
    directory: installation.home.postgres,
    port: installation.ports.postgres,
    settings: SETTINGS,
  }
  let server = await startEmbeddedPostgres(options)
  started(server.pid)
  try {
    await makeDatabases(server, installation)
    await migrate(databaseUrl(installation, 'owner'), migrationSources, rolePasswords(installation))
    await restrictConnections(server)
  } catch (error) {
    await server.stop()
    throw error
  }

  const stopping = new AbortController()
  async function keepRunning(): Promise<void> {
    for (;;) {
      const how = await server.exited
      if (stopping.signal.aborted) return
      report(
        `PostgreSQL ended (${how}); starting it again. Its log: ${installation.home.postgres}/postgres.log`,
      )
      await pause(RESTART_DELAY_MS, stopping.signal)
      if (stopping.signal.aborted) return
      try {
        server = await startEmbeddedPostgres(options)
        started(server.pid)
        report('PostgreSQL started again.')
      } catch (error) {
        report(error instanceof Error ? error.message : String(error))
      }
    }
  }
  const running = keepRunning()
  return {
    async stop() {
      stopping.abort()
      await server.stop()
      await running
    },
  }
}

async function makeDatabases(server: EmbeddedPostgres, { secrets }: Installation): Promise<void> {
  const client = new pg.Client({ connectionString: server.superuserUrl() })
  await client.connect()
  try {
    await makeRole(client, MIGRATOR, 'CREATEROLE', secrets.migratorPassword)
    await makeRole(client, SANDBOX_ROLE, 'NOCREATEROLE', secrets.sandboxPassword)
    await makeDatabase(client, PRODUCT_DATABASE, MIGRATOR)
    await makeDatabase(client, SANDBOX_DATABASE, SANDBOX_ROLE)
  } finally {
    await client.end()
  }
}

/** The product cannot look into the reference platform's database, nor that into ours: they meet by HTTP alone. */
async function restrictConnections(server: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: server.superuserUrl() })
  await client.connect()
  try {
    const { rows } = await client.query<{ rolname: string }>(
      "SELECT rolname FROM pg_roles WHERE rolname LIKE 'countersign\\_%' AND rolcanlogin ORDER BY rolname",
    )
    const roles = rows.map(({ rolname }) => pg.escapeIdentifier(rolname)).join(', ')
    await client.query(
      `REVOKE CONNECT, TEMPORARY ON DATABASE ${PRODUCT_DATABASE}, ${SANDBOX_DATABASE} FROM PUBLIC`,
    )
    await client.query(`GRANT CONNECT ON DATABASE ${PRODUCT_DATABASE} TO ${roles}`)
  } finally {
    await client.end()
  }
}

async function makeRole(client: pg.Client, role: string, rights: string, password: string): Promise<void> {
  const name = pg.escapeIdentifier(role)
  const exists = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role])
  if (exists.rowCount === 0) await client.query(`CREATE ROLE ${name} LOGIN ${rights}`)
  await client.query(`ALTER ROLE ${name} PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`)
}

async function makeDatabase(client: pg.Client, database: string, owner: string): Promise<void> {
  const exists = await client.query('SELECT FROM pg_database WHERE datname = $1', [database])
  if (exists.rowCount === 0)
    await client.query(`CREATE DATABASE ${database} OWNER ${pg.escapeIdentifier(owner)}`)
}

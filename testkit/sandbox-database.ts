import { randomBytes } from 'node:crypto'
import { startSandbox } from '@countersign/sandbox/start-sandbox.ts'
import pg from 'pg'
import { inject } from 'vitest'
import { withholdOwnObjects } from './test-database.ts'

/** Of the world that every product under test begins with. */
export const SANDBOX_SEED = 'test'
const TEMPLATE = 'sandbox_template'

/** A database for a sandbox of this test file's own, cloned from one that was filled once per run. */
export async function createSandboxDatabase(): Promise<{
  readonly url: string
  readonly drop: () => Promise<void>
}> {
  const server = inject('postgresUrl')
  const name = `sandbox_${randomBytes(6).toString('hex')}`
  await withAdmin(server, async (admin) => {
    await admin.query('SELECT pg_advisory_lock(hashtext($1))', [TEMPLATE])
    const made = await admin.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE])
    if (made.rowCount === 0) await makeTemplate(server, admin)
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`)
    await withholdOwnObjects(admin, name)
  })
  return {
    url: urlOf(server, name),
    drop: () =>
      withAdmin(server, async (admin) => {
        await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      }),
  }
}

/** Whoever does not get to its end leaves nothing by the template's name. */
async function makeTemplate(server: string, admin: pg.Client): Promise<void> {
  const unfinished = `${TEMPLATE}_new`
  await admin.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`)
  await admin.query(`CREATE DATABASE ${unfinished}`)
  const sandbox = await startSandbox({
    databaseUrl: urlOf(server, unfinished),
    port: 0,
    apiKey: randomBytes(16).toString('hex'),
    stagingKey: randomBytes(16).toString('hex'),
    seed: SANDBOX_SEED,
    trickle: false,
  })
  await sandbox.close()
  await admin.query(`ALTER DATABASE ${unfinished} RENAME TO ${TEMPLATE}`)
}

/** A lock that is taken goes with the connection. */
async function withAdmin(server: string, doing: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  try {
    await doing(admin)
  } finally {
    await admin.end()
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.toString()
}

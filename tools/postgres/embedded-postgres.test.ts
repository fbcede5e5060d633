import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@countersign/kernel/db/migrate.ts'
import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import { freePort } from '@countersign/testkit/free-port.ts'
import pg from 'pg'
import { expect, test } from 'vitest'
import { startEmbeddedPostgres } from './embedded-postgres.ts'

/** `/var/tmp`: PostgreSQL may run as another account, which must reach it. */
const ROOT = process.platform === 'win32' ? tmpdir() : '/var/tmp'

test('the log of the embedded server is its owner’s alone, and no password is in it', async () => {
  const directory = mkdtempSync(join(ROOT, 'countersign-postgres-'))
  const port = await freePort()
  const server = await startEmbeddedPostgres({
    directory,
    port,
    settings: { log_statement: 'all', fsync: 'off' },
  })
  try {
    const secret = randomBytes(16).toString('hex')
    await migrate(server.superuserUrl(), [kernelMigrations], { app: secret })
    const app = new pg.Client({
      connectionString: `postgres://countersign_app:${secret}@127.0.0.1:${port}/postgres`,
    })
    await app.connect()
    await app.end()
    const log = join(directory, 'postgres.log')
    expect(readFileSync(log, 'utf8')).toMatch(/ALTER ROLE "countersign_app" PASSWORD 'SCRAM-SHA-256\$/)
    expect(readFileSync(log, 'utf8')).not.toContain(secret)
    expect(statSync(log).mode & 0o777).toBe(0o600)
  } finally {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})

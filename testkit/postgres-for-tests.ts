import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@countersign/tools/postgres/embedded-postgres.ts'
import { compilePrograms } from '@countersign/tools/programs/programs.mjs'
import type { TestProject } from 'vitest/node'
import { freePort } from './free-port.ts'

/** `/var/tmp`, not the system's own choice: PostgreSQL may run as another account, which must reach it. */
const TEMPORARY_ROOT = process.platform === 'win32' ? (process.env.TEMP ?? '.') : '/var/tmp'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
  }
}

/** Starts one PostgreSQL for the whole test run, in which every test file makes its own databases, and compiles what tests start as processes. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await compilePrograms()
  const directory = await mkdtemp(join(TEMPORARY_ROOT, 'countersign-test-'))
  const server = await startEmbeddedPostgres({
    directory,
    port: await freePort(),
    settings: {
      max_connections: '300',
      shared_buffers: '256MB',
      // Tests that prove durability start a server of their own; here an fsync only costs time.
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      autovacuum_naptime: '10s',
    },
  })
  project.provide('postgresUrl', server.superuserUrl())
  return async () => {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

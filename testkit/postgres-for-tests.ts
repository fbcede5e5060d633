import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@countersign/tools/postgres/embedded-postgres.ts'
import { compilePrograms } from '@countersign/tools/programs/programs.mjs'
import type { TestProject } from 'vitest/node'
import { freePort } from './free-port.ts'
import { roomForDatabases } from './room-for-databases.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
  }
}

/** Starts one PostgreSQL for the whole test run, in which every test file makes its own databases, and compiles what tests start as processes. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await compilePrograms()
  const directory = await mkdtemp(join(roomForDatabases(), 'countersign-test-'))
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
      max_wal_size: '512MB',
      autovacuum_naptime: '10s',
      // Tests connect thousands of times, by the same exchange as everybody; only each guess at a secret costs less.
      scram_iterations: '1',
    },
  })
  project.provide('postgresUrl', server.superuserUrl())
  return async () => {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

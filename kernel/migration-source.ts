import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MigrationSource } from './db/migrate.ts'

export const kernelMigrations: MigrationSource = {
  module: 'kernel',
  directory: dirname(fileURLToPath(import.meta.url)),
}

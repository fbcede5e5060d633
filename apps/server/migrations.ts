import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MigrationSource } from '@countersign/kernel/db/migrate.ts'
import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import { roles } from './roles.ts'

/** Every module with tables of its own, in dependency order: the kernel, then the consoles. */
export const migrationSources: readonly MigrationSource[] = [
  { ...kernelMigrations, roles },
  {
    module: 'transfers',
    directory: dirname(fileURLToPath(import.meta.resolve('@countersign/transfers/console.ts'))),
  },
]

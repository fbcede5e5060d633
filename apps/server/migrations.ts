import { declaredActions } from '@countersign/kernel/actions/declare-actions.ts'
import type { MigrationSource } from '@countersign/kernel/db/migrate.ts'
import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import { declarations } from './declarations.ts'
import { roles } from './roles.ts'

/** Every module with tables of its own, in dependency order: the kernel, then the consoles. */
export const migrationSources: readonly MigrationSource[] = [
  { ...kernelMigrations, roles, actions: declaredActions(declarations) },
  ...declarations
    .filter(({ migrations }) => migrations.module !== kernelMigrations.module)
    .map(({ migrations, queues }) => ({ ...migrations, queues })),
]

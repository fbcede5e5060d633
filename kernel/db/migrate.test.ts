import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import { createTestDatabase } from '@countersign/testkit/test-database.ts'
import { expect, test } from 'vitest'
import { migrate } from './migrate.ts'

test('a second migration of the same version applies nothing', async () => {
  const database = await createTestDatabase([kernelMigrations])
  const report = await migrate(database.url('superuser'), [kernelMigrations])
  expect(report).toEqual({ applied: [], routines: [] })
  await database.drop()
})

import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import { createTestDatabase } from '@countersign/testkit/test-database.ts'
import { expect, test } from 'vitest'
import { migrate, pendingMigrations } from './migrate.ts'

test('a second migration of the same version applies nothing', async () => {
  const database = await createTestDatabase([kernelMigrations])
  const report = await migrate(database.url('superuser'), [kernelMigrations])
  expect(report).toEqual({ applied: [], routines: [] })
  await database.drop()
})

test('what is pending is known before it is applied, and nothing is pending after', async () => {
  const database = await createTestDatabase([kernelMigrations])
  const unmigrated = await createTestDatabase([])
  const auditor = database.pool('auditor')
  expect(await pendingMigrations(auditor, [kernelMigrations])).toEqual([])
  const pending = await pendingMigrations(unmigrated.pool('superuser'), [kernelMigrations])
  expect(pending[0]).toBe('kernel/0001_foundation.sql')
  expect(pending.some((name) => name.endsWith('.routine.sql'))).toBe(true)
  await Promise.all([database.drop(), unmigrated.drop()])
})

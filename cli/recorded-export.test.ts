import { userInfo } from 'node:os'
import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { auditDefaults } from './installation-access.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await database?.drop()
})

test('K-31 an export by command line is an entry that names the account at the machine, by a commitment alone', async () => {
  vi.stubEnv('APP_DATABASE_URL', database.url('app'))
  await auditDefaults.recordExport?.({ kind: 'export', outcome: 'allowed', detail: { format: 'csv' } })
  const { rows } = await database.pool('superuser').query<{ named: string; text: string }>(
    `SELECT p."values" #>> '{personal.os_user,value}' AS named, convert_from(e.canonical, 'UTF8') AS text
       FROM kernel.audit_entry e JOIN kernel.audit_personal p USING (entry_id)
      WHERE e.action = 'audit.export'`,
  )
  expect(rows.map(({ named }) => named)).toEqual([userInfo().username])
  expect(JSON.parse(rows[0]?.text ?? '{}')).toMatchObject({ kind: 'export', actor: { id: 'system:cli' } })
  expect(rows[0]?.text).not.toContain(`"${userInfo().username}"`)
})

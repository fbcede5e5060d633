import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { migrationSources } from '@countersign/server/migrations.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ISSUER = 'https://id.example'
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase(migrationSources)
})
afterAll(() => database?.drop())

type Run = { code: number; stdout: string; stderr: string }

function first(args: readonly string[], env: NodeJS.ProcessEnv = { OIDC_ISSUER: ISSUER }): Promise<Run> {
  const program = fileURLToPath(new URL('./countersign.mjs', import.meta.url))
  const DATABASE_URL = database.url('superuser')
  return new Promise((done) => {
    execFile(
      process.execPath,
      [program, 'admin', 'first', ...args],
      { env: { PATH: process.env.PATH, DATABASE_URL, ...env } },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })
}

const rolesOf = async (person: string) => {
  const { rows } = await database
    .pool('superuser')
    .query<{ roles: string[] }>('SELECT kernel.current_roles($1) AS roles', [person])
  return rows[0]?.roles
}

test('K-46 the first administrator of a console is made once, on the server, and that is in the audit log', async () => {
  const made = await first(['--role', 'transfers/ADMIN', '--subject', 'amara'])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(made.stdout).toContain('amara holds transfers/ADMIN')
  expect(await rolesOf('amara')).toEqual(['transfers/ADMIN'])
  const { rows } = await database
    .pool('superuser')
    .query(
      `SELECT kind, event_sub_type, severity, actor_id, target_id, outcome FROM kernel.audit_entry ORDER BY seq`,
    )
  expect(rows).toEqual([
    {
      kind: 'security',
      event_sub_type: 'FIRST_ADMINISTRATOR',
      severity: 'HIGH',
      actor_id: 'system:cli',
      target_id: 'amara',
      outcome: 'granted',
    },
  ])

  const again = await first(['--role', 'transfers/ADMIN', '--subject', 'mallory'])
  expect(again.code).toBe(1)
  expect(again.stderr).toContain('already has had an administrator')
  expect(await rolesOf('mallory')).toBeNull()
  const entries = await database
    .pool('superuser')
    .query('SELECT count(*)::int AS entries FROM kernel.audit_entry')
  expect(entries.rows).toEqual([{ entries: 1 }])
})

test('K-46 another console has a first administrator of its own, but not one whom money and platform would share', async () => {
  const conflicting = await first(['--role', 'platform/PLATFORM_ADMIN', '--subject', 'amara'])
  expect(conflicting.code).toBe(1)
  expect(conflicting.stderr).toContain('conflicts')
  expect((await first(['--role', 'platform/PLATFORM_ADMIN', '--subject', 'marek'])).code).toBe(0)
  expect(await rolesOf('marek')).toEqual(['platform/PLATFORM_ADMIN'])
})

test('K-46 a subject that is an e-mail address is known by its hash', async () => {
  const made = await first(['--role', 'hub/OPERATOR', '--subject', 'claire@example.test'])
  expect(made.stdout).toMatch(/^p_[0-9a-f]{32} holds hub\/OPERATOR/)
})

test('K-46 a role that nobody declares is refused with the list; an issuer must be known', async () => {
  const unknown = await first(['--role', 'transfers/GOD', '--subject', 'x'])
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('transfers/COMPLIANCE')
  const nowhere = await first(['--role', 'treasury/pay_admin', '--subject', 'x'], {})
  expect(nowhere.code).toBe(1)
  expect(nowhere.stderr).toContain('OIDC_ISSUER')
})

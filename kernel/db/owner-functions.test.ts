import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import { LOGIN_ROLES, type LoginRole } from './migrate.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  await database
    .pool('superuser')
    .query(
      `INSERT INTO kernel.person (person_id, kind, issuer, subject) VALUES ('mallory', 'person', 'issuer', 'mallory')`,
    )
}, 60_000)
afterAll(() => database?.drop())

test('I12 what runs with the owner’s rights is to be called by those it was given to, and by nobody else', async () => {
  const { rows } = await database.pool('superuser').query(
    `SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prosecdef
        AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a
                                          WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE'))`,
  )
  expect(rows).toEqual([])
})

test.each(Object.keys(LOGIN_ROLES) as LoginRole[])(
  'K-46 I12 as %s nobody gives a role by a trigger of their own, even where a table can be made',
  async (role) => {
    const superuser = database.pool('superuser')
    await superuser.query(`GRANT TEMPORARY ON DATABASE "${database.name}" TO ${LOGIN_ROLES[role]}`)
    const login = database.pool(role, { max: 1 })
    await login.query(
      `CREATE TEMP TABLE told (event_id uuid, tenant_id text, stream text, type text, payload jsonb, actor_id text, request_id uuid)`,
    )
    await expect(
      login.query(
        'CREATE TRIGGER told AFTER INSERT ON told FOR EACH ROW EXECUTE FUNCTION kernel.apply_role_event()',
      ),
    ).rejects.toMatchObject({ code: '42501' })
  },
)

import { randomUUID } from 'node:crypto'
import { auditOf } from '@countersign/kernel/actions/audit-parts.ts'
import { LOGIN_ROLES, migrate } from '@countersign/kernel/db/migrate.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrationSources } from './migrations.ts'

/** A database as `CREATE DATABASE` makes it, on a server of one's own. */
let database: TestDatabase
let superuser: pg.Pool
let app: pg.Pool

beforeAll(async () => {
  const first = await createTestDatabase(migrationSources)
  await first.drop()
  database = await createTestDatabase([])
  superuser = database.pool('superuser', { max: 1 })
  await superuser.query(`GRANT TEMPORARY ON DATABASE ${database.name} TO PUBLIC`)
  await superuser.query(`GRANT CREATE ON SCHEMA public TO PUBLIC`)
  await migrate(database.url('superuser'), migrationSources)
  app = database.pool('app', { max: 1 })
})
afterAll(() => database.drop())

test('K-32 every routine that runs as its owner names pg_temp, and names it last', async () => {
  const { rows } = await superuser.query<{ routine: string; path: string | null }>(
    `SELECT p.oid::regprocedure::text AS routine,
            (SELECT setting FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search\\_path=%') AS path
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
  )
  expect(rows.length).toBeGreaterThan(20)
  expect(rows.filter(({ path }) => !path || !/^search_path=pg_catalog,.* pg_temp$/.test(path))).toEqual([])
})

test('K-32 after a migration nobody who serves the product makes objects of their own', async () => {
  for (const role of Object.keys(LOGIN_ROLES) as (keyof typeof LOGIN_ROLES)[]) {
    const pool = database.pool(role, { max: 1 })
    for (const statement of [
      'CREATE TEMPORARY TABLE mine (n integer)',
      'CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid',
      `CREATE FUNCTION pg_temp.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
      'CREATE TABLE public.mine (n integer)',
      'CREATE TABLE kernel.mine (n integer)',
      'CREATE SCHEMA mine',
    ]) {
      await expect(pool.query(statement), `${role}: ${statement}`).rejects.toMatchObject({ code: '42501' })
    }
  }
})

test('K-32 a migration that cannot withdraw the right to make objects says so, and how', async () => {
  await superuser.query(`GRANT TEMPORARY ON DATABASE ${database.name} TO countersign_signer`)
  await expect(migrate(database.url('superuser'), migrationSources)).rejects.toThrow(
    /countersign_signer has TEMPORARY ON DATABASE.*As the owner of the database: REVOKE/,
  )
  await superuser.query(`REVOKE TEMPORARY ON DATABASE ${database.name} FROM countersign_signer`)
})

test('K-32 a type of the same name in pg_temp is not run as the owner, even where it can be made', async () => {
  await superuser.query(`GRANT TEMPORARY ON DATABASE ${database.name} TO countersign_app`)
  const client = await app.connect()
  try {
    await client.query(`CREATE FUNCTION pg_temp.run(u pg_catalog.uuid) RETURNS boolean LANGUAGE plpgsql AS $$
      BEGIN
        IF current_user = 'countersign_owner' THEN
          GRANT INSERT ON kernel.role_grant TO countersign_app;
        END IF;
        RETURN true;
      END $$`)
    await client.query(
      'CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid CHECK (pg_temp.run(VALUE::pg_catalog.uuid))',
    )
    // A write that is carried through, so that nothing the type does is rolled back with it.
    const parts = {
      tenant_id: null,
      idempotency: {
        ...{ actor_id: 'mallory', door: 'GET /', key: 'k', digest: '00', status: 409, answer: {} },
        request_id: randomUUID(),
      },
      events: [],
      audit: auditOf(
        { now: () => new Date() },
        { kind: 'read', actor: { id: 'mallory', roles: [] }, outcome: 'refused' },
      ),
    }
    const written = await client.query('SELECT kernel.commit_write($1) ->> $2 AS result', [
      JSON.stringify(parts),
      'result',
    ])
    expect(written.rows).toEqual([{ result: 'committed' }])
  } finally {
    client.release()
    await superuser.query(`REVOKE TEMPORARY ON DATABASE ${database.name} FROM countersign_app`)
  }
  const { rows } = await superuser.query(
    `SELECT has_table_privilege('countersign_app', 'kernel.role_grant', 'INSERT') AS may`,
  )
  expect(rows).toEqual([{ may: false }])
})

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

test('O-02 an account that has the id of a process stops the migration that refuses it, and the message says what to do', async () => {
  const database = await createTestDatabase([kernelMigrations])
  const superuser = database.pool('superuser')
  const update = () => migrate(database.url('superuser'), [kernelMigrations])
  try {
    await superuser.query(`
      ALTER TABLE kernel.person DROP CONSTRAINT person_id_names_a_person;
      DELETE FROM migration.applied WHERE name = '0059_ids_of_people.sql';
      INSERT INTO kernel.person (person_id, kind, issuer, subject, email)
      VALUES ('system:clock', 'person', 'https://id.example.test', 'system:clock', 'o@example.test'),
             ('ME', 'machine', 'https://id.example.test', 'ME', NULL),
             ('mei', 'person', 'https://id.example.test', 'mei', 'mei@example.test')`)
    const guards = `SELECT tgrelid::regclass::text AS of, tgname, tgenabled FROM pg_trigger
                     WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'kernel.%' ORDER BY 1, 2`
    const before = (await superuser.query(guards)).rows
    const message = await update().then(
      () => '',
      (error: Error) => error.message,
    )
    expect(message).toMatch(/^Migration kernel\/0059_ids_of_people\.sql failed: .*"ME", "system:clock"\. /)
    const statements = message.slice(message.indexOf('BEGIN;'))
    await superuser.query(statements)
    expect((await update()).applied).toEqual(['kernel/0059_ids_of_people.sql'])
    const { rows } = await superuser.query(
      `SELECT p.person_id ~ '^p_[0-9a-f]{32}$' AS renamed, subject, count(a)::integer AS addresses
         FROM kernel.person p LEFT JOIN kernel.person_address a USING (person_id)
        WHERE issuer = 'https://id.example.test' GROUP BY p.person_id ORDER BY subject COLLATE "C"`,
    )
    expect(rows).toEqual([
      { renamed: true, subject: 'ME', addresses: 0 },
      { renamed: false, subject: 'mei', addresses: 1 },
      { renamed: true, subject: 'system:clock', addresses: 1 },
    ])
    expect((await superuser.query(guards)).rows).toEqual(before)
  } finally {
    await database.drop()
  }
})

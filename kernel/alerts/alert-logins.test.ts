import {
  createTestAuditLog,
  encodeTestEntry,
  type TestAuditLog,
  testFacts,
} from '@countersign/testkit/audit-log.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { toJsonb } from '../audit/audit-entry.ts'
import { LOGIN_ROLES, type LoginRole } from '../db/migrate.ts'
import { kernelMigrations } from '../migration-source.ts'
import { reportAlert, reportOver } from './report-alert.ts'

const LOGINS = Object.keys(LOGIN_ROLES) as LoginRole[]
const DENIED = '42501'
const REFUSED = '23001'

let database: TestDatabase
let log: TestAuditLog
beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  log = createTestAuditLog(database)
}, 60_000)
afterAll(async () => {
  log?.remove()
  await database?.drop()
})
beforeEach(() => database.pool('superuser').query('TRUNCATE kernel.alert CASCADE'))

/** A role of both sides asserted of this person: the entry that the server writes of it. */
async function rolesInConflict(person: string): Promise<void> {
  const { actionRequestId: _request, transition: _transition, ...facts } = testFacts()
  const entry = encodeTestEntry({
    ...facts,
    ...{ kind: 'security', eventSubType: 'ROLES_IN_CONFLICT', severity: 'HIGH', outcome: 'refused' },
    actor: { id: person, roles: [] },
  })
  await database
    .pool('app')
    .query('SELECT kernel.append_audit($1::jsonb)', [JSON.stringify(toJsonb([entry]))])
}

const alerts = async () =>
  (
    await database.pool('superuser').query<{ key: string; audience: string; over: boolean }>(
      `SELECT dedupe_key AS key, audience, resolved_at IS NOT NULL AS over FROM kernel.alert
        WHERE kind = 'kernel.security_event' ORDER BY raised_at`,
    )
  ).rows

const codeOf = (login: LoginRole, sql: string) =>
  database
    .pool(login)
    .query(sql)
    .then(
      () => 'allowed',
      ({ code }: { code: string }) => code,
    )

test('K-47 I5 no login gets ahead of a security event under its key, to have it told to nobody', async () => {
  for (const login of LOGINS) {
    const key = `ROLES_IN_CONFLICT/${login}-eve`
    for (const [sql, codes] of [
      [
        `SELECT kernel.raise_alert('kernel.security_event', '${key}', 'nowhere', '{}', false, NULL)`,
        [DENIED],
      ],
      [`SELECT kernel.report_alert('kernel.security_event', '${key}', '{}')`, [REFUSED, DENIED]],
      [`SELECT kernel.report_alert('kernel.emergency_in_force', '${key}', '{}')`, [REFUSED, DENIED]],
      [
        `SELECT kernel.sync_alerts(ARRAY['kernel.security_event'],
           '[{"kind": "kernel.security_event", "key": "${key}", "audience": "nowhere", "facts": {}}]', now())`,
        ['42883'],
      ],
    ] as const) {
      expect(codes, `${login}: ${sql}`).toContain(await codeOf(login, sql))
    }
    await rolesInConflict(`${login}-eve`)
  }
  expect(await alerts()).toEqual(
    LOGINS.map((login) => ({ key: `ROLES_IN_CONFLICT/${login}-eve`, audience: 'audit', over: false })),
  )
})

test('K-47 I5 no login ends what is over only once a person has seen to it', async () => {
  await rolesInConflict('eve')
  for (const login of LOGINS) {
    for (const [sql, codes] of [
      [`SELECT kernel.resolve_alert('kernel.security_event', 'ROLES_IN_CONFLICT/eve')`, [DENIED]],
      [`SELECT kernel.report_over('kernel.security_event', 'ROLES_IN_CONFLICT/eve')`, [REFUSED, DENIED]],
      [`SELECT kernel.apply_alert_step('[]')`, [DENIED]],
    ] as const) {
      expect(codes, `${login}: ${sql}`).toContain(await codeOf(login, sql))
    }
  }
  expect(await alerts()).toEqual([{ key: 'ROLES_IN_CONFLICT/eve', audience: 'audit', over: false }])

  const key = { kind: 'kernel.key_unreadable', key: 'subject_key' }
  await reportAlert(database.pool('app'), { ...key, facts: {} })
  await reportOver(database.pool('dispatcher'), key)
  const { rows } = await database
    .pool('superuser')
    .query(
      `SELECT audience, resolved_at IS NULL AS open FROM kernel.alert WHERE kind = 'kernel.key_unreadable'`,
    )
  expect(rows).toEqual([{ audience: 'kernel', open: true }])
})

test('K-47 what a process reports of itself is told to whom it is meant for, and is over when it says so', async () => {
  const dispatcher = database.pool('dispatcher')
  const late = { kind: 'kernel.queue_late', key: 'transfers.exceptions' }
  await reportAlert(dispatcher, { ...late, facts: { queue: late.key } })
  const { rows } = await database.pool('superuser').query('SELECT kind, audience, lasting FROM kernel.alert')
  expect(rows).toEqual([{ kind: late.kind, audience: 'transfers', lasting: true }])
  await reportOver(dispatcher, late)
  const after = await database.pool('superuser').query('SELECT FROM kernel.alert WHERE resolved_at IS NULL')
  expect(after.rowCount).toBe(0)
})

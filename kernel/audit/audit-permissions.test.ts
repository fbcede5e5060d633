import {
  createTestAuditLog,
  encodeTestEntry,
  type TestAuditLog,
  testFacts,
} from '@countersign/testkit/audit-log.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGIN_ROLES, type LoginRole } from '../db/migrate.ts'
import { kernelMigrations } from '../migration-source.ts'
import { canonicalJson } from '../personal-data/canonical-json.ts'
import { type AuditFacts, auditColumns, commitmentOf, toJsonb } from './audit-entry.ts'

let database: TestDatabase
let log: TestAuditLog
let tables: string[]

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  log = createTestAuditLog(database)
  // Every table holds a row: a refusal that only a matching row brings about must show.
  await log.grow(300)
  await log.append(1)
  const superuser = database.pool('superuser')
  await superuser.query(`SET ROLE countersign_signer`)
  await superuser.query(`SELECT kernel.record_audit_halt(true, 'fork', 'for the test')`)
  await superuser.query('RESET ROLE')
  const { rows } = await superuser.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname = 'kernel' AND tablename LIKE 'audit%' ORDER BY 1`,
  )
  tables = rows.map((row) => row.name)
})
afterAll(async () => {
  log.remove()
  await database.drop()
})

/** Of what is no action and no step of a request: the server may append it by itself. */
function ownFacts(): AuditFacts {
  const { actionRequestId: _request, transition: _transition, ...facts } = testFacts()
  return { ...facts, kind: 'read', outcome: 'ok' }
}

/** The statements that would change a table, whatever it holds. */
async function changesOf(client: pg.PoolClient | pg.Pool, table: string): Promise<string[]> {
  const { rows } = await client.query<{ column: string }>(
    `SELECT quote_ident(attname) AS column FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  )
  const columns = rows.map((row) => row.column)
  return [
    ...columns.map((column) => `UPDATE ${table} SET ${column} = ${column}`),
    `DELETE FROM ${table}`,
    `TRUNCATE ${table}`,
    `TRUNCATE ${table} CASCADE`,
    `INSERT INTO ${table} SELECT * FROM ${table} LIMIT 1`,
  ]
}

describe.each(Object.keys(LOGIN_ROLES) as LoginRole[])('K-32 as %s', (role) => {
  test('no table of the audit log can be changed', async () => {
    const superuser = database.pool('superuser', { max: 1 })
    const pool = database.pool(role, { max: 1 })
    expect(tables).toHaveLength(12)
    for (const table of tables) {
      for (const statement of await changesOf(superuser, table)) {
        await expect(pool.query(statement), `${role}: ${statement}`).rejects.toMatchObject({ code: '42501' })
      }
    }
  })

  test('nothing of it can be altered, dropped or emptied by other means', async () => {
    const pool = database.pool(role, { max: 1 })
    for (const statement of [
      `SELECT kernel.insert_audit('[]')`,
      'ALTER TABLE kernel.audit_entry DISABLE TRIGGER ALL',
      'DROP TABLE kernel.audit_entry',
      'ALTER TABLE kernel.audit_entry DETACH PARTITION kernel.audit_entry_p0',
      'DROP FUNCTION kernel.append_audit(jsonb)',
      'SET ROLE countersign_owner',
      `SET session_replication_role = 'replica'`,
      `SELECT setval('kernel.audit_seq', 1)`,
    ]) {
      await expect(pool.query(statement), `${role}: ${statement}`).rejects.toMatchObject({ code: '42501' })
    }
  })
})

test('K-32 the owner is refused every change too, and with its triggers out of replication', async () => {
  const superuser = database.pool('superuser', { max: 1 })
  for (const mode of ['origin', 'replica']) {
    for (const table of tables) {
      for (const statement of await changesOf(superuser, table)) {
        await superuser.query('BEGIN')
        await superuser.query(`SET LOCAL session_replication_role = '${mode}'`)
        await superuser.query('SET LOCAL ROLE countersign_owner')
        await expect(superuser.query(statement), `${mode}: ${statement}`).rejects.toMatchObject({
          code: '23001',
        })
        await superuser.query('ROLLBACK')
      }
    }
  }
})

test('K-32 who may append, sequence and sign is who the grants name', async () => {
  const entries = JSON.stringify(toJsonb([encodeTestEntry(ownFacts())]))
  const calls: Record<string, { allowed: LoginRole[]; sql: string; values: unknown[] }> = {
    append: {
      allowed: ['app'],
      sql: 'SELECT kernel.append_audit($1::jsonb)',
      values: [entries],
    },
    sequence: { allowed: ['sequencer'], sql: 'SELECT * FROM kernel.take_audit_batch(1)', values: [] },
    publish: {
      allowed: ['signer'],
      sql: `SELECT kernel.publish_audit_checkpoint(9999999, sha256(''), 'x')`,
      values: [],
    },
    halt: {
      allowed: ['signer'],
      sql: `SELECT kernel.record_audit_halt(true, 'fork', 'x')`,
      values: [],
    },
  }
  for (const [name, { allowed, sql, values }] of Object.entries(calls)) {
    for (const role of Object.keys(LOGIN_ROLES) as LoginRole[]) {
      const outcome = await database
        .pool(role, { max: 1 })
        .query(sql, values)
        .then(
          () => 'allowed',
          (error: pg.DatabaseError) => error.code,
        )
      expect(outcome === '42501', `${role} ${name}: ${outcome}`).toBe(!allowed.includes(role))
    }
  }
})

test('K-32 a checkpoint ahead of the log, or behind the last, is refused by the database', async () => {
  const signer = database.pool('signer', { max: 1 })
  const publish = (size: number) =>
    signer.query(`SELECT kernel.publish_audit_checkpoint($1, sha256('other'), 'x')`, [size])
  await expect(publish(9_999_999)).rejects.toThrow(/ahead of the log/)
  await expect(publish(300)).rejects.toThrow(/follows one of size 300/)
  await expect(publish(3)).rejects.toThrow(/follows one of size 300/)
})

test('K-31 the routine keeps an entry as it was encoded, and its columns say what its bytes say', async () => {
  const entry = encodeTestEntry({
    ...ownFacts(),
    severity: 'HIGH',
    eventSubType: 'role_conflict',
    tenantId: 'acme',
    personal: { payee_name: 'Ünïcode "quotes" \\ and\nnewlines 😀' },
  })
  await database
    .pool('app')
    .query('SELECT kernel.append_audit($1::jsonb)', [JSON.stringify(toJsonb([entry]))])
  const { rows } = await database.pool('auditor').query(
    `SELECT e.*, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, p."values" AS personal,
            sha256('\\x00'::bytea || e.canonical) = e.leaf_hash AS hashed
       FROM kernel.audit_entry e JOIN kernel.audit_personal p USING (entry_id) WHERE entry_id = $1`,
    [entry.id],
  )
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject(entry.columns)
  expect(rows[0].canonical).toEqual(entry.canonical)
  expect(rows[0].personal).toEqual(entry.personal)
  expect(rows[0].hashed).toBe(true)
  expect(auditColumns(JSON.parse(rows[0].canonical.toString('utf8')))).toEqual(entry.columns)
})

test('K-31 every member and every text that the product can write goes in', async () => {
  const detail = {
    numbers: [0, -1, 1.5, 1e21, 1e-7, 123456789012345680000, 5e-324, 1.7976931348623157e308, 0.000001, -0.25],
    texts: ['"\\/\b\f\n\r\t\u0001\u001f\u007f', '\u2028', 'é', '😀', ''],
    nested: { b: { z: null, a: true }, '': [], A: {}, '😀': 1, '\ufb33': 2, é: 3, '10': 4, '9': 5 },
  }
  const entry = encodeTestEntry({
    ...testFacts(),
    severity: 'LOW',
    eventSubType: 'x',
    tenantId: 'acme',
    detail,
  })
  await database
    .pool('superuser')
    .query('SELECT kernel.insert_audit($1::jsonb)', [JSON.stringify(toJsonb([entry]))])
})

describe('K-31 K-33 an entry that no verification could pass is refused', () => {
  type Given = { canonical: string; personal: Record<string, unknown> }
  const id = '0190b0b0-0000-7000-8000-000000000001'
  const least = {
    v: 1,
    id,
    at: '2026-01-01T00:00:00.000Z',
    kind: 'read',
    actor: { id: 'x', roles: [] },
    outcome: 'ok',
  }
  const written = (fact: object, personal = {}): Given => ({ canonical: canonicalJson(fact), personal })
  const salt = Buffer.alloc(16, 1)
  const ip = { commitment: commitmentOf(salt, '10.0.0.1') }
  const opened = { salt: salt.toString('base64'), value: '10.0.0.1' }
  const text = canonicalJson(least)

  test.each<[string, Given]>([
    ['white space', { canonical: JSON.stringify(least, null, 2), personal: {} }],
    ['members out of order', { canonical: JSON.stringify(least), personal: {} }],
    ['a member twice', { canonical: text.replace('"outcome"', '"outcome":"bad","outcome"'), personal: {} }],
    ['an escape that is none', { canonical: text.replace('"ok"', '"\\u006fk"'), personal: {} }],
    ['an unknown member', written({ ...least, zzz: 1 })],
    ['an unknown member of a member', written({ ...least, actor: { id: 'x', name: 'y', roles: [] } })],
    ['a member that is null', written({ ...least, action: null })],
    ['a member of another type', written({ ...least, outcome: 1 })],
    ['no outcome', written({ ...least, outcome: undefined })],
    ['no roles', written({ ...least, actor: { id: 'x' } })],
    ['a role that is null', written({ ...least, actor: { id: 'x', roles: [null] } })],
    ['a role without a name', written({ ...least, actor: { id: 'x', roles: ['transfers/OPS', ''] } })],
    ['nobody', written({ ...least, actor: { id: '', roles: [] } })],
    ['another version', written({ ...least, v: 2 })],
    ['a time of another form', written({ ...least, at: '2026-01-01 00:00+05' })],
    ['no time', written({ ...least, at: 'infinity' })],
    ['detail that is text', written({ ...least, detail: 'x' })],
    [
      'detail out of order',
      { canonical: text.replace(',"id"', ',"detail":{"b":1,"a":2},"id"'), personal: {} },
    ],
    [
      'a number of another form',
      { canonical: text.replace(',"id"', ',"detail":{"a":1.0},"id"'), personal: {} },
    ],
    [
      'a value that does not open its commitment',
      written({ ...least, ip_address: { commitment: 'AAAA' } }, { ip_address: opened }),
    ],
    ['a value without a commitment', written(least, { ip_address: opened })],
    ['a commitment without a value', written({ ...least, ip_address: ip })],
    ['a value at another path', written({ ...least, ip_address: ip }, { user_agent: opened })],
    [
      'a member beside salt and value',
      written({ ...least, ip_address: ip }, { ip_address: { ...opened, more: 1 } }),
    ],
    [
      'a value that is no text',
      written(
        { ...least, ip_address: { commitment: commitmentOf(salt, '5') } },
        { ip_address: { ...opened, value: 5 } },
      ),
    ],
    [
      'a short salt',
      written(
        { ...least, ip_address: { commitment: commitmentOf(Buffer.alloc(3), 'x') } },
        { ip_address: { salt: 'AAAA', value: 'x' } },
      ),
    ],
  ])('%s', async (_what, given) => {
    await expect(
      database.pool('app').query('SELECT kernel.append_audit($1::jsonb)', [JSON.stringify([given])]),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^2[23]/) })
  })

  test('a number that is shortened by what the session asks for', async () => {
    const app = await database.pool('app').connect()
    const given = (number: string) =>
      JSON.stringify([{ canonical: text.replace(',"id"', `,"detail":{"a":${number}},"id"`), personal: {} }])
    try {
      await app.query('BEGIN')
      await app.query('SET LOCAL extra_float_digits = 0')
      await app.query('SAVEPOINT before')
      await expect(
        app.query('SELECT kernel.append_audit($1::jsonb)', [given('4.94065645841247e-324')]),
      ).rejects.toMatchObject({ code: '23514' })
      await app.query('ROLLBACK TO before')
      await app.query('SELECT kernel.append_audit($1::jsonb)', [given('5e-324')])
    } finally {
      await app.query('ROLLBACK')
      app.release()
    }
  })

  test('and the least that is one goes in', async () => {
    const given = [written({ ...least, ip_address: ip }, { ip_address: opened })]
    await database.pool('app').query('SELECT kernel.append_audit($1::jsonb)', [JSON.stringify(given)])
  })
})

const { actionRequestId, transition } = testFacts()
test.each<[string, Partial<AuditFacts>]>([
  ['of a request', { actionRequestId }],
  ['of a move', { transition }],
  ['of a decision', { kind: 'approval' }],
  ['that an action was carried out', { kind: 'action', outcome: 'executed' }],
  [
    'that it was, as a security event',
    { kind: 'security', action: 'transfers.return_transfer', outcome: 'executed' },
  ],
  ['that something was sent', { kind: 'read', outcome: 'dispatching' }],
  ['in the name of a key of the log', { kind: 'security', actor: { id: 'signer:main', roles: [] } }],
  ['of what the dispatcher did', { actor: { id: 'system:dispatcher', roles: [] } }],
  ['that somebody was paged', { kind: 'system', actor: { id: 'system:alerts', roles: [] } }],
  ['in the name of any other process', { kind: 'system', actor: { id: 'system:newcomer', roles: [] } }],
  ['of what became of a file', { kind: 'system', actor: { id: 'system:evidence', roles: [] } }],
])('K-31 I5 nobody records by itself an entry %s', async (_what, facts) => {
  const audit = toJsonb([encodeTestEntry({ ...ownFacts(), ...facts })])
  const app = database.pool('app')
  await expect(
    app.query('SELECT kernel.append_audit($1::jsonb)', [JSON.stringify(audit)]),
  ).rejects.toMatchObject({ code: '23001' })
  const alone = JSON.stringify({ tenant_id: null, events: [], audit })
  await expect(app.query('SELECT kernel.commit_write($1::jsonb)', [alone])).rejects.toMatchObject({
    code: '23001',
  })
})

test.each(['dispatcher', 'sequencer', 'signer'] as const)(
  'K-31 the login of the %s records nothing that a person is said to have done',
  async (role) => {
    for (const kind of ['read', 'reveal', 'sign_in', 'export', 'denial', 'security'] as const) {
      const audit = toJsonb([encodeTestEntry({ ...ownFacts(), kind })])
      const alone = { tenant_id: null, events: [], audit }
      for (const [call, value] of [
        ['append_audit', audit],
        ['commit_write', alone],
        ['commit_outcome', alone],
      ] as const) {
        await expect(
          database.pool(role).query(`SELECT kernel.${call}($1::jsonb)`, [JSON.stringify(value)]),
          `${call} ${kind}`,
        ).rejects.toMatchObject({ code: '42501' })
      }
    }
  },
)

test('K-31 that an action was refused, or a record read, is recorded by itself', async () => {
  for (const facts of [{}, { kind: 'action' as const, outcome: 'refused' }]) {
    const audit = toJsonb([encodeTestEntry({ ...ownFacts(), ...facts })])
    await database
      .pool('app')
      .query('SELECT kernel.commit_write($1::jsonb)', [
        JSON.stringify({ tenant_id: null, events: [], audit }),
      ])
  }
})

test('K-31 the same entry twice is refused, and with it the whole transaction', async () => {
  const entries = JSON.stringify(toJsonb([encodeTestEntry(ownFacts())]))
  const app = database.pool('app')
  await app.query('SELECT kernel.append_audit($1::jsonb)', [entries])
  await expect(app.query('SELECT kernel.append_audit($1::jsonb)', [entries])).rejects.toMatchObject({
    code: '23505',
  })
})

test('another tenant’s entries cannot be read by app through SQL', async () => {
  const entry = encodeTestEntry({ ...ownFacts(), tenantId: 'globex' })
  const app = database.pool('app', { max: 1 })
  await app.query('SELECT kernel.append_audit($1::jsonb)', [JSON.stringify(toJsonb([entry]))])
  const seen = async () =>
    (await app.query('SELECT FROM kernel.audit_entry WHERE entry_id = $1', [entry.id])).rowCount
  expect(await seen()).toBe(0)
  await app.query(`SET countersign.tenants = 'acme,globex'`)
  expect(await seen()).toBe(1)
  await expect(app.query('SELECT FROM kernel.audit_entry_p0')).rejects.toMatchObject({ code: '42501' })
  await expect(app.query('SELECT FROM kernel.audit_personal')).rejects.toMatchObject({ code: '42501' })
})

test('partitions are made ahead of need, guarded like the first', async () => {
  const superuser = database.pool('superuser', { max: 1 })
  const sequencer = database.pool('sequencer', { max: 1 })
  const make = async () =>
    (await sequencer.query<{ made: number }>('SELECT kernel.ensure_audit_partitions() AS made')).rows[0]?.made
  expect(await make()).toBe(0)
  await superuser.query(`SELECT setval('kernel.audit_seq', 9999999)`)
  const [last, first] = await log.append(2)
  expect(await make()).toBe(1)
  const { rows } = await superuser.query<{ part: string; entry_id: string }>(
    'SELECT tableoid::regclass::text AS part, entry_id FROM kernel.audit_entry WHERE entry_id = ANY ($1)',
    [[last?.id, first?.id]],
  )
  expect(rows.map((row) => row.part)).toEqual(['kernel.audit_entry_p1', 'kernel.audit_entry_p1'])
  await superuser.query('BEGIN')
  await superuser.query('SET LOCAL ROLE countersign_owner')
  await expect(superuser.query('TRUNCATE kernel.audit_entry_p2')).rejects.toMatchObject({ code: '23001' })
  await superuser.query('ROLLBACK')
})

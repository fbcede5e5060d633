import { createTestAuditLog, type TestAuditLog } from '@countersign/testkit/audit-log.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { declaredForks, declaredRotations } from '../audit/declared-in-log.ts'
import { generateSignerKey, parseSignerKey } from '../audit/signed-note.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { kernelMigrations } from '../migration-source.ts'
import { canonicalJson, type Json } from '../personal-data/canonical-json.ts'

const FORGED = { code: '23001' }

let database: TestDatabase
let log: TestAuditLog
beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  log = createTestAuditLog(database)
  await log.grow(5)
}, 60_000)
afterAll(async () => {
  log?.remove()
  await database?.drop()
})

const entry = (facts: { readonly [member: string]: Json }) => ({
  canonical: canonicalJson({ v: 1, id: uuidV7(), at: new Date().toISOString(), ...facts }),
  personal: {},
})
/** What the process says that pages people, with its login. */
async function page(audit: readonly object[]): Promise<unknown> {
  const dispatcher = database.pool('dispatcher')
  const { rows } = await dispatcher.query(`SELECT kernel.report_alert('x.y', $1, '{}') AS id`, [uuidV7()])
  const told = { people: [], channels: [], deliveries: [] }
  return dispatcher.query('SELECT kernel.page_alert($1::jsonb)', [
    JSON.stringify({ alert_id: rows[0].id, pages: 0, counts: true, next_in_ms: 60_000, ...told, audit }),
  ])
}

test('I5 K-33 whoever pages people cannot put into the log that two of them have declared another key, or a fork', async () => {
  const [{ verifier_key: old_key }] = (
    await database.pool('signer').query('SELECT verifier_key FROM kernel.audit_signer_key')
  ).rows
  const new_key = parseSignerKey(generateSignerKey(old_key.split('+')[0])).text
  const tree = { size: 5, root: 'AAAA' }
  const steps = (action: string, detail: Json) =>
    [
      ['transfers-ADMIN', null, 'pending'],
      ['transfers-ADMIN-2', 'pending', 'executed'],
    ].map(([id, from, to]) =>
      entry({
        kind: 'action',
        actor: { id: String(id), roles: ['transfers/ADMIN'] },
        action,
        target: { kind: 'audit_log', id: 'main' },
        outcome: String(to),
        action_request_id: '0190b0b0-0000-7000-9000-000000000001',
        transition: { from: from ?? null, to: String(to), revision: 1 },
        detail,
      }),
    )
  const audit = [
    ...steps('kernel.rotate_audit_key', { rotation: { old_key, new_key } }),
    ...steps('kernel.recover_audit_log', { fork: { lost: tree, from: tree } }),
  ]
  await expect(page(audit)).rejects.toMatchObject(FORGED)
  await expect(page(audit.slice(0, 1))).rejects.toMatchObject(FORGED)
  await log.sequence()
  const signer = database.pool('signer')
  expect(await declaredRotations(signer, 0)).toEqual([])
  expect(await declaredForks(signer)).toEqual([])
})

test('K-47 K-31 what is recorded of telling somebody is that they were told, once, by the process', async () => {
  const told = { page: 1, people: [], channels: [] }
  const said = {
    kind: 'system',
    actor: { id: 'system:alerts', roles: [] },
    action: 'kernel.alert.page',
    outcome: 'nobody_reached',
    detail: told,
  }
  const of = { kind: 'alert', id: 'another' }
  await expect(page([])).rejects.toMatchObject(FORGED)
  await expect(page([entry({ ...said, target: of })])).rejects.toMatchObject(FORGED)
  await expect(
    page([entry({ ...said, actor: { id: 'transfers-ADMIN', roles: ['transfers/ADMIN'] }, target: of })]),
  ).rejects.toMatchObject(FORGED)
})

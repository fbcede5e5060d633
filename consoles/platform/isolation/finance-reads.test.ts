import type { PlatformSandbox } from '@countersign/testkit/platform-product.ts'
import { type Answer, type Client, eventually, type Product } from '@countersign/testkit/product.ts'
import { startTreasury } from '@countersign/testkit/treasury-product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROLE = 'platform/finance_reader'

let product: Product
let sandbox: PlatformSandbox
let admin: Client
let second: Client
let finance: Client

beforeAll(async () => {
  ;({ product, sandbox } = await startTreasury())
  admin = await product.as('platform/PLATFORM_ADMIN', { sub: 'admin-123' })
  second = await product.as('platform/PLATFORM_ADMIN', { sub: 'admin-2' })
  finance = await product.as('treasury/FINANCE_ADMIN', { sub: 'fin-1' })
  for (const each of [admin, second, finance]) await each.get('/v1/me')
}, 120_000)
afterAll(async () => {
  await product?.close()
  await sandbox?.drop()
})

const rolesOf = async (who: Client): Promise<string[]> => (await who.get('/v1/me')).body.roles ?? []
async function act(type: string, id: string, input: object, by = admin, code = 'review'): Promise<Answer> {
  const target = { kind: 'person', id }
  const path = `/v1/actions/kernel.${type}`
  const preview = await by.post(`${path}/preview`, { target, input })
  if (preview.status !== 200) return preview
  const reason = { code, note: 'An outage that the books have to follow.' }
  return by.post(path, { target, input, reason, preview_digest: preview.body.preview_digest })
}
const lend = (hours: unknown, id = finance.id, by = admin) => act('lend_role', id, { role: ROLE, hours }, by)
/** A note and a file, as finance writes them beside a record. */
const beside = async (record: string): Promise<Answer[]> => [
  await finance.post(`${record}/notes`, { text: 'Seen' }),
  await finance.post(`${record}/evidence?name=seen.csv`, 'id,amount\n1,2\n', { 'content-type': 'text/csv' }),
]
const agree = (asked: Answer, by = second) =>
  by.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
const takeAway = () => act('revoke_role', finance.id, { role: ROLE })

const READ = ['/api/ops/merchants', '/api/ops/transactions', '/api/ops/dashboard', '/api/ops/system-config']

test('P-11 FINANCE_ADMIN reads the platform console for hours by the word of two people, and does nothing there', async () => {
  for (const path of READ) expect((await finance.get(path)).status, path).toBe(403)
  const asked = await lend(8)
  expect(asked).toMatchObject({ status: 202, body: { state: 'pending', approvals: { required: 1 } } })
  expect(await rolesOf(finance)).toEqual(['treasury/FINANCE_ADMIN'])
  expect(await agree(asked, admin)).toMatchObject({ status: 403, body: { code: 'own_request' } })
  // Whom it is for does not even see it.
  expect((await agree(asked, finance)).status).toBe(404)
  expect(await agree(asked)).toMatchObject({ status: 200, body: { state: 'executed' } })
  expect(await rolesOf(finance)).toEqual([ROLE, 'treasury/FINANCE_ADMIN'])
  for (const path of READ) expect((await finance.get(path)).status, path).toBe(200)

  for (const path of [
    '/api/ops/audit-logs',
    '/api/ops/users/admin-123/sessions',
    '/v1/audit',
    '/v1/access-review',
  ]) {
    expect((await finance.get(path)).status, path).toBe(403)
  }
  const [merchant] = (await finance.get('/api/ops/merchants')).body.merchants
  for (const [method, path, body] of [
    ['PUT', `/api/ops/merchants/${merchant.id}/suspend`, { reason: 'fraud_suspected' }],
    ['POST', '/api/ops/users', { username: 'new', reason: 'joined' }],
    ['POST', '/v1/actions/platform.reveal_merchant', { target: { kind: 'merchant', id: merchant.id } }],
    ['POST', '/v1/actions/kernel.lend_role', { target: { kind: 'person', id: 'fin-1' }, input: {} }],
  ] as const) {
    expect((await finance.send(method, path, body)).status, path).toBe(403)
  }

  // Beside a record they write nothing, and are told so before they try; what came of it is in the log.
  const record = `/v1/entities/merchant/${merchant.id}`
  expect((await finance.get(`${record}/timeline`)).body.may_annotate).toBe(false)
  expect((await finance.get(`${record}/evidence`)).body.may_annotate).toBe(false)
  for (const refused of await beside(record)) {
    expect(refused, refused.text).toMatchObject({ status: 403, body: { code: 'lent_to_read' } })
  }
  // On their own side they write as before.
  const [entry] = (await finance.get('/api/ledger/entries?limit=1')).body.entries
  const theirs = `/v1/entities/ledger_entry/${entry.id}`
  expect((await finance.get(`${theirs}/timeline`)).body.may_annotate).toBe(true)
  for (const taken of await beside(theirs)) expect(taken.status, taken.text).toBe(201)

  // It is on the person's page and in the log, and the account is no user of the platform for it.
  const { body } = await admin.get(`/v1/entities/person/${finance.id}`)
  const [grant] = body.data.granted
  const hours = (Date.parse(grant.expires_at) - Date.parse(grant.granted_at)) / 3_600_000
  expect(grant.role).toBe(ROLE)
  expect(hours).toBeGreaterThan(7.99)
  expect(hours).toBeLessThanOrEqual(8)
  expect((await admin.get(`/api/ops/users/${finance.id}`)).status).toBe(404)
  const auditor = await product.as('kernel/auditor')
  const { body: log } = await auditor.get('/v1/audit?limit=200')
  expect(JSON.stringify(log.entries)).toContain('kernel.lend_role')
  const { body: denials } = await auditor.get('/v1/audit?kind=denial&action=kernel:annotate&limit=50')
  expect(denials.entries).toHaveLength(2)

  const again = await lend(1)
  expect(again).toMatchObject({ status: 400, body: { errors: [{ field: 'input.role' }] } })
  // One person ends it early.
  expect(await takeAway()).toMatchObject({ status: 200, body: { state: 'executed' } })
  for (const path of READ) expect((await finance.get(path)).status, path).toBe(403)
}, 60_000)

test('P-11 what was lent ends by itself, at its time', async () => {
  expect((await agree(await lend(1))).body.state).toBe('executed')
  expect((await finance.get('/api/ops/merchants')).status).toBe(200)
  await product.superuser.query(`
    ALTER TABLE kernel.role_grant DISABLE TRIGGER refuse_change;
    UPDATE kernel.role_grant SET expires_at = now() - interval '1 s' WHERE person_id = 'fin-1';
    ALTER TABLE kernel.role_grant ENABLE ALWAYS TRIGGER refuse_change;`)
  expect((await finance.get('/api/ops/merchants')).status).toBe(403)
  expect(await rolesOf(finance)).toEqual(['treasury/FINANCE_ADMIN'])
})

test('P-05 P-11 a limit of this console keeps nobody to whom it is lent from their own console', async () => {
  expect((await agree(await lend(1))).body.state).toBe('executed')
  const rule = { scope: 'console', route: '/api/settlements', limit: 1, window_s: 3_600, burst: 0 }
  const limited = await admin.send('POST', '/api/ops/rate-limits', { ...rule, reason: 'load' })
  expect(limited.status, limited.text).toBe(202)
  expect((await agree(limited)).status).toBe(200)
  await eventually('the limit', async () => (await admin.get('/api/settlements')).status === 429)
  for (const time of [1, 2, 3])
    expect([time, (await finance.get('/api/settlements')).status]).toEqual([time, 200])
  expect((await finance.get('/api/ops/merchants')).status).toBe(200)
  await takeAway()
})

test.each([
  [0, 'input.hours'],
  [9, 'input.hours'],
  [1.5, 'input.hours'],
  ['8', 'input.hours'],
  [undefined, 'input.hours'],
])('P-11 %s hours are refused, with what is allowed', async (hours, field) => {
  expect(await lend(hours)).toMatchObject({ status: 400, body: { errors: [{ field }] } })
})

test('P-11 it is lent to FINANCE_ADMIN alone, by nobody but the platform’s administrators, and given in no other way', async () => {
  const payer = await product.as('treasury/pay_admin', { sub: 'payer' })
  const operations = await product.as('platform/OPS_ADMIN', { sub: 'ops-1' })
  for (const each of [payer, operations]) await each.get('/v1/me')
  for (const id of ['payer', 'ops-1']) {
    expect(await lend(1, id)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'target.id', message: expect.stringContaining('treasury/FINANCE_ADMIN') }] },
    })
  }
  for (const by of [operations, finance, payer]) expect((await lend(1, finance.id, by)).status).toBe(403)
  expect((await act('change_role', finance.id, { role: ROLE }, admin)).status).toBe(403)
  // What a provider says of it counts for nothing, with the role that it is lent to or without.
  for (const roles of [[ROLE], [ROLE, 'treasury/FINANCE_ADMIN']]) {
    const said = await product.as('x', { sub: `said-${roles.length}`, roles })
    expect((await said.get('/api/ops/merchants')).status).toBe(403)
    expect(await rolesOf(said)).not.toContain(ROLE)
  }
  // Nor is it had without an end, whatever wrote it.
  await expect(
    product.superuser.query(
      `INSERT INTO kernel.role_grant (grant_id, person_id, role, granted_by)
       VALUES (gen_random_uuid(), 'fin-1', $1, 'admin-123')`,
      [ROLE],
    ),
  ).rejects.toMatchObject({ code: '23001' })
})

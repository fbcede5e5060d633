import { randomBytes, randomUUID } from 'node:crypto'
import { auditOf } from '@countersign/kernel/actions/audit-parts.ts'
import { commitWrite } from '@countersign/kernel/actions/commit-write.ts'
import { type Browser, openBrowser } from '@countersign/testkit/browser.ts'
import { type PlatformSandbox, startPlatform } from '@countersign/testkit/platform-product.ts'
import type { Answer, Client, Product } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

let sandbox: PlatformSandbox
let product: Product
/** Administrators both, and one of operations. */
let admin: Client
let second: Client
let operations: Client
let auditor: Client

beforeAll(async () => {
  ;({ product, sandbox } = await startPlatform({ issuer: true, worker: false }))
  admin = await product.as('platform/PLATFORM_ADMIN', { sub: 'admin-123', email: 'ada@platform.example' })
  second = await product.as('platform/PLATFORM_ADMIN', { sub: 'admin-2', email: 'ben@platform.example' })
  operations = await product.as('platform/OPS_ADMIN', { sub: 'ops-1', email: 'cleo@platform.example' })
  auditor = await product.as('kernel/auditor')
  for (const each of [admin, second, operations]) await each.get('/v1/me')
}, 120_000)
beforeEach(async () => {
  await product.superuser.query(`UPDATE kernel.person SET disabled_at = NULL`)
})
afterAll(async () => {
  await product?.close()
  await sandbox?.drop()
})

const path = (id: string, what = '') => `/api/ops/users/${id}${what}`
const toRole = (by: Client, id: string, role: unknown, more: object = {}) =>
  by.send('PUT', path(id, '/role'), { role, ...more })
async function agree(asked: Answer, by = second): Promise<Answer> {
  const { body } = await by.get(`/v1/requests/${asked.body.id}`)
  return by.post(`/v1/requests/${asked.body.id}/approve`, { digest: body.digest })
}
const invite = (id: string, by = admin) =>
  by.send('POST', '/api/ops/users', { username: id, reason: 'joined' })
/** Somebody whom the provider gives no role. */
async function signedIn(id: string, claims: object = {}): Promise<Client> {
  const somebody = await product.as('x', { sub: id, roles: [], ...claims })
  await somebody.get('/v1/me')
  return somebody
}
async function withRole(id: string, role: string): Promise<Client> {
  await invite(id)
  expect((await agree(await toRole(admin, id, role))).body.state).toBe('executed')
  return signedIn(id)
}
const userOf = async (id: string) => (await admin.get(path(id))).body.data
const rolesOf = async (who: Client): Promise<string[]> => (await who.get('/v1/me')).body.roles ?? []

/** Security events of one code, newest first. */
async function breaches(code: string) {
  const { body } = await auditor.get('/v1/audit?kind=security&limit=200')
  return body.entries.filter((entry: { detail: { code?: string } }) => entry.detail.code === code)
}

test('P-07 P-12 somebody invited is pending until they sign in, and has no role before two people give it', async () => {
  const asked = await invite('user-456')
  expect(asked).toMatchObject({
    status: 200,
    body: { success: true, message: 'User invited', state: 'executed' },
  })
  expect(await userOf('user-456')).toMatchObject({
    ...{ id: 'user-456', username: 'user-456', email: null, role: null, status: 'pending' },
    ...{ created_by: 'admin-123', last_login_at: null },
  })
  // Who brought them in is called by name, and the request by whom it was about.
  const { data } = (await admin.get('/v1/entities/user/user-456')).body
  expect([data.created_by, data.created_by_name]).toEqual([
    'admin-123',
    (await admin.get('/v1/me')).body.person.name,
  ])
  expect((await admin.get(`/v1/requests/${asked.body.id}`)).body.target.title).toBe('user-456')
  // Where their role and sessions are seen to, it is said as well.
  expect((await admin.get('/v1/entities/person/user-456')).body.state).toBe('pending')
  for (const again of ['user-456', 'User-456']) {
    expect(await invite(again)).toMatchObject({ status: 409, body: { code: 'known_already' } })
  }

  const role = await toRole(admin, 'user-456', 'PLATFORM_ADMIN')
  expect(role).toMatchObject({
    status: 200,
    body: {
      ...{ success: true, message: 'Role assignment requires dual approval', state: 'pending' },
      ...{ approvalRequestId: expect.any(String), note: 'Another PLATFORM_ADMIN must approve this request' },
    },
  })
  expect(await agree(role, operations)).toMatchObject({ status: 403 })
  expect(await agree(role, admin)).toMatchObject({ status: 403, body: { code: 'own_request' } })
  expect((await userOf('user-456')).role).toBeNull()
  expect(await agree(role)).toMatchObject({ status: 200, body: { state: 'executed' } })
  expect(await userOf('user-456')).toMatchObject({ role: 'PLATFORM_ADMIN', status: 'pending' })

  const user = await signedIn('user-456', { email: 'dora@platform.example' })
  expect(await rolesOf(user)).toEqual(['platform/PLATFORM_ADMIN'])
  expect(await userOf('user-456')).toMatchObject({
    ...{ status: 'active', email: 'd••••@platform.example', last_login_at: expect.stringMatching(/^20/) },
  })

  const { rows } = await product.database
    .pool('app')
    .query('SELECT * FROM platform.approval_requests WHERE id = $1', [role.body.approvalRequestId])
  expect(rows).toEqual([
    {
      ...{ id: role.body.approvalRequestId, request_type: 'role_assignment', requestor_id: 'admin-123' },
      ...{ approver_id: 'admin-2', status: 'approved', approval_reason: null },
      request_data: expect.objectContaining({ target: 'person/user-456' }),
      ...{ requested_at: expect.any(Date), approved_at: expect.any(Date) },
    },
  ])
})

test.each([
  ['ada@platform.example', 'an address'],
  ['system:dispatcher', 'the name of a process'],
  ['cli', 'a word of the log'],
  ['..', 'dots'],
  ['', 'nothing'],
  [7, 'a number'],
])('P-07 %j (%s) is invited by nobody', async (username, _what) => {
  const refused = await admin.send('POST', '/api/ops/users', { username })
  expect(refused).toMatchObject({ status: 400, body: { success: false, errors: [{ field: 'username' }] } })
})

test('P-07 P-12 nobody changes a role of their own, through whichever account: 403 and a security event', async () => {
  const before = (await breaches('own_role')).length
  await signedIn('ada-too', { email: 'ada@platform.example' })
  for (const [id, role] of [
    ['admin-123', 'PLATFORM_ADMIN'],
    ['admin-123', 'OPS_ADMIN'],
    ['admin-123', 'FINANCE_ADMIN'],
    ['ada-too', 'OPS_ADMIN'],
  ] as const) {
    const refused = await toRole(admin, id, role)
    expect([id, role, refused]).toMatchObject([
      id,
      role,
      {
        status: 403,
        body: {
          success: false,
          error: 'Cannot modify your own role',
          message: expect.stringMatching(/another administrator/),
        },
      },
    ])
  }
  const events = await breaches('own_role')
  expect(events).toHaveLength(before + 4)
  expect(events[0]).toMatchObject({
    ...{ event_sub_type: 'UNAUTHORIZED_ACCESS_ATTEMPT', severity: 'HIGH', action: 'kernel.change_role' },
    ...{ actor: { id: 'admin-123' }, detail: { affected_resource: 'person/ada-too' } },
  })
  // Nor with the action's own path, nor by the preview of it.
  for (const what of ['', '/preview']) {
    const refused = await admin.post(`/v1/actions/kernel.change_role${what}`, {
      ...{ target: { kind: 'person', id: 'admin-123' }, input: { role: 'platform/OPS_ADMIN' } },
      reason: { code: 'joined' },
    })
    expect(refused).toMatchObject({ status: 403, body: { code: 'own_role' } })
  }
  expect(await breaches('own_role')).toHaveLength(before + 6)
})

test('P-07 P-11 P-12 finance roles are assigned by nobody here, however they are spelled: 403 and a security event', async () => {
  await invite('fin-1')
  for (const role of [
    'FINANCE_ADMIN',
    'finance_admin',
    'treasury/FINANCE_ADMIN',
    'platform/FINANCE_ADMIN',
    'treasury/pay_admin',
    'transfers/OPS',
  ]) {
    expect([role, await toRole(admin, 'fin-1', role)]).toMatchObject([
      role,
      {
        status: 403,
        body: {
          success: false,
          error: 'Cannot assign finance roles',
          message: expect.stringContaining('secure channels'),
        },
      },
    ])
  }
  const events = await breaches('finance_role')
  expect(events).toHaveLength(6)
  expect(events[0]).toMatchObject({ severity: 'HIGH', event_sub_type: 'UNAUTHORIZED_ACCESS_ATTEMPT' })
  expect((await userOf('fin-1')).role).toBeNull()

  // What is of another console is its own people's to give; what is no role at all is a mistake.
  expect(await toRole(admin, 'fin-1', 'kernel/auditor')).toMatchObject({
    status: 403,
    body: { code: 'role_of_another_console' },
  })
  expect(await breaches('role_of_another_console')).toHaveLength(1)
  expect(await toRole(admin, 'fin-1', 'KING')).toMatchObject({
    status: 400,
    body: {
      errors: [
        { field: 'role', allowed: ['platform/MERCHANT', 'platform/OPS_ADMIN', 'platform/PLATFORM_ADMIN'] },
      ],
    },
  })
  for (const body of [{}, { role: '' }, { role: 7 }, { role: ['OPS_ADMIN'] }, { role: 'toString' }]) {
    expect(await admin.send('PUT', path('fin-1', '/role'), body)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'role' }] },
    })
  }
})

test('P-11 P-07 who handles money is not made one of the platform by a role of no side, nor shut out by its people', async () => {
  const fin = await product.as('treasury/FINANCE_ADMIN', { sub: 'fin-2' })
  await fin.get('/v1/me')
  expect(await toRole(admin, 'fin-2', 'MERCHANT')).toMatchObject({
    status: 409,
    body: { code: 'roles_in_conflict' },
  })
  // Nor where the provider itself has given both.
  const both = { sub: 'fin-3', roles: ['treasury/FINANCE_ADMIN', 'platform/MERCHANT'] }
  const merchantToo = await product.as('treasury/FINANCE_ADMIN', both)
  await merchantToo.get('/v1/me')
  const session = randomUUID()
  await product.superuser.query(
    `SELECT kernel.open_session($1, $2, 'fin-3', NULL, NULL, now(), 3600, 3600)`,
    [session, randomBytes(32)],
  )
  for (const by of [operations, admin]) {
    for (const [method, what] of [
      ['PUT', '/disable'],
      ['DELETE', `/sessions/${session}`],
    ] as const) {
      expect(await by.send(method, path('fin-3', what), { reason: 'left' })).toMatchObject({
        status: 409,
        body: { code: 'of_the_other_side' },
      })
    }
  }
  expect((await merchantToo.get('/v1/me')).body.roles.toSorted()).toEqual(both.roles.toSorted())
  const { rows } = await product.superuser.query(
    'SELECT ended_at FROM kernel.session WHERE session_id = $1',
    [session],
  )
  expect(rows).toEqual([{ ended_at: null }])
})

test('P-07 a role takes the place of the one before in one step; what the provider asserts is changed there', async () => {
  const eve = await withRole('eve', 'OPS_ADMIN')
  const up = await toRole(admin, 'eve', 'PLATFORM_ADMIN', { reason: 'duties_changed' })
  expect(await rolesOf(eve)).toEqual(['platform/OPS_ADMIN'])
  expect((await agree(up)).body.state).toBe('executed')
  expect(await rolesOf(eve)).toEqual(['platform/PLATFORM_ADMIN'])
  expect((await agree(await toRole(admin, 'eve', 'MERCHANT'))).body.state).toBe('executed')
  expect(await rolesOf(eve)).toEqual(['platform/MERCHANT'])
  expect(await toRole(admin, 'eve', 'MERCHANT')).toMatchObject({
    status: 409,
    body: { code: 'already_held' },
  })

  expect(await toRole(admin, 'ops-1', 'PLATFORM_ADMIN')).toMatchObject({
    status: 409,
    body: {
      code: 'role_asserted',
      error: expect.stringContaining('identity provider asserts platform/OPS_ADMIN'),
    },
  })
})

test('P-07 I12 past our code nobody is signed out, given a role or invited, with the server’s own login to the database', async () => {
  const app = product.database.pool('app')
  const events = [
    ['kernel.person/ops-1', 'kernel.person.session_ended', { session: randomUUID() }],
    ['kernel.person/ops-1', 'kernel.person.role_granted', { role: 'platform/PLATFORM_ADMIN' }],
    ['platform.user/mallory', 'platform.user.invited', { username: 'mallory' }],
  ] as const
  for (const [stream, type, payload] of events) {
    const written = commitWrite(app, {
      tenant_id: null,
      events: [
        {
          ...{ event_id: randomUUID(), stream, type, payload, schema_version: 1, source: 'countersign' },
          ...{ actor_id: admin.id, refs: [], occurred_at: new Date().toISOString() },
        },
      ],
      audit: auditOf(
        { now: () => new Date() },
        { kind: 'system', actor: { id: admin.id, roles: [] }, outcome: 'executed' },
      ),
    })
    await expect(written, type).rejects.toMatchObject({ code: '23001' })
  }
  await expect(app.query('SELECT * FROM kernel.session')).rejects.toMatchObject({ code: '42501' })
})

test('P-01 P-07 users and approval requests have the columns of the contract, and no password', async () => {
  const columns = async (view: string) => {
    const { rows } = await product.database
      .pool('app')
      .query(`SELECT * FROM platform.${view} LIMIT 0`)
      .then(({ fields }) => ({ rows: fields.map(({ name }) => name) }))
    return rows
  }
  expect(await columns('platform_users')).toEqual([
    ...[
      'id',
      'username',
      'email',
      'role',
      'status',
      'last_login_at',
      'created_by',
      'created_at',
      'updated_at',
    ],
    'name',
  ])
  expect(await columns('approval_requests')).toEqual([
    ...['id', 'request_type', 'requestor_id', 'approver_id', 'status', 'request_data', 'approval_reason'],
    ...['requested_at', 'approved_at'],
  ])
  expect(await columns('system_config')).toEqual([
    ...[
      'id',
      'config_key',
      'config_value',
      'category',
      'is_financial',
      'version',
      'description',
      'updated_by',
    ],
    ...['created_at', 'updated_at'],
  ])
  expect(await columns('config_history')).toEqual(
    expect.arrayContaining([
      ...[
        'id',
        'config_id',
        'config_key',
        'old_value',
        'new_value',
        'changed_by',
        'change_reason',
        'changed_at',
      ],
    ]),
  )
})

test('P-07 K-08 who has no role of the platform lists nobody and changes nothing', async () => {
  const merchant = await product.as('platform/MERCHANT')
  expect((await merchant.get('/api/ops/users')).status).toBe(403)
  expect((await toRole(merchant, 'ops-1', 'OPS_ADMIN')).status).toBe(403)
  expect((await merchant.send('PUT', path('ops-1', '/disable'), {})).status).toBe(403)
})

test('P-07 somebody who is disabled is signed out at once, and let in again by two', async () => {
  const fay = await withRole('fay', 'OPS_ADMIN')
  expect(await operations.send('PUT', path('fay', '/disable'), { reason: 'left' })).toMatchObject({
    status: 200,
    body: { success: true, message: 'User disabled', state: 'executed' },
  })
  expect((await userOf('fay')).status).toBe('disabled')
  expect((await fay.get('/api/ops/users')).status).toBe(403)
  const asked = await admin.send('PUT', path('fay', '/enable'), { reason: 'returned' })
  expect(asked).toMatchObject({
    status: 200,
    body: { success: true, approvalRequestId: asked.body.id, state: 'pending' },
  })
  expect((await fay.get('/api/ops/users')).status).toBe(403)
  expect((await agree(asked)).body.state).toBe('executed')
  expect(await rolesOf(fay)).toEqual(['platform/OPS_ADMIN'])
})

test('P-07 the last active PLATFORM_ADMIN is neither disabled nor loses the role, and not by two at once', async () => {
  await product.superuser.query(
    `UPDATE kernel.person SET disabled_at = now() WHERE person_id NOT IN ('admin-123', 'admin-2', 'ops-1')`,
  )
  const disable = (by: Client, id: string) => by.send('PUT', path(id, '/disable'), { reason: 'left' })
  for (let round = 0; round < 6; round++) {
    const both = await Promise.all([disable(operations, admin.id), disable(operations, second.id)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(both.find(({ status }) => status === 409)?.body).toMatchObject({
      ...{ code: 'last_holder', error: expect.stringContaining('last active platform/PLATFORM_ADMIN') },
    })
    await product.superuser.query(
      `UPDATE kernel.person SET disabled_at = NULL WHERE person_id IN ('admin-123', 'admin-2')`,
    )
  }
  // Known before anybody confirms it.
  await product.superuser.query(`UPDATE kernel.person SET disabled_at = now() WHERE person_id = 'admin-2'`)
  expect(
    await operations.post('/v1/actions/kernel.disable_account/preview', {
      target: { kind: 'person', id: admin.id },
    }),
  ).toMatchObject({ status: 409, body: { code: 'last_holder' } })
  await product.superuser.query(`UPDATE kernel.person SET disabled_at = NULL WHERE person_id = 'admin-2'`)
  // One disables the other, who does the same.
  const each = await Promise.all([disable(admin, second.id), disable(second, admin.id)])
  expect(each.filter(({ status }) => status === 200)).toHaveLength(1)
  await product.superuser.query(
    `UPDATE kernel.person SET disabled_at = NULL WHERE person_id IN ('admin-123', 'admin-2')`,
  )

  // By a grant, and with nobody else: it is not taken away either; pending accounts do not count.
  const gus = await withRole('gus', 'PLATFORM_ADMIN')
  await invite('hal')
  await agree(await toRole(admin, 'hal', 'PLATFORM_ADMIN'))
  const demoting = await toRole(admin, 'gus', 'OPS_ADMIN')
  expect(demoting.body.state).toBe('pending')
  await product.superuser.query(`UPDATE kernel.person SET disabled_at = now() WHERE person_id = 'admin-123'`)
  // Both at once again: one signs that the one loses the role while operations disable the other.
  const raced = await Promise.all([agree(demoting), disable(operations, second.id)])
  expect(raced.filter(({ status }) => status === 200)).toHaveLength(1)
  const { rows } = await product.superuser.query(
    `SELECT id FROM platform.platform_users WHERE role = 'PLATFORM_ADMIN' AND status = 'active'`,
  )
  expect(rows).toHaveLength(1)
  expect(await rolesOf(gus)).toHaveLength(1)
})

test('P-07 P-01 those who run the platform are listed page by page, found by what they are asked for, without an address', async () => {
  await invite('zed')
  const { body } = await operations.get('/api/ops/users?limit=2')
  expect(body).toMatchObject({ success: true, note: expect.any(String), users: [{ id: 'zed' }, {}] })
  // Of those who came in the same microsecond none is left out.
  await product.superuser.query(
    `UPDATE kernel.person SET created_at = '2026-01-01' WHERE person_id IN ('admin-123', 'admin-2', 'ops-1')`,
  )
  const seen: string[] = []
  for (let cursor = ''; ; ) {
    const { body: page } = await admin.get(`/api/ops/users?limit=2${cursor}`)
    seen.push(...page.users.map((user: { id: string }) => user.id))
    if (page.next_cursor === null) break
    cursor = `&cursor=${page.next_cursor}`
  }
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen).toEqual(expect.arrayContaining(['admin-123', 'admin-2', 'ops-1', 'zed']))
  const found = async (query: string) => (await admin.get(`/api/ops/users?${query}`)).body.users
  expect((await found('q=ZE')).map((user: { id: string }) => user.id)).toEqual(['zed'])
  expect(await found('q=%25')).toEqual([])
  expect((await found('email=CLEO@platform.example')).map((user: { id: string }) => user.id)).toEqual([
    'ops-1',
  ])
  expect(await found('email=cleo')).toEqual([])
  const operators = await found('role=OPS_ADMIN&status=active')
  expect(operators).toContainEqual(expect.objectContaining({ id: 'ops-1', email: 'c••••@platform.example' }))
  expect(operators.every((user: { role: string }) => user.role === 'OPS_ADMIN')).toBe(true)
  expect(JSON.stringify(await found('limit=200'))).not.toMatch(/cleo@|password/)
  for (const [query, field] of [
    ['role=KING', 'role'],
    ['status=gone', 'status'],
    ['limit=201', 'limit'],
    ['cursor=x', 'cursor'],
    ['q=%00', 'q'],
    ['password=1', 'password'],
  ] as const) {
    expect(await admin.get(`/api/ops/users?${query}`)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    })
  }
  // Of people of other consoles nothing is told here.
  await signedIn('payer', { roles: ['treasury/pay_admin'] })
  for (const id of ['nobody', 'payer']) {
    expect((await admin.get(path(id))).status).toBe(404)
    expect((await admin.get(path(id, '/sessions'))).status).toBe(404)
  }
})

test('P-11 P-07 whoever handles money, or audits, is not shut out by having been invited, given a role or disabled before they came', async () => {
  for (const [id, role, asserted] of [
    ['fin-4', 'OPS_ADMIN', 'treasury/FINANCE_ADMIN'],
    ['audit-4', 'MERCHANT', 'kernel/auditor'],
  ] as const) {
    await invite(id)
    expect((await agree(await toRole(admin, id, role))).body.state).toBe('executed')
    expect(await operations.send('PUT', path(id, '/disable'), { reason: 'left' })).toMatchObject({
      status: 409,
      body: { code: 'never_signed_in' },
    })
    const comes = await product.as(asserted, { sub: id })
    expect(await rolesOf(comes)).toContain(asserted)
    expect(await operations.send('PUT', path(id, '/disable'), { reason: 'left' })).toMatchObject({
      status: 409,
      body: { code: 'of_the_other_side' },
    })
    expect(await rolesOf(comes)).not.toContain('platform/OPS_ADMIN')
  }
})

test('P-11 K-46 a review of roles, and of who came and went, tells the platform’s people of their own console alone', async () => {
  await signedIn('payer-2', { roles: ['treasury/pay_admin'] })
  const told = async (by: Client, query = '') => {
    const [{ body: review }, { body: changes }] = await Promise.all([
      by.get(`/v1/access-review?limit=200${query}`),
      by.get(`/v1/access-review/changes?days=1${query}`),
    ])
    return [...review.holders, ...changes.changes].map(({ role }: { role: string }) => role)
  }
  expect(await told(auditor)).toEqual(expect.arrayContaining(['treasury/pay_admin', 'platform/OPS_ADMIN']))
  for (const by of [operations, admin]) {
    const roles = await told(by)
    expect(roles).toContain('platform/OPS_ADMIN')
    expect(roles.filter((role) => !role.startsWith('platform/'))).toEqual([])
    for (const query of ['&console=treasury', '&console=kernel']) expect(await told(by, query)).toEqual([])
  }
  expect((await admin.get('/v1/access-review?role=treasury/pay_admin')).body.holders).toEqual([])
})

test('P-07 K-03 sessions are listed and ended one by one; the others go on', async () => {
  const open = async (): Promise<Browser> => {
    const browser = openBrowser(product.url)
    await browser.signIn('platform/OPS_ADMIN')
    return browser
  }
  const [one, two] = [await open(), await open()]
  const { body } = await admin.get(path('platform-OPS_ADMIN', '/sessions'))
  expect(body).toMatchObject({ success: true, sessions: [{ id: expect.any(String) }, {}] })
  expect(Object.keys(body.sessions[0]).sort()).toEqual([
    ...['authenticated_at', 'created_at', 'expires_at', 'id', 'last_seen_at'],
  ])
  const [newer] = body.sessions
  // It is theirs, and nobody else's.
  expect(await admin.send('DELETE', path('ops-1', `/sessions/${newer.id}`))).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'session' }] },
  })
  expect(await admin.send('DELETE', path('platform-OPS_ADMIN', '/sessions/x'))).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'session' }] },
  })
  expect(
    await admin.send('DELETE', path('platform-OPS_ADMIN', `/sessions/${newer.id}`), {
      reason: 'browser_lost',
    }),
  ).toMatchObject({ status: 200, body: { success: true, message: 'Session ended', state: 'executed' } })
  expect((await two.send('GET', '/v1/me')).status).toBe(401)
  expect((await one.send('GET', '/v1/me')).status).toBe(200)
  expect((await admin.send('DELETE', path('platform-OPS_ADMIN', `/sessions/${newer.id}`))).status).toBe(400)
  expect((await userOf('platform-OPS_ADMIN')).last_login_at).toBe(newer.created_at)

  await operations.send('PUT', path('platform-OPS_ADMIN', '/disable'), { reason: 'left' })
  expect((await one.send('GET', '/v1/me')).status).toBe(401)
  expect((await admin.get(path('platform-OPS_ADMIN', '/sessions'))).body.sessions).toEqual([])
})

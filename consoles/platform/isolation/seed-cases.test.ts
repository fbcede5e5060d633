import { atDoor, type PlatformSandbox, startPlatform } from '@countersign/testkit/platform-product.ts'
import { type Client, eventually, type Product } from '@countersign/testkit/product.ts'
import { rawRequest } from '@countersign/testkit/raw-request.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// The sixteen cases and ten points of the platform console's first specification, from outside, with real identities where it had headers.
let sandbox: PlatformSandbox
let product: Product
let testAdmin: Client
let admin123: Client
let operations: Client
let auditor: Client

beforeAll(async () => {
  ;({ product, sandbox } = await startPlatform())
  testAdmin = await product.as('platform/PLATFORM_ADMIN', { sub: 'test-admin-id' })
  admin123 = await product.as('platform/PLATFORM_ADMIN', { sub: 'admin-123' })
  operations = await product.as('platform/OPS_ADMIN', { sub: 'ops-1' })
  auditor = await product.as('kernel/auditor')
  await sandbox.likeMerchant(await sandbox.openMerchant('Saffron Lamps'), 'test-id')
  await admin123.send('POST', '/api/ops/users', { username: 'user-456', reason: 'joined' })
}, 120_000)
afterAll(async () => {
  await product?.close()
  await sandbox?.drop()
})

const at = (by: Client, method: Parameters<typeof atDoor>[2], path: string, body?: object) =>
  atDoor(product, by, method, path, body === undefined ? {} : { body })
// Carried out where it was taken; a slow machine answers before it is.
const TAKEN = expect.toBeOneOf([200, 202])
const stateOf = async (merchant: string) =>
  (await operations.get(`/v1/entities/merchant/${merchant}`)).body.state
const becomes = (state: string) =>
  eventually(`the merchant to be ${state}`, async () => (await stateOf('test-id')) === state || undefined)

type Entry = {
  actor: { id: string }
  event_sub_type?: string
  severity?: string
  ip_address: string | null
  reason: { code: string; note?: string } | null
  at: string
  action: string
  target: { kind: string; id: string } | null
  detail: { affected_resource?: string }
}
async function securityEvents(of: string): Promise<Entry[]> {
  const { body } = await auditor.get('/v1/audit?kind=security&limit=200')
  return body.entries.filter(({ actor }: Entry) => actor.id === of)
}

describe('Access control', () => {
  test('P-12 access is blocked without the role PLATFORM_ADMIN or OPS_ADMIN', async () => {
    const merchant = await product.as('platform/MERCHANT')
    const refused = await at(merchant, 'GET', '/api/ops/merchants')
    expect(refused).toMatchObject({
      status: 403,
      body: {
        success: false,
        error: expect.stringContaining('PLATFORM_ADMIN or OPS_ADMIN role required'),
        message: expect.stringContaining('Finance operations are managed separately'),
      },
    })
  })

  test('P-12 PLATFORM_ADMIN has access', async () => {
    const answer = await at(testAdmin, 'GET', '/api/ops/merchants')
    expect(answer).toMatchObject({ status: 200, body: { success: true } })
    expect(answer.body.merchants.map(({ id }: { id: string }) => id)).toContain('test-id')
  })
})

describe('Finance isolation', () => {
  test('P-12 P-11 the ledger is blocked', async () => {
    expect(await at(testAdmin, 'GET', '/api/ledger/entries')).toMatchObject({
      status: 403,
      body: { error: expect.stringContaining('FINANCE_ADMIN role required') },
    })
  })

  test('P-12 P-11 confirming a settlement is blocked', async () => {
    const refused = await at(testAdmin, 'POST', '/api/settlements/confirm', { settlementId: 'test-id' })
    expect(refused.status).toBe(403)
  })

  test('P-12 P-11 locking an accounting period is blocked', async () => {
    const refused = await at(operations, 'POST', '/api/accounting-periods/lock', { periodId: 'test-id' })
    expect(refused.status).toBe(403)
  })

  test('P-12 P-11 a security event is logged when finance is attempted: one, of severity HIGH, with what was asked for', async () => {
    const before = await securityEvents('test-admin-id')
    await at(testAdmin, 'GET', '/api/ledger/entries')
    const after = await securityEvents('test-admin-id')
    expect(after).toHaveLength(before.length + 1)
    expect(after[0]).toMatchObject({
      event_sub_type: 'UNAUTHORIZED_ACCESS_ATTEMPT',
      severity: 'HIGH',
      detail: { affected_resource: '/api/ledger/entries' },
    })
  })
})

describe('Finance isolation, as its bytes', () => {
  // fetch follows dot segments before it sends them; whoever looks for a way round does not.
  test.each([
    '/api/./ops/ledger',
    '/api/ops/merchants/../settlements',
    '/api/ops/./accounting-periods/lock',
    '/v1/../api/ops/%2e/reconciliation',
    '/api/ops/%2E%2E/ops/money-movement',
  ])('P-11 dot segments do not get round it: %s is refused, and one security event', async (path) => {
    const before = (await securityEvents('ops-1')).length
    const refused = await rawRequest(product.url, `GET ${path} HTTP/1.1`, [
      'Host: here',
      `Authorization: Bearer ${operations.token}`,
    ])
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      403,
      { error: expect.stringContaining('Finance operations not allowed in Ops Console') },
    ])
    const after = await securityEvents('ops-1')
    expect(after).toHaveLength(before + 1)
    expect(after[0]?.detail.affected_resource).toBe(path)
  })
})

describe('Transaction monitoring', () => {
  test('P-12 P-03 GET is allowed', async () => {
    expect((await at(testAdmin, 'GET', '/api/ops/transactions')).status).toBe(200)
  })

  test('P-12 P-03 POST, PUT and DELETE are blocked', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      expect(
        await at(testAdmin, method, '/api/ops/transactions/test-id/refund', { amount: 100 }),
      ).toMatchObject({ status: 403, body: { error: expect.stringContaining('read-only') } })
    }
  })
})

describe('Merchant management', () => {
  test('P-12 P-02 a suspension without a reason is refused', async () => {
    expect(await at(testAdmin, 'PUT', '/api/ops/merchants/test-id/suspend', {})).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('reason is required') },
    })
    expect(await stateOf('test-id')).toBe('active')
  })

  test('P-12 P-02 a merchant is suspended with a reason; its settlements go on', async () => {
    const before = await sandbox.books()
    const answer = await at(testAdmin, 'PUT', '/api/ops/merchants/test-id/suspend', {
      reason: 'Compliance review',
    })
    expect(answer).toMatchObject({
      status: TAKEN,
      body: { success: true, note: expect.stringContaining('Scheduled settlements will continue') },
    })
    await becomes('suspended')
    expect(await sandbox.books()).toEqual(before)
  })
})

describe('User management', () => {
  test('P-12 P-07 nobody gives themselves a role', async () => {
    expect(
      await at(admin123, 'PUT', '/api/ops/users/admin-123/role', { role: 'PLATFORM_ADMIN' }),
    ).toMatchObject({ status: 403, body: { error: expect.stringContaining('Cannot modify your own role') } })
  })

  test('P-12 P-07 FINANCE_ADMIN is given by nobody', async () => {
    expect(
      await at(admin123, 'PUT', '/api/ops/users/user-456/role', { role: 'FINANCE_ADMIN' }),
    ).toMatchObject({ status: 403, body: { error: expect.stringContaining('Cannot assign finance roles') } })
  })

  test('P-12 P-07 PLATFORM_ADMIN takes a second administrator', async () => {
    const asked = await at(admin123, 'PUT', '/api/ops/users/user-456/role', { role: 'PLATFORM_ADMIN' })
    expect(asked).toMatchObject({
      status: 200,
      body: {
        message: expect.stringContaining('requires dual approval'),
        approvalRequestId: expect.any(String),
      },
    })
    expect((await operations.get('/api/ops/users/user-456')).body.data.role).toBeNull()
  })
})

describe('System configuration', () => {
  test('P-12 P-08 financial configuration is blocked', async () => {
    expect(
      await at(testAdmin, 'PUT', '/api/ops/system-config/settlement_timing', { value: '2d' }),
    ).toMatchObject({
      status: 403,
      body: { error: expect.stringContaining('Cannot modify financial configuration') },
    })
  })

  test('P-12 P-08 configuration that is not financial is changed', async () => {
    const answer = await at(testAdmin, 'PUT', '/api/ops/system-config/feature_flag_qr', {
      value: true,
      reason: 'Enable QR payments',
    })
    expect(answer.status).toBe(200)
    const { body } = await at(testAdmin, 'GET', '/api/ops/system-config/feature_flag_qr')
    expect(body.data.config_value).toBe(true)
  })
})

describe('Audit logging', () => {
  test('P-12 P-09 what is done in the console is logged: who, when, what, why and from where', async () => {
    const done = await at(testAdmin, 'PUT', '/api/ops/merchants/test-id/activate', { reason: 'Review ended' })
    expect(done.status).toEqual(TAKEN)
    await becomes('active')
    const { body } = await auditor.get('/v1/audit?target=merchant/test-id&limit=50')
    const entries: Entry[] = body.entries
    // What the worker then did is logged as well, from no address; the suspension before has a reason of its own. Free text is masked.
    const asked = entries.find(
      ({ action, ip_address }) => action === 'platform.activate_merchant' && ip_address !== null,
    )
    expect(asked).toMatchObject({
      actor: { id: 'test-admin-id', roles: ['platform/PLATFORM_ADMIN'] },
      at: expect.stringMatching(/^20.*Z$/),
      target: { kind: 'merchant', id: 'test-id' },
      reason: { note: expect.any(String) },
      ip_address: expect.stringContaining('127.0'),
    })
  })
})

// P-13: the nine sections of the console, by the door that each is read at.
const SECTIONS = [
  'dashboard',
  'merchants',
  'transactions',
  'gateway-health/status',
  'rate-limits',
  'ip-whitelist',
  'users',
  'system-config',
  'audit-logs',
]
const FORBIDDEN = [
  '/api/ledger/entries',
  '/api/settlements/confirm',
  '/api/accounting-periods/lock',
  '/api/ops/settlement',
  '/api/ops/ledger',
  '/api/ops/accounting-period',
  '/api/ops/reconciliation',
  '/api/ops/financial-report',
  '/api/ops/money-movement',
  '/api/ops/override-approval',
  '/api/ops/accounting',
  '/api/ops/ledger-lock',
]

/** Every section, as it answers this person. */
async function sectionsOf(person: Client) {
  const answers = []
  for (const section of SECTIONS)
    answers.push({ section, ...(await at(person, 'GET', `/api/ops/${section}`)) })
  return answers
}
const eachSection = (answer: object) => SECTIONS.map((section) => ({ section, ...answer }))

describe('Success validation', () => {
  test('P-12 P-13 point 1: PLATFORM_ADMIN can access all nine sections', async () => {
    expect(await sectionsOf(testAdmin)).toMatchObject(eachSection({ status: 200, body: { success: true } }))
  })

  test('P-12 P-13 point 2: OPS_ADMIN can access all nine sections', async () => {
    expect(await sectionsOf(operations)).toMatchObject(eachSection({ status: 200, body: { success: true } }))
  })

  test('P-12 P-13 point 3: FINANCE_ADMIN cannot access any section without explicit permission', async () => {
    const error = expect.stringContaining('role required')
    expect(await sectionsOf(await product.as('treasury/FINANCE_ADMIN'))).toMatchObject(
      eachSection({ status: 403, body: { error } }),
    )
  })

  test('P-12 P-11 point 4: neither role can access the ledger, settlements or accounting periods', async () => {
    for (const person of [testAdmin, operations]) {
      for (const path of ['/api/ledger/entries', '/api/settlements', '/api/accounting-periods']) {
        expect([path, await at(person, 'GET', path)]).toMatchObject([
          path,
          { status: 403, body: { error: expect.stringContaining('FINANCE_ADMIN role required') } },
        ])
      }
    }
  })

  test('P-12 P-11 point 5: every forbidden endpoint answers 403 to both roles, with one security event each', async () => {
    for (const [person, id] of [
      [testAdmin, 'test-admin-id'],
      [operations, 'ops-1'],
    ] as const) {
      const before = (await securityEvents(id)).length
      for (const path of FORBIDDEN) {
        for (const method of ['GET', 'POST'] as const) {
          expect([path, (await at(person, method, path, method === 'POST' ? {} : undefined)).status]).toEqual(
            [path, 403],
          )
        }
      }
      expect((await securityEvents(id)).length).toBe(before + 2 * FORBIDDEN.length)
    }
  })

  test('P-12 P-02 point 6: suspending a merchant changes nothing of its money, whose scheduled settlement runs', async () => {
    const merchant = await sandbox.openMerchant('Copper Kettles')
    expect(await sandbox.checkOut(merchant, '12.34')).toBe(201)
    const before = await sandbox.books()
    const done = await at(operations, 'PUT', `/api/ops/merchants/${merchant}/suspend`, {
      reason: 'Compliance review',
    })
    expect(done.status).toEqual(TAKEN)
    await eventually('the suspension', async () => (await stateOf(merchant)) === 'suspended' || undefined)
    expect(await sandbox.books()).toEqual(before)
    expect(await sandbox.settledTo(merchant)).toEqual([])
    await sandbox.settleAhead(2 * 24 * 3_600_000)
    const settled = await eventually('its settlement', async () => {
      const rows = await sandbox.settledTo(merchant)
      return rows.length > 0 && rows
    })
    expect(settled).toEqual([{ state: 'suspended' }])
  })

  test('P-12 P-03 point 7: nothing is written at or below transactions, by neither role', async () => {
    const before = await sandbox.effectsOn('test-id')
    for (const person of [testAdmin, operations]) {
      for (const method of ['POST', 'PUT', 'DELETE'] as const) {
        for (const path of ['', '/test-id', '/test-id/refund', '/test-id/capture']) {
          const refused = await at(person, method, `/api/ops/transactions${path}`, { amount: 100 })
          expect([method, path, refused]).toMatchObject([
            ...[method, path],
            { status: 403, body: { error: expect.stringContaining('read-only') } },
          ])
        }
      }
    }
    expect(await sandbox.effectsOn('test-id')).toEqual(before)
  })

  test('P-12 P-09 point 8: every action of the console is logged with who, when, what and why', async () => {
    const merchant = await sandbox.openMerchant('Slate Harbour')
    const flag = 'feature_flag_qr'
    const done = [
      {
        ...{ action: 'platform.suspend_merchant', target: { kind: 'merchant', id: merchant } },
        ...{ path: `/merchants/${merchant}/suspend`, body: { reason: 'fraud_suspected' } },
      },
      {
        ...{ action: 'platform.change_config', target: { kind: 'config', id: flag } },
        ...{ path: `/system-config/${flag}`, body: { value: false, reason: 'tuning' } },
      },
    ]
    for (const { action, target, path, body } of done) {
      const answer = await at(operations, 'PUT', `/api/ops${path}`, body)
      expect([action, answer.status]).toEqual([action, TAKEN])
      const log = await at(operations, 'GET', `/api/ops/audit-logs?target=${target.kind}/${target.id}`)
      const entries: Entry[] = log.body.data
      expect(entries.find((entry) => entry.action === action && entry.actor.id === 'ops-1')).toMatchObject({
        target,
        at: expect.stringMatching(/^20.*Z$/),
        reason: { code: body.reason },
      })
    }
  })

  test('P-12 P-07 point 9: nobody raises themselves, by their own door, the kernel’s action or a request of their own', async () => {
    const own = await at(operations, 'PUT', '/api/ops/users/ops-1/role', { role: 'PLATFORM_ADMIN' })
    expect(own).toMatchObject({ status: 403, body: { code: 'own_role' } })
    // One that they have not, so that nothing but its being their own refuses it.
    const asked = await admin123.post('/v1/actions/kernel.change_role/preview', {
      ...{ target: { kind: 'person', id: 'admin-123' }, input: { role: 'platform/OPS_ADMIN' } },
    })
    expect(asked).toMatchObject({ status: 403, body: { code: 'own_role' } })
    const granted = await admin123.post('/v1/actions/kernel.grant_role/preview', {
      ...{ target: { kind: 'person', id: 'admin-123' }, input: { role: 'platform/OPS_ADMIN' } },
    })
    expect(granted).toMatchObject({ status: 403 })
  })

  test('P-12 P-07 point 10: no finance role is assigned from here, by whichever action and to whomever', async () => {
    for (const type of ['kernel.change_role', 'kernel.grant_role']) {
      for (const role of ['treasury/FINANCE_ADMIN', 'treasury/finance_ops', 'treasury/pay_admin']) {
        const asked = await admin123.post(`/v1/actions/${type}/preview`, {
          ...{ target: { kind: 'person', id: 'user-456' }, input: { role } },
        })
        expect([type, role, asked.status]).toEqual([type, role, 403])
      }
    }
  })
})

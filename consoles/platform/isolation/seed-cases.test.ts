import { atDoor, type PlatformSandbox, startPlatform } from '@countersign/testkit/platform-product.ts'
import { type Client, eventually, type Product } from '@countersign/testkit/product.ts'
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
const stateOf = async (merchant: string) =>
  (await operations.get(`/v1/entities/merchant/${merchant}`)).body.state
const becomes = (state: string) =>
  eventually(`the merchant to be ${state}`, async () => (await stateOf('test-id')) === state || undefined)

type Entry = {
  actor: { id: string }
  event_sub_type?: string
  severity?: string
  ip_address: string | null
  reason: { code: string } | null
  action: string
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
      status: 200,
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
  })
})

describe('Audit logging', () => {
  test('P-12 P-09 what is done in the console is logged: who, when, what, why and from where', async () => {
    const done = await at(testAdmin, 'PUT', '/api/ops/merchants/test-id/activate', { reason: 'Review ended' })
    expect(done.status).toBe(200)
    await becomes('active')
    const { body } = await auditor.get('/v1/audit?target=merchant/test-id&limit=50')
    const entries: Entry[] = body.entries
    // What the worker then did is logged as well, from no address.
    const asked = entries.find(
      ({ action, ip_address }) => action === 'platform.activate_merchant' && ip_address !== null,
    )
    expect(asked).toMatchObject({
      ...{
        actor: { id: 'test-admin-id', roles: ['platform/PLATFORM_ADMIN'] },
        at: expect.stringMatching(/^20.*Z$/),
      },
      ...{ target: { kind: 'merchant', id: 'test-id' }, ip_address: expect.stringContaining('127.0') },
    })
    expect(entries.some(({ reason }) => reason !== null)).toBe(true)
  })
})

const SECTIONS = [
  ...['merchants', 'transactions', 'gateway-health/status', 'rate-limits', 'ip-whitelist', 'users'],
  ...['system-config'],
]

describe('Success validation', () => {
  test.each(['PLATFORM_ADMIN', 'OPS_ADMIN'])(
    'P-12 points 1 and 2: %s can access all sections',
    async (role) => {
      const person = role === 'OPS_ADMIN' ? operations : testAdmin
      for (const section of SECTIONS) {
        expect([section, await at(person, 'GET', `/api/ops/${section}`)]).toMatchObject([
          section,
          { status: 200, body: { success: true } },
        ])
      }
    },
  )

  test('P-12 point 3: FINANCE_ADMIN cannot access any section without explicit permission', async () => {
    const finance = await product.as('treasury/FINANCE_ADMIN')
    for (const section of SECTIONS) {
      expect([section, await at(finance, 'GET', `/api/ops/${section}`)]).toMatchObject([
        section,
        { status: 403, body: { error: expect.stringContaining('role required') } },
      ])
    }
  })

  test('P-12 points 4 and 5: every forbidden endpoint answers 403 to both roles, with one security event each', async () => {
    const forbidden = [
      ...['/api/ledger/entries', '/api/settlements/confirm', '/api/accounting-periods/lock'],
      ...['/api/ops/settlement', '/api/ops/ledger', '/api/ops/accounting-period', '/api/ops/reconciliation'],
      ...['/api/ops/financial-report', '/api/ops/money-movement', '/api/ops/override-approval'],
      ...['/api/ops/accounting', '/api/ops/ledger-lock'],
    ]
    for (const [person, id] of [
      [testAdmin, 'test-admin-id'],
      [operations, 'ops-1'],
    ] as const) {
      const before = (await securityEvents(id)).length
      for (const path of forbidden) {
        for (const method of ['GET', 'POST'] as const) {
          expect([path, (await at(person, method, path, method === 'POST' ? {} : undefined)).status]).toEqual(
            [path, 403],
          )
        }
      }
      expect((await securityEvents(id)).length).toBe(before + 2 * forbidden.length)
    }
  })

  test('P-12 point 9: nobody raises themselves, by their own door, the kernel’s action or a request of their own', async () => {
    const target = { kind: 'person', id: 'admin-123' }
    for (const type of ['kernel.change_role', 'kernel.grant_role']) {
      const asked = await admin123.post(`/v1/actions/${type}/preview`, {
        ...{ target, input: { role: 'platform/PLATFORM_ADMIN' } },
      })
      expect([type, asked.status]).toEqual([type, expect.toBeOneOf([403, 409])])
    }
  })

  test('P-12 point 10: no finance role is assigned from here, by whichever action and to whomever', async () => {
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

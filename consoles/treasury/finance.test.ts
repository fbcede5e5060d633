import { entriesOf, entriesOfRequest } from '@countersign/testkit/audit-entries.ts'
import { atDoor, type PlatformSandbox } from '@countersign/testkit/platform-product.ts'
import { type Client, eventually, type Product } from '@countersign/testkit/product.ts'
import { rawRequest } from '@countersign/testkit/raw-request.ts'
import { startTreasury } from '@countersign/testkit/treasury-product.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const DAY_MS = 24 * 3_600_000

let product: Product
let sandbox: PlatformSandbox
let finance: Client
let second: Client

beforeAll(async () => {
  ;({ product, sandbox } = await startTreasury())
  finance = await product.as('treasury/FINANCE_ADMIN')
  second = await product.as('treasury/FINANCE_ADMIN-2')
}, 120_000)
afterAll(async () => {
  await product?.close()
  await sandbox?.drop()
})

const at = (by: Client, method: Parameters<typeof atDoor>[2], path: string, body?: object) =>
  atDoor(product, by, method, path, body === undefined ? {} : { body })

async function approve(by: Client, id: string) {
  const { digest, preview_digest } = (await by.get(`/v1/requests/${id}`)).body
  return by.post(`/v1/requests/${id}/approve`, { digest, preview_digest })
}
const executed = (id: string) =>
  eventually(`${id} to be executed`, async () => {
    const { body } = await finance.get(`/v1/requests/${id}`)
    return body.state === 'executed' ? body : undefined
  })

let daysAhead = 0
/** What a merchant has sold, paid out to it by the schedule. @returns the settlement's id */
async function aSettlement(amount: string): Promise<string> {
  const merchant = await sandbox.openMerchant('Saffron Lamps')
  await sandbox.checkOut(merchant, amount)
  daysAhead += 2
  await sandbox.settleAhead(daysAhead * DAY_MS)
  return eventually('the settlement', async () => {
    const { body } = await finance.get(`/api/settlements?merchant_id=${merchant}`)
    return body.settlements?.[0]?.id
  })
}

describe('R-06 the doors of finance', () => {
  test('R-06 P-11 entries of the ledger are listed for FINANCE_ADMIN, in minor units, page by page', async () => {
    const first = await finance.get('/api/ledger/entries?limit=3&account=2000-USD')
    expect(first).toMatchObject({ status: 200, body: { success: true, next_cursor: expect.any(String) } })
    const next = await finance.get(
      `/api/ledger/entries?limit=3&account=2000-USD&cursor=${first.body.next_cursor}`,
    )
    const entries = [...first.body.entries, ...next.body.entries]
    expect(new Set(entries.map(({ id }) => id)).size).toBe(6)
    for (const { lines } of entries) {
      const sum = lines.reduce(
        (total: number, { side, amount_minor }: { side: string; amount_minor: number }) =>
          total + (side === 'debit' ? amount_minor : -amount_minor),
        0,
      )
      expect(sum).toBe(0)
      expect(lines.every((line: { amount_minor: number }) => Number.isInteger(line.amount_minor))).toBe(true)
    }
    expect((await finance.get(`/api/ledger/entries/${entries[0].id}`)).body.data).toEqual(entries[0])
    expect(await finance.get('/api/ledger/entries?from=yesterday')).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'from' }] },
    })
  })

  test('R-06 P-11 a settlement is confirmed when a second person of finance agrees, once, and is in the log', async () => {
    const id = await aSettlement('12.34')
    expect((await finance.get(`/api/settlements/${id}`)).body.data).toMatchObject({
      ...{ id, status: 'paid_out', amount_minor: 1234, currency: 'USD' },
      merchant_name: expect.stringMatching(/[a-z]/),
    })
    const preview = await finance.post('/v1/actions/treasury.confirm_settlement/preview', {
      target: { kind: 'settlement', id },
      input: {},
    })
    expect(preview.body.summary).toContain('12.34')

    const asked = await at(finance, 'POST', '/api/settlements/confirm', {
      settlementId: id,
      reason: 'bank_advice',
    })
    expect(asked).toMatchObject({
      status: 202,
      body: { success: true, approvalRequestId: expect.any(String) },
    })
    const request = asked.body.approvalRequestId
    expect((await approve(finance, request)).status).toBe(403)
    expect(await sandbox.effectsOn(id, 'treasury')).toEqual([])
    expect((await approve(second, request)).status).toBe(200)
    await executed(request)

    expect(await sandbox.effectsOn(id, 'treasury')).toEqual([1])
    expect((await finance.get(`/api/settlements/${id}`)).body.data).toMatchObject({
      ...{ status: 'confirmed', confirm_reason: 'bank_advice', confirmed_at: expect.any(String) },
    })
    const entries = await entriesOfRequest(product, request)
    const actors = entries.map(({ actor }) => actor.id)
    expect(actors).toContain(finance.id)
    expect(actors).toContain(second.id)
    expect(
      await at(second, 'POST', '/api/settlements/confirm', { settlementId: id, reason: 'bank_advice' }),
    ).toMatchObject({ status: 409, body: { code: 'already_confirmed' } })
  })

  test('R-06 what is asked wrongly is refused by the names that the doors have', async () => {
    for (const [path, body, field] of [
      ['/api/settlements/confirm', { settlementId: 'stl_1' }, 'reason'],
      ['/api/settlements/confirm', { reason: 'bank_advice' }, 'settlementId'],
      ['/api/accounting-periods/lock', { periodId: 'prd_2026-01' }, 'reason'],
      ['/api/accounting-periods/lock', { reason: 'audit' }, 'periodId'],
    ] as const) {
      const refused = await at(finance, 'POST', path, body)
      expect(refused.status).toBe(400)
      expect(refused.body.errors.map((error: { field: string }) => error.field)).toContain(field)
    }
    expect(
      (await at(finance, 'POST', '/api/settlements/confirm', { settlementId: 'test-id', reason: 'audit' }))
        .status,
    ).toBe(404)
  })

  test('R-06 P-11 a month is locked when it is over and a second person of finance agrees; nothing opens it again', async () => {
    const { accounting_periods } = (await finance.get('/api/accounting-periods')).body
    const open = accounting_periods.filter(({ status }: { status: string }) => status === 'open')
    const lock = (periodId: string) =>
      at(finance, 'POST', '/api/accounting-periods/lock', { periodId, reason: 'month_closed' })
    expect(open.length).toBeGreaterThan(1)
    const oldest = open.at(-1).id
    expect(await lock(open[0].id)).toMatchObject({ status: 409, body: { code: 'period_not_over' } })
    // Over as it is, the one before it comes first, and is called by its month.
    const [month, next] = [open.at(-1).month, open.at(-2).id]
    expect(month).toMatch(/^\d{4}-\d\d$/)
    expect(await lock(next)).toMatchObject({
      status: 409,
      body: { code: 'earlier_period_open', detail: `${month} has to be locked before it.` },
    })
    expect((await finance.get(`/v1/entities/accounting_period/${next}`)).body.related).toMatchObject([
      { id: oldest, title: month },
    ])

    const asked = await lock(oldest)
    expect(asked.status).toBe(202)
    const request = asked.body.approvalRequestId
    expect((await approve(finance, request)).status).toBe(403)
    expect((await approve(second, request)).status).toBe(200)
    await executed(request)
    expect(await sandbox.effectsOn(oldest, 'treasury')).toEqual([1])
    expect((await finance.get(`/api/accounting-periods/${oldest}`)).body.data).toMatchObject({
      ...{ status: 'locked', lock_reason: 'month_closed', postings: expect.any(Number) },
    })
    expect(await lock(oldest)).toMatchObject({ status: 409, body: { code: 'period_locked' } })
  })
})

describe('P-11 everybody else', () => {
  const OTHERS = [
    ...['platform/PLATFORM_ADMIN', 'platform/OPS_ADMIN', 'platform/MERCHANT'],
    ...['treasury/ops', 'treasury/finance_ops', 'treasury/pay_admin'],
  ]
  const PLAIN = [
    ['GET', '/api/ledger/entries'],
    ['GET', '/api/settlements'],
    ['GET', '/api/settlements/stl_1'],
    ['POST', '/api/settlements/confirm'],
    ['GET', '/api/accounting-periods'],
    ['POST', '/api/accounting-periods/lock'],
  ] as const
  const OTHERWISE = [
    ['GET', '/api//ledger/entries'],
    ['GET', '/API/Ledger/Entries'],
    ['GET', '/api/./ledger/entries'],
    ['GET', '/x/%2e%2e/api/ledger/entries'],
    ['GET', '/api/x/../ledger/entries'],
    ['GET', '/api/ledger/./entries'],
    ['GET', '/v1/../api/ledger/entries'],
    ['POST', '/api/./settlements/confirm'],
    ['POST', '/api/x/%2E./accounting-periods/lock'],
    ['GET', '/api/%6cedger/entries'],
    ['GET', '/api/%256cedger/entries'],
    ['GET', '/api%2fledger%2fentries'],
    ['POST', '/api/settlements//confirm'],
    ['POST', '/api/settlements/confirm/'],
    ['POST', '/api/x/..%2fsettlements/confirm'],
    ['PUT', '/api/settlements/confirm'],
    ['DELETE', '/api/accounting-periods/lock'],
    ['POST', '/api/Accounting-Periods;a=b/lock'],
  ] as const

  const send = (by: Client, method: string, path: string, more: Record<string, string> = {}) =>
    fetch(`${product.url}${path}`, { method, headers: { authorization: `Bearer ${by.token}`, ...more } })

  /** As it stands there: fetch would follow the dot segments before it sends them. */
  const sendAsWritten = async (by: Client, method: string, path: string) => {
    const { status, body } = await rawRequest(product.url, `${method} ${path} HTTP/1.1`, [
      'Host: here',
      `Authorization: Bearer ${by.token}`,
    ])
    return { status, json: async () => JSON.parse(body) }
  }

  const refusedOnce = async (answer: Pick<Response, 'status' | 'json'>, path: string, who: string) => {
    const what = `${who} at ${path}`
    const body = (await answer.json()) as { error: string; request_id: string }
    expect(answer.status, what).toBe(403)
    expect(body.error, what).toContain('FINANCE_ADMIN role required')
    const entries = await entriesOf(product, body.request_id)
    expect(entries, what).toHaveLength(1)
    expect(entries[0], what).toMatchObject({
      ...{ kind: 'security', event_sub_type: 'UNAUTHORIZED_ACCESS_ATTEMPT', severity: 'HIGH' },
      ...{ outcome: 'denied', detail: { affected_resource: path } },
    })
  }

  test.each(OTHERS)(
    'P-11 %s is refused at each door, and each time that is one security event',
    async (role) => {
      const other = await product.as(role)
      for (const [method, path] of PLAIN) await refusedOnce(await send(other, method, path), path, role)
    },
  )

  test.each(OTHERS)('P-11 %s gets round it by no way of writing the path', async (role) => {
    const other = await product.as(role)
    for (const [method, path] of OTHERWISE) {
      await refusedOnce(await sendAsWritten(other, method, path), path, role)
    }
  })

  test('P-11 nor by naming another method', async () => {
    const other = await product.as('platform/OPS_ADMIN')
    const override = {
      'x-http-method-override': 'POST',
      'x-method-override': 'POST',
      'x-http-method': 'POST',
    }
    for (const path of ['/api/settlements/confirm', '/api/ledger/entries?_method=POST']) {
      const sent = path.split('?')[0] ?? ''
      await refusedOnce(await send(other, 'GET', path, override), sent, other.id)
    }
  })

  test('P-11 nor by the doors that every console has', async () => {
    for (const role of ['platform/PLATFORM_ADMIN', 'treasury/ops']) {
      const other = await product.as(role)
      for (const action of ['confirm_settlement', 'lock_period']) {
        const path = `/v1/actions/treasury.${action}`
        await refusedOnce(await send(other, 'POST', path, { 'idempotency-key': 'k' }), path, role)
      }
    }
  })

  test('P-11 finance itself finds nothing where nothing is, and that is no security event', async () => {
    const answer = await send(finance, 'GET', '/api//ledger/entries')
    expect(answer.status).toBe(404)
    const { request_id } = (await answer.json()) as { request_id: string }
    expect(await entriesOf(product, request_id)).toEqual([])
  })
})

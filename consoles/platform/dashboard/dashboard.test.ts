import { atDoor, type PlatformSandbox, startPlatform } from '@countersign/testkit/platform-product.ts'
import { type Client, eventually, type Product } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let sandbox: PlatformSandbox
let product: Product
let operations: Client
let administrator: Client

beforeAll(async () => {
  ;({ product, sandbox } = await startPlatform())
  operations = await product.as('platform/OPS_ADMIN')
  administrator = await product.as('platform/PLATFORM_ADMIN')
}, 120_000)
afterAll(async () => {
  await product?.close()
  await sandbox?.drop()
})

const dashboard = async (by = operations) => {
  const { status, body } = await by.get('/api/ops/dashboard')
  expect(status).toBe(200)
  return body.data
}

test('P-10 P-01 a gateway that is not as it should be is there with since when and why, and one that is well is not', async () => {
  const { body } = await operations.get('/api/ops/dashboard')
  expect(body).toMatchObject({ success: true, note: expect.stringContaining('Nothing here moves money') })
  const { gateways } = body.data
  expect(gateways).toMatchObject({
    ...{ state: 'known', total: 5 },
    needing_attention: [
      {
        ...{
          id: 'gw_west',
          status: 'degraded',
          since: expect.any(String),
          status_reason: expect.any(String),
        },
        ...{ breaker: { state: 'closed' }, override: null },
      },
    ],
  })
  expect(JSON.stringify(body)).not.toMatch(/settlement|balance|ledger|credential/i)

  expect(await sandbox.atGateway('gw_north', 'status', { status: 'down', reason: 'fire drill' })).toBe(200)
  const troubled = async () =>
    (await dashboard()).gateways.needing_attention.map(({ id }: { id: string }) => id).sort()
  expect(await troubled()).toEqual(['gw_north', 'gw_west'])
  expect(await sandbox.atGateway('gw_north', 'status', { status: 'operational', reason: 'over' })).toBe(200)
  expect(await troubled()).toEqual(['gw_west'])
})

test('P-10 merchants that are suspended are counted, the newest first, and what was changed says who and why', async () => {
  const before = (await dashboard()).merchants
  const names = ['Iron Ferry', 'Slate Harbour']
  const ids: string[] = []
  for (const name of names) {
    const id = await sandbox.openMerchant(name)
    ids.push(id)
    const asked = await operations.send('PUT', `/api/ops/merchants/${id}/suspend`, {
      reason: 'Complaints of buyers',
    })
    expect(asked.status, asked.text).toBe(200)
    await eventually('the suspension', async () => {
      const { body } = await operations.get(`/v1/requests/${asked.body.id}`)
      return body.state === 'executed'
    })
  }
  const { merchants, recent_changes: changes } = await dashboard()
  expect(merchants.suspended).toEqual({ count: before.suspended.count + 2, more: false })
  expect(merchants.newest.slice(0, 2)).toMatchObject(
    ids.toReversed().map((id) => ({ id, suspended_since: expect.any(String) })),
  )
  expect(changes.slice(0, 2)).toMatchObject(
    ids.toReversed().map((id) => ({
      ...{ type: 'platform.suspend_merchant', target: { kind: 'merchant', id } },
      ...{ requested_by: { id: operations.id }, reason: { note: 'Complaints of buyers' } },
    })),
  )
  // What another console did is none of these changes, though they may see the like of it.
  const [newest] = changes
  // A request never comes to be of another console; what keeps it so is led around here.
  await product.superuser.query(
    `ALTER TABLE kernel.action_request DISABLE TRIGGER USER;
     UPDATE kernel.action_request SET console = 'treasury' WHERE request_id = '${newest.id}';
     ALTER TABLE kernel.action_request ENABLE TRIGGER USER`,
  )
  const left = (await dashboard()).recent_changes
  expect(left.map(({ id }: { id: string }) => id)).not.toContain(newest.id)
  expect(left).toContainEqual(changes[1])
})

test('P-10 P-07 what was done to an account of the console is among the last changes', async () => {
  const leaver = await product.as('platform/OPS_ADMIN', { sub: 'leaver' })
  await leaver.get('/v1/me')
  const done = await operations.send('PUT', '/api/ops/users/leaver/disable', { reason: 'left' })
  expect(done.status, done.text).toBe(200)
  expect((await dashboard()).recent_changes[0]).toMatchObject({
    ...{ type: 'kernel.disable_account', target: { kind: 'person', id: 'leaver' } },
    ...{ requested_by: { id: operations.id }, reason: { code: 'left' } },
  })
})

test('P-10 K-03 what waits for approval is counted, and how many of those wait for whoever looks', async () => {
  const none = await dashboard(administrator)
  const asked = await operations.send('POST', '/api/ops/gateway-health/gw_north/override', {
    ...{ to: 'gw_south', percent: 50, reason: 'Errors are rising' },
    until: new Date(Date.now() + 1_800_000).toISOString(),
  })
  expect(asked.status, asked.text).toBe(202)
  const [ofAdministrator, ofOperations] = [await dashboard(administrator), await dashboard()]
  expect(ofAdministrator.approvals).toMatchObject({
    ...{ waiting: none.approvals.waiting + 1, yours: none.approvals.yours + 1 },
    ...{ oldest_at: expect.any(String), next_expires_at: expect.any(String) },
  })
  expect(ofOperations.approvals).toMatchObject({ waiting: none.approvals.waiting + 1, yours: 0 })
})

test('P-10 P-11 an attempt at finance is counted among the security events, with the entry that tells of it', async () => {
  const before = (await dashboard()).security_events
  const isAttempt = ({ event }: { event: string }) => event === 'UNAUTHORIZED_ACCESS_ATTEMPT'
  const earlier = before.by_kind.find(isAttempt)
  for (const path of ['/api/ops/ledger', '/api/ops/settlements']) {
    expect((await atDoor(product, operations, 'GET', path)).status).toBe(403)
  }
  const { security_events: after } = await dashboard()
  expect(after).toMatchObject({ count: before.count + 2, more: false })
  const kind = after.by_kind.find(isAttempt)
  expect(kind).toMatchObject({ severity: 'HIGH', count: (earlier?.count ?? 0) + 2 })
  const { body } = await operations.get(`/api/ops/audit-logs/${kind.entry}`)
  expect(body.data).toMatchObject({ kind: 'security', severity: 'HIGH' })
})

test('P-10 P-05 what limits refused in 24 hours is there by merchant and route, most refused first', async () => {
  const merchant = await sandbox.openMerchant('Brass Kettle')
  await sandbox.madeAtTheEdge('/rate-limits', {
    ...{ scope: 'merchant', merchant_id: merchant, route: '/v1/kettles', limit: 1, window_s: 3600, burst: 0 },
    reason: 'tried out',
  })
  await sandbox.seenAtTheEdge({ merchant_id: merchant, route: '/v1/kettles', count: 25 })
  const { limits } = await dashboard()
  expect(limits).toMatchObject({ state: 'known', since: expect.any(String) })
  expect(limits.most_refused).toContainEqual({
    ...{ merchant_id: merchant, route: '/v1/kettles', requests: 25, refused: 24 },
  })
  const refused = limits.most_refused.map((one: { refused: number }) => one.refused)
  expect(refused).toEqual(refused.toSorted((a: number, b: number) => b - a))
})

test('P-10 K-36 an upstream that cannot be read is said to be, and everything else stands', async () => {
  await sandbox.edgeAway(true)
  try {
    const data = await dashboard()
    expect(data.limits).toMatchObject({ state: 'unreadable', source: 'edge', why: expect.any(String) })
    expect([data.gateways.state, data.merchants.state]).toEqual(['known', 'known'])
  } finally {
    await sandbox.edgeAway(false)
  }
})

test('P-10 K-03 nobody without a role of this console reads it', async () => {
  for (const persona of ['transfers/ADMIN', 'treasury/FINANCE_ADMIN', 'platform/MERCHANT']) {
    const answer = await (await product.as(persona)).get('/api/ops/dashboard')
    expect([persona, answer.status]).toEqual([persona, 403])
  }
  expect((await operations.get('/api/ops/dashboard?since=2020')).status).toBe(400)
})

import { type PlatformSandbox, startPlatform } from '@countersign/testkit/platform-product.ts'
import { type Client, eventually, type Product } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

const OVERRIDE = 'platform.override_gateway'
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

let sandbox: PlatformSandbox
let product: Product
let operations: Client
let administrator: Client
let second: Client
let merchant: string

beforeAll(async () => {
  ;({ product, sandbox } = await startPlatform())
  operations = await product.as('platform/OPS_ADMIN')
  administrator = await product.as('platform/PLATFORM_ADMIN')
  second = await product.as('platform/PLATFORM_ADMIN-2')
  merchant = await sandbox.openMerchant('Saffron Lamps')
  // Of those for cards, this one has its turn.
  for (const id of ['gw_south', 'gw_west']) await sandbox.atGateway(id, 'routing', { priority: 9 })
}, 120_000)
afterAll(async () => {
  await product?.close()
  await sandbox?.drop()
})
/** What a test has left is over: nobody waits for an answer, nothing is overridden, and everything is up. */
beforeEach(async () => {
  const { body } = await administrator.get('/v1/requests?state=pending')
  for (const { id } of body.requests) await second.post(`/v1/requests/${id}/reject`, { reason: 'Over' })
  for (const id of ['gw_north', 'gw_south']) {
    await sandbox.atGateway(id, 'override/end', { reason: 'Over' })
    await sandbox.atGateway(id, 'status', { status: 'operational', reason: 'Over' })
    await sandbox.atGateway(id, 'breaker', { force: 'automatic', reason: 'Over' })
  }
})

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
const wanted = (more: object = {}) => ({
  ...{ to: 'gw_south', until: inMs(10 * MINUTE_MS), reason: 'gateway_slow' },
  ...more,
})
const ask = (body: object, by = operations, gateway = 'gw_north') =>
  by.post(`/api/ops/gateway-health/${gateway}/override`, body)
/** Asked for, and carried out where it was taken: a slow machine answers before it is. */
async function end(by: Client, gateway = 'gw_north') {
  const answer = await by.post(`/api/ops/gateway-health/${gateway}/override/end`, {
    reason: 'gateway_recovered',
  })
  if (answer.status < 300) await reaches(answer.body.id, 'executed')
  return answer
}
const read = async (id: string) => (await administrator.get(`/v1/requests/${id}`)).body
async function approve(by: Client, id: string) {
  const { digest, preview_digest } = await read(id)
  return by.post(`/v1/requests/${id}/approve`, { digest, preview_digest })
}
const reaches = (id: string, state: string) =>
  eventually(`request ${id} to be ${state}`, async () => {
    const request = await read(id)
    return request.state === state && request
  })
async function overridden(more: object = {}): Promise<string> {
  const { body } = await ask(wanted(more))
  expect((await approve(administrator, body.approvalRequestId)).status).toBe(200)
  await reaches(body.approvalRequestId, 'executed')
  return body.approvalRequestId
}
const page = async (id = 'gw_north') => (await operations.get(`/v1/entities/gateway/${id}`)).body
async function paths(payments: number): Promise<Set<string>> {
  const taken = new Set<string>()
  for (let payment = 0; payment < payments; payment += 1) taken.add(await sandbox.paidBy(merchant))
  return taken
}

test('P-01 P-04 C-21 an override is asked for by one administrator and agreed to by a second one; until then nothing goes elsewhere', async () => {
  const asked = await ask(wanted(), administrator)
  expect([asked.status, asked.body]).toMatchObject([
    202,
    {
      ...{ success: true, message: 'Routing override requires dual approval', state: 'pending' },
      approvalRequestId: asked.body.id,
      note: expect.stringContaining('Another PLATFORM_ADMIN must approve'),
    },
  ])
  expect(asked.body.note).toContain('settlements and payouts are not affected')
  expect(await paths(3)).toEqual(new Set(['gw_north']))
  expect(await ask(wanted(), operations)).toMatchObject({ status: 409, body: { code: 'already_requested' } })

  const id = asked.body.approvalRequestId
  for (const nobody of [administrator, operations]) {
    expect((await approve(nobody, id)).status).toBe(403)
  }
  expect(await paths(2)).toEqual(new Set(['gw_north']))
  expect((await approve(second, id)).status).toBe(200)
  const { approvals } = await reaches(id, 'executed')
  expect(approvals.given).toHaveLength(1)
  expect(await paths(5)).toEqual(new Set(['gw_south']))

  const auditor = await product.as('kernel/auditor')
  const { body: log } = await auditor.get('/v1/audit?target=gateway/gw_north')
  expect(log.entries).toContainEqual(
    expect.objectContaining({
      action: OVERRIDE,
      detail: expect.objectContaining({ to: 'gw_south', percent: 100 }),
    }),
  )
})

test('P-04 an override in force stands on the page and the doors, and whoever sees that it is wrong ends it alone', async () => {
  const south = (await page('gw_south')).title
  expect(south).not.toBe('gw_south')
  await overridden({ percent: 60 })
  const { banners, data, affordances, related } = await page()
  expect(banners).toContainEqual({
    tone: 'warning',
    text: expect.stringMatching(
      new RegExp(`60 % of its authorisations go to ${south}.*settlements and payouts go as they went`),
    ),
  })
  expect([data.override.percent, related[0].id, related[0].title]).toEqual([60, 'gw_south', south])
  const offered = (action: string) => affordances.find((one: { action: string }) => one.action === action)
  // What can only be refused is not offered.
  expect(offered(OVERRIDE)).toBeUndefined()
  expect(offered('platform.end_gateway_override')).toMatchObject({ allowed: true, approvals: 0 })
  const { body: status } = await operations.get('/api/ops/gateway-health/status?kind=card')
  expect(status.data).toContainEqual(
    expect.objectContaining({ id: 'gw_north', override: expect.objectContaining({ to: 'gw_south' }) }),
  )

  const again = await ask(wanted({ to: 'gw_west' }))
  expect(again).toMatchObject({ status: 409, body: { success: false, code: 'override_in_force' } })
  expect(again.body.detail).toContain(`go to ${south} already. End that override first`)

  const ended = await end(operations)
  expect(ended.body).toMatchObject({
    ...{ success: true, approvals: { required: 0 } },
    message:
      ended.status === 200
        ? 'Routing override ended successfully'
        : 'The end of the routing override is under way',
  })
  expect(await paths(5)).toEqual(new Set(['gw_north']))
  expect((await page()).data.override).toBeNull()
  expect(await end(operations)).toMatchObject({ status: 409, body: { code: 'no_override' } })
  await eventually('its history', async () => {
    const { body } = await operations.get('/v1/entities/gateway/gw_north/timeline')
    const said = body.entries.map((entry: { summary: string }) => entry.summary)
    return (
      said.some((one: string) => one.startsWith('Authorisations go by another gateway')) &&
      said.some((one: string) => one.startsWith('Override ended by somebody'))
    )
  })
})

test('P-04 P-11 K-18 an override routes authorisations and nothing else: no balance, settlement or posting differs, and one key does it once', async () => {
  await paths(2)
  const before = await sandbox.books()
  const done = await sandbox.effectsOn('gw_north', 'gateways')
  await overridden()
  expect(await sandbox.books()).toEqual(before)
  await end(operations)
  expect(await sandbox.books()).toEqual(before)
  // What was done for the override and for its end, each by a key of its own, each once.
  const keys = (await sandbox.effectsOn('gw_north', 'gateways')).slice(done.length)
  expect(keys).toEqual([1, 1])

  const { body } = await administrator.get('/v1/actions')
  const ours = body.actions.filter((one: { target_kind: string }) => one.target_kind === 'gateway')
  expect(ours.map((one: { type: string; moves_money: boolean }) => [one.type, one.moves_money])).toEqual([
    [OVERRIDE, false],
    ['platform.end_gateway_override', false],
  ])
})

test('P-04 K-40 a breaker that goes to and fro voids no signature; a gateway that went down is not agreed to', async () => {
  const { body: first } = await ask(wanted())
  // The record moves; what was shown is so still.
  await sandbox.atGateway('gw_north', 'breaker', { force: 'closed', reason: 'It is tried' })
  expect((await approve(administrator, first.id)).status).toBe(200)
  await reaches(first.id, 'executed')
  await end(operations)

  const { body: other } = await ask(wanted())
  await sandbox.atGateway('gw_south', 'status', { status: 'down', reason: 'Lost' })
  const refused = await approve(administrator, other.id)
  expect([refused.status, refused.body.code]).toEqual([409, 'no_longer_fits'])
  expect(refused.body.detail).toContain('takes no payments now')
  expect(await paths(2)).toEqual(new Set(['gw_north']))
})

test.each([
  ['to', { to: 'gw_north' }, 'is this gateway itself', ['gw_south', 'gw_west']],
  ['to', { to: 'gw_none' }, 'is no other gateway of its kind', ['gw_south', 'gw_west']],
  ['to', { to: 'gw_quay' }, 'is no other gateway of its kind', ['gw_south', 'gw_west']],
  ['to', { to: 'a b' }, '', undefined],
  ['percent', { percent: 0 }, '', undefined],
  ['percent', { percent: 101 }, '', undefined],
  ['percent', { percent: 12.5 }, '', undefined],
  ['until', { until: inMs(-MINUTE_MS) }, 'must be after', undefined],
  ['until', { until: inMs(DAY_MS + HOUR_MS) }, 'at the latest', undefined],
  ['until', { until: 'tomorrow' }, 'RFC 3339', undefined],
  ['until', { until: undefined }, '', undefined],
  ['reason', { reason: ' ' }, 'reason is required', undefined],
  ['settlements', { settlements: 'gw_south' }, '', undefined],
])('P-04 P-11 %s is refused: %j', async (field, wrong, said, allowed) => {
  const { status, body } = await ask(wanted(wrong))
  expect([status, body.success, body.errors?.[0]?.field]).toEqual([400, false, field])
  expect(body.errors[0].message).toContain(said)
  if (allowed) expect([...body.errors[0].allowed].sort()).toEqual(allowed)
  expect((await administrator.get('/v1/requests?state=pending')).body.requests).toEqual([])
})

test('P-04 authorisations are sent to no gateway that is down, nor to one from which they would be sent on', async () => {
  await sandbox.atGateway('gw_south', 'status', { status: 'down', reason: 'Lost' })
  const down = await ask(wanted())
  expect([down.status, down.body.errors]).toMatchObject([
    400,
    [{ field: 'to', message: expect.stringContaining('takes no payments now'), allowed: ['gw_west'] }],
  ])
  await sandbox.atGateway('gw_south', 'status', { status: 'operational', reason: 'Found' })
  const away = { to: 'gw_west', percent: 100, until: inMs(HOUR_MS), reason: 'x' }
  expect(await sandbox.atGateway('gw_south', 'override', away)).toBe(200)
  const sentOn = await ask(wanted())
  expect([sentOn.status, sentOn.body.errors]).toMatchObject([
    400,
    [{ field: 'to', message: expect.stringContaining('an override of its own'), allowed: ['gw_west'] }],
  ])
  expect((await ask(wanted(), operations, 'gw_none')).status).toBe(404)
})

test('P-04 what was agreed to too late is refused where it is sent, and says so', async () => {
  const { body } = await ask(wanted({ until: inMs(MINUTE_MS) }))
  // The upstream's clock is what counts there; nothing restarts it meanwhile.
  await sandbox.settleAhead(2 * MINUTE_MS)
  expect((await approve(administrator, body.id)).status).toBe(200)
  const failed = await reaches(body.id, 'failed')
  expect(JSON.stringify(failed.effect)).toContain('until must be after')
  expect((await page()).data.override).toBeNull()
})

// The last: the upstream's clock goes on, and does not come back.
test('P-04 P-11 an override ends by itself at its time, by the clock of its upstream; what went by it is settled as it is due', async () => {
  const { body: asked } = await ask(wanted({ until: inMs(20 * MINUTE_MS) }))
  await approve(administrator, asked.id)
  await reaches(asked.id, 'executed')
  expect(await paths(3)).toEqual(new Set(['gw_south']))
  const told = (await sandbox.told('gateways')).length

  await sandbox.settleAhead(21 * MINUTE_MS)
  expect(await paths(3)).toEqual(new Set(['gw_north']))
  await eventually('the override to end', async () => (await page()).data.override === null)
  const since = (await sandbox.told('gateways')).slice(told).map(({ type }) => type)
  expect(since).toContain('gateway.override_lapsed')
  await eventually('its history', async () => {
    const { body } = await operations.get('/v1/entities/gateway/gw_north/timeline')
    return body.entries.some((entry: { summary: string }) =>
      entry.summary.startsWith('Override ended by itself'),
    )
  })
  expect(await end(operations)).toMatchObject({ status: 409, body: { code: 'no_override' } })

  await sandbox.settleAhead(3 * DAY_MS)
  await expect.poll(async () => (await sandbox.settledTo(merchant)).length, { timeout: 30_000 }).toBe(1)
})

import { randomUUID } from 'node:crypto'
import { entriesOf } from '@countersign/testkit/audit-entries.ts'
import { type Answer, type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uuidV7 } from '../db/uuid-v7.ts'

let product: Product
let ops: Client
let platform: Client
let transfer: { id: string; return: { code: string } }

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  platform = await product.as('platform/PLATFORM_ADMIN')
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=1')
  transfer = transfers[0]
}, 120_000)
afterAll(() => product?.close())

const recorded = async (refused: Answer, status = 403) => {
  expect(refused.status).toBe(status)
  const entries = await entriesOf(product, refused.body.request_id)
  expect(entries).toHaveLength(1)
  return entries[0]
}

/** A return of the transfer that waits, whichever test asked for it. */
async function aReturn(): Promise<{ id: string; digest: string }> {
  await ops.post('/returns', { transferId: transfer.id, reason: transfer.return.code })
  const { requests } = (await ops.get('/v1/requests?limit=1')).body
  return requests[0]
}

/** Of the answer's head alone: some answers never end. */
async function statusOf(path: string, by: Client): Promise<number> {
  const leave = new AbortController()
  const { status } = await fetch(`${product.url}${path}`, {
    headers: { authorization: `Bearer ${by.token}` },
    signal: leave.signal,
  })
  leave.abort()
  return status
}

test('K-09 a platform role at a money-moving door or action is a security event of severity HIGH, with the resource', async () => {
  const attempts: [string, unknown, string][] = [
    ['/returns', { transferId: transfer.id, reason: 'R01' }, 'transfers.return_transfer'],
    ['/entity/freeze', { entityId: 'p_1', reason: 'x' }, 'transfers.freeze_entity'],
    ['/entity/unfreeze', { entityId: 'p_1', reason: 'x' }, 'transfers.unfreeze_entity'],
    ['/v1/actions/transfers.return_transfer', {}, 'transfers.return_transfer'],
    ['/v1/actions/transfers.freeze_entity/preview', {}, 'transfers.freeze_entity'],
  ]
  for (const who of [platform, await product.as('platform/OPS_ADMIN')]) {
    for (const [path, body, action] of attempts) {
      expect(await recorded(await who.post(path, body)), path).toMatchObject({
        kind: 'security',
        event_sub_type: 'UNAUTHORIZED_ACCESS_ATTEMPT',
        severity: 'HIGH',
        outcome: 'denied',
        action,
        actor: { id: who.id },
        detail: { affected_resource: path },
      })
    }
  }
})

test('K-09 so is a platform role at records, histories and queues of a console that handles money', async () => {
  const record = `/v1/entities/transfer/${transfer.id}`
  const reads = [
    [record, record],
    [`${record}/timeline`, record],
    ['/v1/entities/party/p_1', '/v1/entities/party/p_1'],
    ['/v1/queues/transfers.returns/items', '/v1/queues/transfers.returns/items'],
  ] as const
  for (const [path, resource] of reads) {
    // Whether there is such a one is not told.
    expect(await recorded(await platform.get(path), 404), path).toMatchObject({
      kind: 'security',
      event_sub_type: 'UNAUTHORIZED_ACCESS_ATTEMPT',
      severity: 'HIGH',
      action: 'transfers:read',
      detail: { affected_resource: resource },
    })
  }
  // What a transfers action does here is its console's, whether or not it moves money.
  expect(await recorded(await platform.post('/v1/actions/transfers.import_file', {}))).toMatchObject({
    severity: 'HIGH',
    action: 'transfers.import_file',
  })
})

test('K-09 the same reads by somebody of neither side are plain denials, and nothing that is asked for names them', async () => {
  const hub = await product.as('hub/OPERATOR')
  for (const path of [`/v1/entities/transfer/${transfer.id}`, '/v1/queues/transfers.returns/items']) {
    const entry = await recorded(await hub.get(path))
    expect(entry).toMatchObject({ kind: 'denial', action: 'transfers:read' })
    expect(entry).not.toHaveProperty('severity')
  }
  for (const path of [
    '/v1/entities/nothing/x',
    '/v1/entities/approval_policy/evil',
    '/v1/queues/evil.queue/items',
  ])
    expect(await recorded(await hub.get(path)), path).toMatchObject({
      kind: 'denial',
      action: 'kernel:read',
    })
})

test('K-09 a denial at what moves no money, or to another role, is recorded as what it is', async () => {
  const hub = await product.as('hub/OPERATOR')
  expect(await recorded(await hub.get('/v1/queues'))).toMatchObject({
    kind: 'denial',
    action: 'kernel:read',
    actor: { id: hub.id, roles: ['hub/OPERATOR'] },
  })
  expect(await recorded(await hub.post('/returns', {}))).toMatchObject({
    kind: 'denial',
    action: 'transfers.return_transfer',
    detail: { affected_resource: '/returns' },
  })
  expect(await recorded(await ops.get('/v1/audit'))).toMatchObject({ kind: 'denial', action: 'audit:read' })
})

test('K-09 K-17 a denial that only the request itself can show is recorded too', async () => {
  const admin = await product.as('transfers/ADMIN')
  const asked = await admin.post('/returns', { transferId: transfer.id, reason: transfer.return.code })
  expect(asked.status).toBe(202)
  const approve = `/v1/requests/${asked.body.id}/approve`
  expect(await recorded(await admin.post(approve, { digest: asked.body.digest }))).toMatchObject({
    kind: 'denial',
    action: 'transfers.return_transfer:decide',
    detail: { code: 'own_request', affected_resource: `request/${asked.body.id}` },
  })
  const compliance = await product.as('transfers/COMPLIANCE')
  // Who may not see it is not told that there is anything to decide on.
  const unseen = await compliance.post(approve, { digest: asked.body.digest })
  expect(unseen.body.code).toBe('not_found')
  expect(await recorded(unseen, 404)).toMatchObject({
    kind: 'denial',
    detail: { code: 'forbidden' },
  })
})

test('K-04 the auditor reads everything: whatever is served to somebody signed in, and every queue', async () => {
  const auditor = await product.as('kernel/auditor')
  const request = await aReturn()
  const { entries } = (await auditor.get('/v1/audit?limit=1')).body
  const { exceptions } = await product.upstream('/recon/exceptions?limit=1')
  const first = async (path: string, member: string) =>
    (await product.upstream(`${path}?limit=1`))[member][0].id
  const [merchant, gateway, limit, list, ledgerEntry, period] = await Promise.all([
    first('/merchants/merchants', 'merchants'),
    first('/gateways/gateways', 'gateways'),
    first('/edge/rate-limits', 'rate_limits'),
    first('/edge/allowlists', 'allowlists'),
    first('/treasury/entries', 'entries'),
    first('/treasury/accounting-periods', 'accounting_periods'),
  ])
  // Of the platform console's own log: what its people have just been refused.
  await platform.get('/api/ledger/entries')
  const { data: own } = (await auditor.get('/api/ops/audit-logs?limit=1')).body
  const places = [
    ['audit-logs/:entry', `audit-logs/${own[0].id}`],
    ['ledger/entries/:id', `ledger/entries/${ledgerEntry}`],
    ['accounting-periods/:id', `accounting-periods/${period}`],
    ['merchants/:id', `merchants/${merchant}`],
    [':gateway', gateway],
    ['rate-limits/:id', `rate-limits/${limit}`],
    ['ip-whitelist/:id', `ip-whitelist/${list}`],
    ['users/:id', `users/${platform.id}`],
    [':key', 'feature_flag_qr'],
    ['/v1/exceptions/:id/partners', `/v1/exceptions/${exceptions[0].id}/partners?q=abc`],
    [
      '/v1/series/:name',
      '/v1/series/queue_waiting?label=transfers.returns&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&step=3600',
    ],
    [':kind/:id', `transfer/${transfer.id}`],
    ['/v1/requests/:id', `/v1/requests/${request.id}`],
    [':name', 'transfers.returns'],
    [':console', 'transfers'],
    [':entry', entries[0].id],
    [':evidence_id', `other.${uuidV7()}`],
    ['tile/*', 'tile/0/000'],
    ['/v1/search', '/v1/search?q=R01'],
    ['/v1/audit/export', '/v1/audit/export?format=json'],
    ['/v1/sanctions-list-entries', '/v1/sanctions-list-entries?list=ofac_sdn'],
  ] as const
  /** Read, and there is nothing: no such file, no rows of one record, nothing settled yet, and no checkpoint without a worker. */
  const nothingThere = (url: string) =>
    url.includes(':evidence_id') ||
    url === '/api/settlements/:id' ||
    url.startsWith('/v1/audit/log/') ||
    /\/(rows|proof)$/.test(url)
  const served = product.operations.filter(({ method, access }) => method === 'GET' && access !== 'public')
  expect(served.length).toBeGreaterThan(40)
  const answers: [string, number][] = []
  for (const { url } of served) {
    const path = places.reduce((filled, [place, given]) => filled.replace(place, given), url)
    answers.push([url, await statusOf(path, auditor)])
  }
  expect(answers.filter(([url, status]) => status !== 200 && !nothingThere(url))).toEqual([])
  expect(answers.filter(([url, status]) => nothingThere(url) && ![200, 404, 409].includes(status))).toEqual(
    [],
  )
  const { queues } = (await auditor.get('/v1/queues')).body as { queues: { name: string }[] }
  const names = queues.map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining(['transfers.returns', 'transfers.exceptions', 'transfers.compliance']),
  )
  for (const name of names) expect(await statusOf(`/v1/queues/${name}/items`, auditor), name).toBe(200)
})

test('K-04 the auditor changes nothing', async () => {
  const auditor = await product.as('kernel/auditor')
  const request = await aReturn()
  const changing = product.operations.filter(
    ({ method, access, readsOnly }) =>
      method !== 'GET' && readsOnly !== true && Array.isArray(access) && !access.includes('kernel:read'),
  )
  // Whoever may ask for any action may cancel what they asked for.
  const types = changing.find(({ url }) => url === '/v1/requests/:id/cancel')?.access ?? []
  expect(types.length).toBeGreaterThan(30)
  const asked = changing.flatMap(({ method, url }) => {
    const path = url
      .replace(':kind/:id', `transfer/${transfer.id}`)
      .replace(':id', request.id)
      .replace(':name', 'transfers.returns')
      .replace(':console', 'transfers')
      .replace(':version', 'a'.repeat(64))
      .replace(':n', '0')
    const filled = url.includes(':type') ? [...types].map((type) => path.replace(':type', type)) : [path]
    return filled.map((each) => ({ method, path: each }))
  })
  expect(asked.map(({ path }) => path)).toContain(`/v1/requests/${request.id}/approve`)
  const notRefused: [string, number][] = []
  for (const { method, path } of asked) {
    for (const key of [[['idempotency-key', randomUUID()]], []] as [string, string][][]) {
      const headers: [string, string][] = [
        ['authorization', `Bearer ${auditor.token}`],
        ['content-type', 'application/json'],
        ...key,
      ]
      const { status } = await fetch(`${product.url}${path}`, { method, headers, body: '{}' })
      if (status !== 403) notRefused.push([`${method} ${path}`, status])
    }
  }
  expect(notRefused).toEqual([])
})

test.each([
  ['state', { state: 'executed' }],
  ['quorum', { quorum: 0, approvals: { required: 0 } }],
  ['basis', { basis: 'break_glass' }],
  ['requested_by', { requested_by: 'transfers-ADMIN' }],
  ['__proto__', JSON.parse('{"__proto__": {"state": "executed"}}')],
])('C-04 mass assignment of %s is refused as a whole, and is a security event', async (member, more) => {
  const asked = {
    target: { kind: 'transfer', id: transfer.id },
    input: {},
    reason: { code: transfer.return.code },
  }
  const text = JSON.stringify({ ...asked, placeholder: 0 }).replace(
    '"placeholder":0',
    JSON.stringify(more).slice(1, -1),
  )
  const refused = await ops.post('/v1/actions/transfers.return_transfer', text)
  expect(refused.status).toBe(400)
  if (member === '__proto__') return
  expect(refused.body.errors.map(({ field }: { field: string }) => field)).toContain(member)
  expect(await entriesOf(product, refused.body.request_id)).toEqual([
    expect.objectContaining({ kind: 'security', event_sub_type: 'UNKNOWN_MEMBERS', outcome: 'refused' }),
  ])
  const nested = await ops.post('/v1/actions/transfers.return_transfer', { ...asked, input: more })
  expect(nested.status).toBe(400)
  expect(await entriesOf(product, nested.body.request_id)).toEqual([
    expect.objectContaining({ kind: 'security', event_sub_type: 'UNKNOWN_MEMBERS', outcome: 'refused' }),
  ])
})

test('K-09 P-11 a request of a console that handles money is not there to be decided on by who runs the platform, and each attempt is a security event', async () => {
  const { id, digest } = await aReturn()
  for (const role of ['PLATFORM_ADMIN', 'OPS_ADMIN']) {
    for (const decision of ['approve', 'reject']) {
      const who = await product.as(`platform/${role}`)
      const refused = await who.post(`/v1/requests/${id}/${decision}`, { digest, reason: 'no' })
      // Who may decide on something is not told that this is there; who may on nothing is told that they may not.
      expect([403, 404]).toContain(refused.status)
      expect(await recorded(refused, refused.status), `${role} ${decision}`).toMatchObject({
        ...{ kind: 'security', event_sub_type: 'UNAUTHORIZED_ACCESS_ATTEMPT', severity: 'HIGH' },
        detail: { affected_resource: expect.stringContaining(id) },
      })
    }
  }
  expect((await ops.get(`/v1/requests/${id}`)).body.state).toBe('pending')
})

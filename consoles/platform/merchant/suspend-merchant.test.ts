import { type PlatformSandbox, startPlatform } from '@countersign/testkit/platform-product.ts'
import { type Client, eventually, type Product } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const SUSPEND = 'platform.suspend_merchant'
const ACTIVATE = 'platform.activate_merchant'
const DAY_MS = 86_400_000

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

/** To whom something is due. */
async function openMerchant(name = 'Saffron Lamps'): Promise<string> {
  const id = await sandbox.openMerchant(name)
  expect(await sandbox.checkOut(id)).toBe(201)
  return id
}

async function ask(by: Client, type: string, id: string, reason: object, more: object = {}) {
  const target = { kind: 'merchant', id }
  const { body } = await by.post(`/v1/actions/${type}/preview`, { target, input: {} })
  return by.post(`/v1/actions/${type}`, {
    ...{ target, input: {}, reason, preview_digest: body.preview_digest },
    ...more,
  })
}
const executed = (id: string) =>
  eventually('it to be carried out', async () => {
    const { body } = await operations.get(`/v1/requests/${id}`)
    return body.state === 'executed' && body
  })

test('P-02 a suspended merchant is activated again, with why and who kept; each is done once for one key', async () => {
  const id = await openMerchant()
  const key = { 'idempotency-key': 'suspend-once' }
  const target = { kind: 'merchant', id }
  const { body } = await operations.post(`/v1/actions/${SUSPEND}/preview`, { target, input: {} })
  const asking = {
    ...{ target, input: {}, preview_digest: body.preview_digest },
    reason: { code: 'fraud_suspected', note: 'Cards of one bank, all declined elsewhere' },
  }
  const [first, again] = [
    await operations.post(`/v1/actions/${SUSPEND}`, asking, key),
    await operations.post(`/v1/actions/${SUSPEND}`, asking, key),
  ]
  expect([first.status, again.body.id]).toEqual([202, first.body.id])
  await executed(first.body.id)
  expect(await ask(operations, SUSPEND, id, { code: 'compliance_review' })).toMatchObject({
    status: 409,
    body: { code: 'already_suspended' },
  })

  const activated = await ask(administrator, ACTIVATE, id, { code: 'review_ended' })
  await executed(activated.body.id)
  expect(await sandbox.doors(id)).toEqual([201, 200, 200])
  // To activate it at first, to suspend it, to activate it again; and two payments that were taken.
  const counts = await sandbox.effectsOn(id)
  expect(counts).toEqual(counts.map(() => 1))
  expect(counts.length).toBeGreaterThanOrEqual(3)

  const auditor = await product.as('kernel/auditor')
  const { body: log } = await auditor.get(`/v1/audit?target=merchant/${id}`)
  expect(log.entries.map((entry: { action?: string }) => entry.action)).toEqual(
    expect.arrayContaining([SUSPEND, ACTIVATE]),
  )
})

test('P-02 a suspension says why, and of a merchant that vanished nothing is asked for', async () => {
  const id = await openMerchant()
  const missing = await operations.post(`/v1/actions/${SUSPEND}`, {
    ...{ target: { kind: 'merchant', id }, input: {}, preview_digest: 'x' },
  })
  expect(missing).toMatchObject({
    status: 400,
    body: { errors: [{ field: expect.stringContaining('reason') }] },
  })
  const gone = await ask(operations, SUSPEND, 'mer_gone', { code: 'compliance_review' })
  expect([gone.status, gone.body.code]).toEqual([404, 'not_found'])
})

test('P-02 P-03 X-11 merchants and transactions are listed by what they are asked for, page by page', async () => {
  const id = await openMerchant('Lanterns of Saffron')
  await sandbox.checkOut(id)
  const list = async (path: string) => (await operations.get(`/v1/entities/${path}`)).body
  await eventually('both payments to be told', async () => {
    const { entities } = await list(`transaction?merchant_id=${id}&status=captured`)
    return entities.length === 2
  })
  const { entities, next_cursor } = await list(`transaction?merchant_id=${id}&limit=1&status=captured`)
  expect(entities).toHaveLength(1)
  const rest = await list(
    `transaction?merchant_id=${id}&limit=5&status=captured&cursor=${encodeURIComponent(next_cursor)}`,
  )
  expect(rest.entities).toHaveLength(1)
  expect(rest.entities[0].id).not.toBe(entities[0].id)
  const of = async (filters: string) =>
    (await list(`transaction?merchant_id=${id}&${filters}`)).entities.length
  expect(await of('amount_from=12.34&amount_to=12.34')).toBe(2)
  expect(await of('amount_from=12.35')).toBe(0)
  // A range with nothing in it is a slip of whoever asks, and no answer of the platform's.
  for (const [field, range] of [
    ['amount_from', 'amount_from=100&amount_to=99.9999'],
    ['from', 'from=2026-02-01T00:00:00Z&to=2026-02-01T00:00:00Z'],
  ]) {
    expect(await list(`transaction?${range}`), range).toMatchObject({
      errors: [{ field: expect.stringMatching(new RegExp(`(^|\\.)${field}$`)) }],
    })
  }
  expect((await list('transaction?amount_from=12,34&amount_to=1')).errors).toHaveLength(1)
  expect(await list('transaction?amount_from=12,34')).toMatchObject({
    errors: [{ field: expect.stringContaining('amount_from') }],
  })
  const found = await list(`merchant?name=${encodeURIComponent('lanterns o')}`)
  expect(found.entities.map((one: { id: string }) => one.id)).toContain(id)
})

const NEW = {
  ...{ name: 'Ginger & Slate', legal_name: 'Ginger & Slate GmbH', country: 'DE', mcc: '5719' },
  ...{ email: 'owner@ginger.example', checkout_methods: ['card', 'wallet'], api_access: true },
}

test('P-02 P-01 P-11 operations open a merchant once; what it is settled by is finance’s, and its address is kept sealed', async () => {
  const key = { 'idempotency-key': 'open-once' }
  const asked = await operations.post('/api/ops/merchants', { ...NEW, reason: 'signed_up' }, key)
  expect(asked).toMatchObject({
    status: 200,
    body: { success: true, state: 'executed', note: expect.stringContaining('set by finance') },
  })
  await operations.post('/api/ops/merchants', { ...NEW, reason: 'signed_up' }, key)
  const { body } = await operations.get('/api/ops/merchants?name=ginger')
  expect(body.merchants).toMatchObject([
    {
      ...{ name: NEW.name, legal_name: NEW.legal_name, country: 'DE', mcc: '5719', status: 'pending' },
      ...{ contact: { email: 'o••••@ginger.example' }, checkout_methods: ['card', 'wallet'] },
    },
  ])
  // Whoever asked for it is led to it.
  const request = await executed(asked.body.id)
  expect([request.made, request.target.title]).toEqual([
    { kind: 'merchant', id: body.merchants[0].id },
    NEW.name,
  ])
  const { body: log } = await operations.get(
    '/api/ops/audit-logs?text=ginger&action=platform.create_merchant',
  )
  expect(log.data).not.toEqual([])
  for (const { detail } of log.data) expect(detail).toMatchObject({ name: NEW.name })
  // The terms that hold are the standard ones of its country: nobody here has said any.
  const { body: upstream } = await sandbox.request('GET', `/merchants/merchants/${body.merchants[0].id}`)
  expect(upstream).toMatchObject({
    contact: { email: NEW.email },
    config: { settlement: { schedule: 'daily', cut_off: '17:00', currency: 'EUR' } },
  })
  const kept = await product.superuser.query(
    `SELECT coalesce(string_agg(r::text, ' '), '') || (SELECT coalesce(string_agg(e::text, ' '), '') FROM kernel.event e)
       AS text FROM kernel.action_revision r`,
  )
  expect(kept.rows[0].text).toContain('create_merchant')
  expect(kept.rows[0].text).not.toContain(NEW.email)
})

test.each<[string, string, object]>([
  ['no name', 'name', { name: ' ' }],
  ['a name that is not seen', 'name', { name: '\u200b' }],
  ['a name that turns its line', 'legal_name', { legal_name: 'Ginger \u202eLamps' }],
  ['a name of two lines', 'name', { name: 'Ginger\nLamps' }],
  ['a country in words', 'country', { country: 'Germany' }],
  ['a category of three digits', 'mcc', { mcc: '571' }],
  ['no address', 'email', { email: 'owner' }],
  ['no way to pay', 'checkout_methods', { checkout_methods: [] }],
  ['one way twice', 'checkout_methods', { checkout_methods: ['card', 'card'] }],
  ['webhooks in clear', 'webhook_url', { webhook_url: 'http://shop.example/hooks' }],
  ['webhooks that go inside', 'webhook_url', { webhook_url: 'https://169.254.169.254/' }],
  ['a secret in an address', 'webhook_url', { webhook_url: 'https://user:secret@shop.example/hooks' }],
  ['terms of settlement', 'settlement', { settlement: { schedule: 'weekly' } }],
])(
  'P-02 P-11 a merchant is not opened with %s, and the refusal names the field',
  async (_what, field, over) => {
    const refused = await operations.post('/api/ops/merchants', { ...NEW, ...over })
    expect(refused.status).toBe(400)
    expect(refused.body.errors.map((one: { field: string }) => one.field)).toContain(field)
  },
)

test('P-02 P-03 P-13 C-24 the pages of merchants and transactions are laid out as declared, and each row holds what its columns say', async () => {
  const id = await openMerchant('Thyme and Tin')
  const { body } = await operations.get('/v1/lists')
  const laidOut = (kind: string) => body.lists.find((one: { kind: string }) => one.kind === kind)
  expect(laidOut('merchant')).toMatchObject({
    ...{ console: 'platform', title: 'Merchants', note: null },
    actions_of: [{ kind: 'merchant_register', id: 'platform' }],
    filters: expect.arrayContaining([
      { key: 'state', title: 'State', options: ['pending', 'active', 'suspended'] },
      { key: 'name', title: 'Name', hint: expect.any(String) },
    ]),
  })
  expect(laidOut('transaction')).toMatchObject({
    note: expect.stringContaining('read-only'),
    filters: expect.arrayContaining([{ key: 'from', title: 'Made since', type: 'instant' }]),
  })
  for (const kind of ['merchant', 'transaction']) {
    const { entities } = (await operations.get(`/v1/entities/${kind}?limit=3`)).body
    const keys = laidOut(kind).columns.map((one: { key: string }) => one.key)
    expect(entities.map((one: { fields: object }) => Object.keys(one.fields))).toEqual(
      entities.map(() => keys),
    )
  }
  const { entities } = (await operations.get('/v1/entities/merchant?name=thyme')).body
  expect(entities).toEqual([
    expect.objectContaining({
      ...{ id, state: 'active' },
      fields: {
        ...{ name: 'Thyme and Tin', legal_name: 'Thyme and Tin Inc', country: 'US', mcc: '5719' },
        created_at: expect.stringMatching(/Z$/),
      },
    }),
  ])
  const merchant = await product.as('platform/MERCHANT')
  expect((await merchant.get('/v1/lists')).status).toBe(403)
})

test('P-03 P-11 no action has a transaction as its target, and whoever is no administrator here sees neither', async () => {
  const { body: catalogue } = await administrator.get('/v1/actions')
  const kinds = catalogue.actions.map((one: { target_kind: string }) => one.target_kind)
  expect(kinds).toContain('merchant')
  expect(kinds).not.toContain('transaction')
  const merchant = await product.as('platform/MERCHANT')
  for (const kind of ['merchant', 'transaction']) {
    expect((await merchant.get(`/v1/entities/${kind}`)).status).toBe(403)
  }
})

test('P-01 P-02 the doors of the platform answer with the members that their contract has, and note what is left alone', async () => {
  const id = await openMerchant()
  const put = async (what: string, body: object) => {
    const answer = await fetch(`${product.url}/api/ops/merchants/${id}/${what}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${operations.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: await answer.json() }
  }
  for (const body of [{}, { reason: '' }, { reason: '  ' }]) {
    expect(await put('suspend', body)).toMatchObject({
      status: 400,
      body: {
        ...{ success: false, error: expect.stringContaining('reason is required') },
        errors: [{ field: 'reason' }],
      },
    })
  }
  expect(await put('suspend', { reason: 'Compliance review' })).toMatchObject({
    status: 200,
    body: {
      ...{ success: true, message: 'Merchant suspended successfully', state: 'executed' },
      note: expect.stringContaining('Scheduled settlements will continue'),
    },
  })
  expect(await sandbox.doors(id)).toEqual([409, 409, 409])
  const { body: listed } = await operations.get('/api/ops/merchants?state=suspended&limit=200')
  expect(listed).toMatchObject({ success: true, note: expect.any(String), next_cursor: null })
  expect(listed.merchants).toContainEqual(expect.objectContaining({ id, status: 'suspended' }))
  expect(JSON.stringify(listed)).not.toMatch(/owner@|cut_off/)
  const { body: one } = await operations.get(`/api/ops/merchants/${id}`)
  expect(one).toMatchObject({ success: true, data: { id, contact: { email: 'o••••@shop.example' } } })
  const { body: config } = await operations.get(`/api/ops/merchants/${id}/config`)
  expect(config).toEqual({
    success: true,
    data: {
      ...{ checkout_methods: ['card'], api_access: true, webhook_url: 'https://shop.example/hooks' },
      version: expect.any(Number),
    },
    note: expect.stringContaining('Financial configurations'),
  })
  for (const path of ['mer_gone', 'mer_gone/config']) {
    expect((await operations.get(`/api/ops/merchants/${path}`)).status).toBe(404)
  }
  expect((await put('activate', {})).body).toMatchObject({ success: true, state: 'executed' })

  const paid = await eventually('the payment to be told', async () => {
    const { body } = await operations.get(`/api/ops/transactions?merchant_id=${id}`)
    return body.transactions.length > 0 && body
  })
  expect(paid).toMatchObject({ success: true, note: expect.stringContaining('read-only') })
  expect(paid.transactions).toHaveLength(1)
})

test('P-03 P-11 K-34 who runs the platform is refused at finance and at changing what was paid, and each attempt is a security event', async () => {
  const attempts: [string, string, string, Record<string, string>?][] = [
    ['GET', '/api/ledger/entries', 'FINANCE_ADMIN role required'],
    ['POST', '/api/settlements/confirm', 'FINANCE_ADMIN role required'],
    ['POST', '/api/accounting-periods/lock', 'FINANCE_ADMIN role required'],
    ['GET', '/api/ops/ledger', 'Finance operations not allowed in Ops Console'],
    ['GET', '/api//OPS/%73ettlements', 'Finance operations not allowed in Ops Console'],
    ['GET', '/api/ops/merchants/..%2fledger-lock', 'Finance operations not allowed in Ops Console'],
    ['POST', '/api/ops/transactions/test-id/refund', 'read-only', { 'x-http-method-override': 'GET' }],
    ['DELETE', '/api/ops/transactions', 'read-only'],
  ]
  for (const [method, path, said, headers] of attempts) {
    const answer = await fetch(`${product.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${operations.token}`, ...headers },
    })
    expect([path, answer.status, await answer.json()]).toMatchObject([
      path,
      403,
      { success: false, error: expect.stringContaining(said), note: expect.stringContaining('logged') },
    ])
  }
  const auditor = await product.as('kernel/auditor')
  const { body: log } = await auditor.get('/v1/audit?kind=security&limit=50')
  const events = log.entries.filter(
    (entry: { event_sub_type?: string }) => entry.event_sub_type === 'UNAUTHORIZED_ACCESS_ATTEMPT',
  )
  expect(events.map((entry: { severity: string }) => entry.severity)).toEqual(attempts.map(() => 'HIGH'))
  const resources = events.map(
    (entry: { detail: { affected_resource: string } }) => entry.detail.affected_resource,
  )
  expect(new Set(resources)).toEqual(new Set(attempts.map(([, path]) => path)))
  const { status } = await fetch(`${product.url}/api/ops/ledger`)
  expect(status).toBe(401)
})

test('P-02 a suspension closes checkout, API and webhooks, and nothing else: what is due is settled at its time', async () => {
  const id = await openMerchant()
  expect(await sandbox.doors(id)).toEqual([201, 200, 200])
  const before = await sandbox.books()
  const asked = await ask(operations, SUSPEND, id, { code: 'compliance_review' })
  expect(asked.status).toBe(202)
  await executed(asked.body.id)
  expect(await sandbox.doors(id)).toEqual([409, 409, 409])
  expect(await sandbox.books()).toEqual(before)

  const { body: record } = await operations.get(`/v1/entities/merchant/${id}`)
  expect(record).toMatchObject({
    state: 'suspended',
    data: { suspend_reason: 'compliance_review', contact: { email: 'o••••@shop.example' } },
    banners: [{ tone: 'warning', text: expect.stringContaining('Scheduled settlements go on') }],
  })
  expect(JSON.stringify(record)).not.toMatch(/cut_off|balance|owner@/)

  await sandbox.settleAhead(3 * DAY_MS)
  await expect.poll(() => sandbox.settledTo(id), { timeout: 30_000 }).toEqual([{ state: 'suspended' }])
})

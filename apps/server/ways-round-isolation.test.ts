import { randomUUID } from 'node:crypto'
import { signatureHeader } from '@countersign/kernel/events/webhook-signature.ts'
import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { rawRequest } from '@countersign/testkit/raw-request.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** With both consoles there, each way by which the platform's people could come at money, and that none leads there. */

let product: Product
let returns: CountersignedReturns
let sandbox: pg.Client
let administrator: Client
let second: Client
let operations: Client
let auditor: Client

beforeAll(async () => {
  product = await startProduct()
  returns = await countersignedReturns(product)
  sandbox = new pg.Client({ connectionString: product.sandboxDatabaseUrl })
  await sandbox.connect()
  administrator = await product.as('platform/PLATFORM_ADMIN')
  second = await product.as('platform/PLATFORM_ADMIN-2')
  operations = await product.as('platform/OPS_ADMIN')
  auditor = await product.as('kernel/auditor')
  for (const somebody of [administrator, second, operations]) await somebody.get('/v1/me')
}, 120_000)
afterAll(async () => {
  await sandbox?.end()
  await product?.close()
})

/** What was brought about where money is moved and kept, since this was made. */
async function moneyMoved(): Promise<() => Promise<number>> {
  const count = async () => {
    const { rows } = await sandbox.query(
      `SELECT count(*)::integer AS n FROM platform.effect WHERE upstream IN ('cts', 'ledger', 'recon', 'compliance')`,
    )
    return Number(rows[0].n)
  }
  const before = await count()
  return async () => (await count()) - before
}

/** The security events of HIGH that this person has caused so far, newest first. */
async function breachesOf({ id }: Client): Promise<{ action: string }[]> {
  const { body } = await auditor.get(`/v1/audit?kind=security&severity=HIGH&actor=${id}&limit=200`)
  return body.entries
}

/** Of each: refused, nothing moved, and one security event of HIGH for each attempt. */
async function breachedBy(who: Client, attempts: readonly (() => ReturnType<Client['get']>)[]) {
  const [moved, before] = [await moneyMoved(), (await breachesOf(who)).length]
  const answers = []
  for (const attempt of attempts) answers.push(await attempt())
  for (const answer of answers) expect([answer.status, answer.text]).toEqual([403, expect.any(String)])
  expect(await moved()).toBe(0)
  expect((await breachesOf(who)).length - before).toBe(attempts.length)
  return answers
}

const RETURN = '/v1/actions/transfers.return_transfer'
const asked = (id: string) => ({
  ...{ target: { kind: 'transfer', id }, input: {}, reason: { code: 'R01' } },
})

test('P-11 K-19 neither one by one nor over many at once does anybody of the platform ask for what moves money', async () => {
  const transfer = returns.take()
  const rows = { rows: [{ target: { kind: 'transfer', id: transfer } }], reason: { code: 'R01' } }
  for (const who of [administrator, operations]) {
    await breachedBy(who, [
      () => who.post(`${RETURN}/preview`, asked(transfer)),
      () => who.post(RETURN, { ...asked(transfer), preview_digest: 'sha256:0' }),
      () => who.post('/returns', { transferId: transfer, reason: 'R01' }),
      () => who.post(`${RETURN}/bulk/preview`, rows),
      () => who.post(`${RETURN}/bulk`, { ...rows, preview_digest: 'sha256:0' }),
    ])
  }
  // Nor is a record of money taken for one of theirs by their own actions.
  const suspend = await operations.post('/v1/actions/platform.suspend_merchant/bulk/preview', {
    rows: [{ target: { kind: 'transfer', id: transfer } }],
    reason: { code: 'compliance_review' },
  })
  expect(suspend.status).toBe(400)
})

test('P-11 K-42 a later time does not help: what is scheduled is asked for by the same rules', async () => {
  const moved = await moneyMoved()
  const later = new Date(Date.now() + 3_600_000).toISOString()
  await breachedBy(operations, [
    () =>
      operations.post(RETURN, { ...asked(returns.take()), scheduled_for: later, preview_digest: 'sha256:0' }),
  ])
  const waiting = (await operations.get('/v1/requests?scheduled=waiting')).body.requests
  expect(waiting).toEqual([])
  expect(await moved()).toBe(0)
})

test('P-11 K-16 what the other console asks for waits for its own people: the platform neither sees it nor decides on it', async () => {
  const request = await returns.ask()
  const moved = await moneyMoved()
  for (const who of [administrator, operations]) {
    expect((await who.get('/v1/approvals')).body.items).toEqual([])
    for (const path of ['', '/rows', '/evidence']) {
      expect([path, (await who.get(`/v1/requests/${request.id}${path}`)).status]).toEqual([path, 404])
    }
    expect((await who.get(`/v1/entities/request/${request.id}`)).status).toBe(404)
    // One that is there is answered as one that is not.
    for (const word of ['approve', 'reject', 'cancel']) {
      const on = (id: string) =>
        who.post(`/v1/requests/${id}/${word}`, { digest: request.digest, reason: 'Looks right to me' })
      const [there, nowhere] = [await on(request.id), await on(randomUUID())]
      expect([word, there.status >= 400 && there.status < 500]).toEqual([word, true])
      expect([word, there.status, there.body.code]).toEqual([word, nowhere.status, nowhere.body.code])
    }
  }
  expect((await returns.read(request.id)).state).toBe('pending')
  expect(await moved()).toBe(0)
  // And nobody of the other console has a say in what the platform asks for.
  const gateway = (await operations.get('/api/ops/gateway-health/status?kind=card&status=operational')).body
  const [from, to] = gateway.data.map(({ id }: { id: string }) => id)
  const override = await operations.post(`/api/ops/gateway-health/${from}/override`, {
    ...{ to, percent: 50, reason: 'gateway_slow' },
    until: new Date(Date.now() + 1_800_000).toISOString(),
  })
  expect(override.status, override.text).toBe(202)
  const theirs = await returns.admin.post(`/v1/requests/${override.body.id}/approve`, {
    digest: override.body.digest,
  })
  expect(theirs.status).toBe(403)
  const { body } = await administrator.get(`/v1/requests/${override.body.id}`)
  expect([body.state, body.approvals.given]).toEqual(['pending', []])
})

test('P-11 P-07 K-46 no chain of roles leads to money: neither to oneself, nor to another who gives it back, nor by a token of both sides', async () => {
  const moved = await moneyMoved()
  const give = (by: Client, person: string, role: string) =>
    by.post('/v1/actions/kernel.grant_role', {
      ...{ target: { kind: 'person', id: person }, input: { role }, reason: { code: 'joined' } },
      preview_digest: 'sha256:0',
    })
  const roles = ['transfers/ADMIN', 'transfers/OPS', 'treasury/FINANCE_ADMIN', 'kernel/auditor']
  for (const role of roles) {
    for (const [by, person] of [
      [administrator, administrator.id],
      [administrator, second.id],
      [second, administrator.id],
      [operations, operations.id],
    ] as const) {
      const answer = await give(by, person, role)
      expect([role, person, answer.status >= 400 && answer.status < 500]).toEqual([role, person, true])
    }
    for (const by of [administrator, operations]) {
      const answer = await by.send('PUT', `/api/ops/users/${operations.id}/role`, {
        ...{ role, reason: 'To help out' },
      })
      expect([role, answer.status >= 400 && answer.status < 500]).toEqual([role, true])
    }
  }
  const held = async (who: Client) => (await who.get('/v1/me')).body.roles
  expect(await held(administrator)).toEqual(['platform/PLATFORM_ADMIN'])
  expect(await held(operations)).toEqual(['platform/OPS_ADMIN'])

  // A token that claims both sides opens neither.
  for (const side of ['transfers/OPS', 'treasury/FINANCE_ADMIN']) {
    const both = await product.as('x', {
      sub: `both-${randomUUID()}`,
      roles: ['platform/PLATFORM_ADMIN', side],
    })
    for (const path of ['/v1/queues', '/api/ops/merchants', '/api/ledger/entries']) {
      expect([side, path, (await both.get(path)).status]).toEqual([side, path, 403])
    }
  }
  expect(await moved()).toBe(0)
})

test('P-11 P-08 a key or a flag of the configuration that names money is none that can be read, set or taken back, however it is written', async () => {
  const written = [
    'settlement_timing',
    'SETTLEMENT_TIMING',
    'settlement_timing%20',
    '%73ettlement_timing',
    'settlement%5Ftiming',
    'ｓettlement_timing',
    'settlement_timing%00',
  ]
  for (const key of written) {
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PUT', '', { value: 'T+0', reason: 'Faster' }],
      ['GET', '/history', undefined],
      ['POST', '/rollback', { version: 1, reason: 'taken_back' }],
    ] as const) {
      const at = `/api/ops/system-config/${key}${path}`
      const answer =
        method === 'GET' ? await administrator.get(at) : await administrator.send(method, at, body)
      expect([key, method, path, [400, 403, 404].includes(answer.status)]).toEqual([key, method, path, true])
      expect(answer.text).not.toMatch(/"config_value"|T\+\d/)
    }
  }
  const { body } = await administrator.get('/api/ops/system-config?limit=200')
  expect(body.data.length).toBeGreaterThan(3)
  expect(JSON.stringify(body.data)).not.toMatch(/settlement|ledger|payout|fee_/i)
  const invented = await administrator.send('PUT', '/api/ops/system-config/feature_flag_instant_payouts', {
    ...{ value: true, reason: 'Tried out' },
  })
  expect([403, 404]).toContain(invented.status)
})

test('P-11 X-11 a view does not open another console’s list, whoever keeps or shares it', async () => {
  const view = (by: Client, queue: string) =>
    by.post('/v1/actions/kernel.save_view', {
      ...{ target: { kind: 'view', id: `${queue}:${randomUUID()}` }, reason: { code: 'keep' } },
      ...{ input: { name: 'Mine', list: { state: ['open'] } }, preview_digest: 'sha256:0' },
    })
  for (const who of [administrator, operations]) {
    const answer = await view(who, 'transfers.returns')
    expect(answer.status >= 400 && answer.status < 500).toBe(true)
    for (const path of ['items', 'views', 'people', 'file', 'selection']) {
      const read = await who.get(`/v1/queues/transfers.returns/${path}`)
      expect([path, [403, 404, 405].includes(read.status)]).toEqual([path, true])
    }
    expect((await who.get('/v1/queues')).body.queues).toEqual([])
  }
})

test('P-11 K-26 nothing of the other console leaves as a file: neither lists, nor the log, nor evidence, nor figures', async () => {
  const transfer = returns.take()
  for (const who of [administrator, operations]) {
    for (const path of [
      ...['csv', 'json', 'bundle'].map((format) => `/v1/audit/export?format=${format}`),
      '/v1/audit/log/checkpoint',
      '/v1/queues/transfers.returns/file',
      `/v1/entities/transfer/${transfer}/evidence`,
      `/v1/entities/transfer/${transfer}/timeline`,
      `/v1/entities/transfer/${transfer}/notes`,
      '/v1/entities/transfer?limit=5',
      '/v1/entities/party?limit=5',
      '/v1/series/transfers.queue.returns?from=2026-01-01T00:00:00Z',
    ]) {
      const answer = await who.get(path)
      expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true])
      expect(answer.text).not.toMatch(/amount|receiver/)
    }
    const note = await who.post(`/v1/entities/transfer/${transfer}/notes`, { text: 'Send it back' })
    expect(note.status).toBe(404)
  }
})

test('P-11 K-28 no search, whatever is typed, tells that a transfer or a party is there', async () => {
  const transfer = returns.take()
  const { body } = await returns.ops.get(`/v1/entities/transfer/${transfer}`)
  const typed = [
    ...[transfer, body.data.originator.party_id, body.data.originator.name, body.data.reference],
    ...[body.data.amount.amount, body.data.trace_number],
  ].filter((text): text is string => typeof text === 'string' && text !== '')
  expect(typed.length).toBeGreaterThanOrEqual(4)
  const kindsFound = async (who: Client, q: string) => {
    const { status, body: found } = await who.get(`/v1/search?q=${encodeURIComponent(q)}&limit=20`)
    expect(status).toBe(200)
    return found.groups.map(({ kind }: { kind: string }) => kind)
  }
  const ofMoney = ['transfer', 'party', 'exception', 'hit', 'statement', 'posting', 'file']
  for (const who of [administrator, operations]) {
    for (const q of typed) {
      const kinds = await kindsFound(who, q)
      expect([q, kinds.filter((kind: string) => ofMoney.includes(kind))]).toEqual([q, []])
    }
  }
  expect(await kindsFound(returns.ops, transfer)).toContain('transfer')
})

test('P-11 C-15 what an upstream of the platform signs is believed of what is its own alone', async () => {
  const transfer = returns.take()
  const before = (await returns.ops.get(`/v1/entities/transfer/${transfer}`)).body
  const tell = async (
    source: 'merchants' | 'gateways' | 'edge' | 'cts',
    signedAs: 'merchants' | 'gateways' | 'edge',
  ) => {
    const body = Buffer.from(
      JSON.stringify([
        {
          ...{ id: `evt_${randomUUID()}`, type: 'transfer.returned', at: new Date().toISOString() },
          ...{ subject: { kind: 'transfer', id: transfer }, subject_version: 999 },
          data: {
            id: transfer,
            version: 999,
            state: 'returned',
            amount: { amount: '1.00', currency: 'USD' },
          },
        },
      ]),
    )
    const answer = await fetch(`${product.url}/v1/ingest/${source}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'countersign-signature': signatureHeader(body, product.webhookSecrets[signedAs][0], new Date()),
      },
      body: new Uint8Array(body),
    })
    return answer.status
  }
  // Another's secret is no signature here.
  for (const signedAs of ['merchants', 'gateways', 'edge'] as const) {
    expect([signedAs, await tell('cts', signedAs)]).toEqual([signedAs, 401])
  }
  // Its own is, and what it says is kept as what could not be understood: nothing of the transfer moves.
  for (const source of ['merchants', 'gateways', 'edge'] as const) await tell(source, source)
  await eventually('the events to be looked at', async () => {
    const { rows } = await product.superuser.query(
      `SELECT count(*)::integer AS n FROM kernel.dead_letter WHERE source = ANY ($1)`,
      [['merchants', 'gateways', 'edge']],
    )
    return Number(rows[0].n) >= 3
  })
  const after = (await returns.ops.get(`/v1/entities/transfer/${transfer}`)).body
  expect([after.state, after.version]).toEqual([before.state, before.version])
  const { rows } = await product.superuser.query(
    `SELECT count(*)::integer AS n FROM kernel.ordered_event
      WHERE 'transfer/' || $1 = ANY (refs) AND source IN ('merchants', 'gateways', 'edge')`,
    [transfer],
  )
  expect(rows[0].n).toBe(0)
})

test('P-11 K-03 no header, method in disguise or second spelling of a path makes another of somebody', async () => {
  const moved = await moneyMoved()
  const transfer = returns.take()
  const disguises: Record<string, string>[] = [
    { 'x-user-role': 'FINANCE_ADMIN', 'x-user-id': 'test-id' },
    { 'x-roles': 'treasury/FINANCE_ADMIN' },
    { 'x-forwarded-user': returns.ops.id },
    { 'x-http-method-override': 'GET' },
    { 'x-original-url': '/v1/me' },
  ]
  for (const headers of disguises) {
    for (const path of ['/returns', '//returns', '/./returns', '/v1/../returns', '/%72eturns']) {
      // As it is written: fetch would follow the dot segments before it sends them.
      const answer = await rawRequest(
        product.url,
        `POST ${path} HTTP/1.1`,
        [
          'Host: here',
          `Authorization: Bearer ${operations.token}`,
          'Content-Type: application/json',
          `Idempotency-Key: ${randomUUID()}`,
          ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        ],
        JSON.stringify({ transferId: transfer, reason: 'R01' }),
      )
      expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true])
    }
  }
  expect(await moved()).toBe(0)
})

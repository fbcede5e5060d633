import { randomUUID } from 'node:crypto'
import { makeUpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { mountConsole } from '@countersign/kernel/console.ts'
import { kernelConsole } from '@countersign/kernel/kernel-console.ts'
import { mountPlatform } from '@countersign/platform/mount-platform.ts'
import {
  eventsOf,
  type SandboxForTests,
  startSandboxForTests,
  TEST_API_KEY,
} from '@countersign/sandbox/sandbox-for-tests.ts'
import pg from 'pg'
import { z } from 'zod'
import { freePort } from './free-port.ts'
import { type Answer, type Client, type Product, type ProductOptions, startProduct } from './product.ts'

type EdgeRecord = { readonly id: string }

export type PlatformSandbox = {
  readonly request: SandboxForTests['request']
  readonly url: () => string
  /** What an upstream has told so far; the merchants' system if none is named. */
  readonly told: (upstream?: string) => ReturnType<typeof eventsOf>
  /** Starts it anew at its address with its clock so far ahead; what time does (settlements, say) goes by it from then on. */
  readonly settleAhead: (ms: number) => Promise<void>
  /** Everything of money that the upstreams hold, row by row. */
  readonly books: () => Promise<unknown>
  /** States of the merchants to whom something was settled, a row for each settlement to this one. */
  readonly settledTo: (merchant: string) => Promise<readonly { state: string }[]>
  /** An active merchant with a checkout, API access and a webhook. @returns its id */
  readonly openMerchant: (name: string) => Promise<string>
  /** A merchant like this one, and with its balance, under an id of the test's own. */
  readonly likeMerchant: (merchant: string, id: string) => Promise<void>
  /** A payment at its checkout. @returns the status of the answer */
  readonly checkOut: (merchant: string, amount?: string) => Promise<number>
  /** A payment by card at its checkout. @returns the gateway that it went by */
  readonly paidBy: (merchant: string, more?: object) => Promise<string>
  /** What somebody else does at the gateways' system of record. @returns the status of the answer */
  readonly atGateway: (id: string, what: string, body: object) => Promise<number>
  /** What of it is open now: the statuses of a payment at its checkout, a call of the API and a webhook. */
  readonly doors: (merchant: string) => Promise<readonly [number, number, number]>
  /** How often each key took effect on this record of an upstream, of the merchants' system if none is named. */
  readonly effectsOn: (id: string, upstream?: string) => Promise<readonly number[]>
  /** Requests of operators, as the edge has seen them. */
  readonly seenAtTheEdge: (requests: {
    readonly merchant_id?: string
    readonly route: string
    readonly count: number
  }) => Promise<void>
  /** What somebody does at the edge without this console. @returns the record */
  readonly atTheEdge: (path: string, body?: object) => Promise<unknown>
  /** The limit or list that somebody makes at the edge without this console. @throws ZodError where it made none */
  readonly madeAtTheEdge: (path: string, body: object) => Promise<EdgeRecord>
  /** From then on it takes no requests, or does again. */
  readonly edgeAway: (away: boolean) => Promise<void>
  readonly drop: () => Promise<void>
}

/** Sends as a client of the doors does: any method, a key that nobody used before, and perhaps from somewhere else. */
export async function atDoor(
  product: Pick<Product, 'url'>,
  by: Pick<Client, 'token'>,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  { body, from }: { readonly body?: object; readonly from?: string } = {},
): Promise<Answer> {
  const answer = await fetch(`${product.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${by.token}`,
      ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID() }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(from === undefined ? {} : { 'x-forwarded-for': from }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, body: text === '' ? null : JSON.parse(text) }
}

const paid = z.object({ transaction: z.object({ gateway: z.string() }) })
const created = z.object({ merchant: z.object({ id: z.string() }) })
const edgeRecord = z.looseObject({ id: z.string() })
const made = z
  .union([z.looseObject({ rate_limit: edgeRecord }), z.looseObject({ allowlist: edgeRecord })])
  .transform((one): EdgeRecord => ('rate_limit' in one ? one.rate_limit : one.allowlist) as EdgeRecord)
const effects = z.looseObject({
  effects: z.array(z.looseObject({ target: z.string(), count: z.number() })),
})

/** The upstreams of the platform console with a world of their own, whose money can be looked at. */
export async function startPlatformSandbox(transactions = 0): Promise<PlatformSandbox> {
  let aheadMs = 0
  let keys = 0
  const sandbox = await startSandboxForTests({
    ...{ transactions, port: await freePort() },
    now: () => new Date(Date.now() + aheadMs),
  })
  const money = new pg.Client({ connectionString: sandbox.databaseUrl })
  await money.connect()
  const write = (path: string, body: object) => {
    keys += 1
    return sandbox.request('POST', `/merchants/merchants${path}`, { key: `play-${keys}`, body })
  }
  const pay = (merchant: string, amount: string, more: object = {}) =>
    write(`/${merchant}/checkout`, {
      ...{ method: 'card', network: 'visa', amount: { amount, currency: 'USD' } },
      ...more,
    })
  const checkOut = async (merchant: string, amount = '12.34') => (await pay(merchant, amount)).status
  const play = async (merchant: string, what: string) =>
    (await sandbox.request('POST', `/merchants/merchants/${merchant}/${what}`, { body: {} })).status
  const atTheEdge = async (path: string, body?: object): Promise<unknown> => {
    keys += 1
    const answer = await sandbox.request(
      body === undefined ? 'GET' : 'POST',
      `/edge${path}`,
      body === undefined ? {} : { key: `edge-${keys}`, body },
    )
    return answer.body
  }
  return {
    request: sandbox.request,
    url: () => sandbox.url,
    told: (upstream = 'merchants') => eventsOf(sandbox, upstream),
    async settleAhead(ms) {
      aheadMs = ms
      await sandbox.restart({ settlements: true })
    },
    async books() {
      const { rows } = await money.query(
        `SELECT (SELECT jsonb_agg(to_jsonb(b) ORDER BY merchant_id) FROM merchants.balance b) AS balances,
                (SELECT jsonb_agg(to_jsonb(s) ORDER BY id) FROM merchants.settlement s) AS settlements,
                (SELECT jsonb_agg(to_jsonb(p) ORDER BY id) FROM ledger.posting p) AS postings`,
      )
      return rows[0]
    },
    async settledTo(merchant) {
      const { rows } = await money.query<{ state: string }>(
        'SELECT m.state FROM merchants.settlement s JOIN merchants.merchant m ON m.id = s.merchant_id WHERE m.id = $1',
        [merchant],
      )
      return rows
    },
    async openMerchant(name) {
      const { body } = await write('', {
        ...{ name, legal_name: `${name} Inc`, country: 'US', mcc: '5719' },
        contact: { email: 'owner@shop.example' },
        config: {
          checkout_methods: ['card'],
          api_access: true,
          webhook_url: 'https://shop.example/hooks',
          settlement: { schedule: 'daily', cut_off: '17:00', currency: 'USD' },
        },
      })
      const { id } = created.parse(body).merchant
      await write(`/${id}/activate`, {})
      return id
    },
    async likeMerchant(merchant, id) {
      await money.query(
        `INSERT INTO merchants.merchant
         SELECT (jsonb_populate_record(m, jsonb_build_object('id', $2::text))).* FROM merchants.merchant m WHERE id = $1`,
        [merchant, id],
      )
      await money.query(
        `INSERT INTO merchants.balance
         SELECT (jsonb_populate_record(b, jsonb_build_object('merchant_id', $2::text))).*
           FROM merchants.balance b WHERE merchant_id = $1`,
        [merchant, id],
      )
    },
    checkOut,
    paidBy: async (merchant, more) =>
      paid.parse((await pay(merchant, '12.34', more)).body).transaction.gateway,
    async atGateway(id, what, body) {
      keys += 1
      const path = `/gateways/gateways/${id}/${what}`
      return (await sandbox.request('POST', path, { key: `play-${keys}`, body })).status
    },
    doors: async (merchant) => [
      await checkOut(merchant),
      await play(merchant, 'api-calls'),
      await play(merchant, 'webhook-deliveries'),
    ],
    async effectsOn(id, upstream = 'merchants') {
      const { body } = await sandbox.request('GET', `/_sandbox/effects?upstream=${upstream}&limit=1000`)
      return effects
        .parse(body)
        .effects.filter(({ target }) => target === id)
        .map(({ count }) => count)
    },
    async seenAtTheEdge(requests) {
      keys += 1
      const body = { ip: '192.0.2.1', ...requests }
      const { status } = await sandbox.request('POST', '/edge/requests', { key: `seen-${keys}`, body })
      if (status !== 200) throw new Error(`the edge answered ${status}`)
    },
    atTheEdge,
    madeAtTheEdge: async (path, body) => made.parse(await atTheEdge(path, body)),
    async edgeAway(away) {
      const body = { upstream: 'edge', mode: away ? 'refuse' : 'off' }
      const { status } = await sandbox.request('POST', '/_sandbox/misbehave', { body })
      if (status >= 300) throw new Error(`the sandbox answered ${status}`)
    },
    async drop() {
      await money.end()
      await sandbox.drop()
    },
  }
}

/** The platform console alone, on upstreams of its own. */
export async function startPlatform(
  options: Pick<ProductOptions, 'issuer' | 'serverEnvironment' | 'worker'> = {},
): Promise<{ product: Product; sandbox: PlatformSandbox }> {
  const sandbox = await startPlatformSandbox()
  const connect = (name: string) =>
    makeUpstreamHttp({ name, baseUrl: `${sandbox.url()}/${name}`, key: TEST_API_KEY })
  const consoles = [mountConsole(kernelConsole, undefined), mountPlatform(connect)]
  return { product: await startProduct({ ...options, consoles }), sandbox }
}

import { randomUUID } from 'node:crypto'
import { makeUpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { type BoundAction, type MountedConsole, mountConsole } from '@countersign/kernel/console.ts'
import { platformConsole } from '@countersign/platform/console.ts'
import { makeEdgeHttp } from '@countersign/platform/edge/edge-http.ts'
import { makeGatewaysHttp } from '@countersign/platform/gateways/gateways-http.ts'
import { makeMerchantsHttp } from '@countersign/platform/merchants/merchants-http.ts'
import {
  type SandboxForTests,
  startSandboxForTests,
  TEST_API_KEY,
} from '@countersign/sandbox/sandbox-for-tests.ts'
import { makeComplianceHttp } from '@countersign/transfers/compliance/compliance-http.ts'
import { transfersConsole } from '@countersign/transfers/console.ts'
import { makeCtsHttp } from '@countersign/transfers/cts/cts-http.ts'
import { makeLedgerHttp } from '@countersign/transfers/ledger/ledger-http.ts'
import { makeReconHttp } from '@countersign/transfers/recon/recon-http.ts'
import { treasuryConsole } from '@countersign/treasury/console.ts'
import { makeTreasuryHttp } from '@countersign/treasury/treasury/treasury-http.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { brokenPromises, CONFORMANCE, type ConnectorUnderTest, type Order } from './connector-conformance.ts'
import { connectOutside, mountOutside } from './outside-connectors.ts'

/** How far the upstream's clock is ahead. */
let aheadMs = 0
let sandbox: SandboxForTests
let consoles: MountedConsole[]
let database: pg.Client

beforeAll(async () => {
  record()
  sandbox = await startSandboxForTests({ now: () => new Date(Date.now() + aheadMs) })
  database = new pg.Client({ connectionString: sandbox.databaseUrl })
  await database.connect()
  const connect = (name: string) =>
    makeUpstreamHttp({ name, baseUrl: `${sandbox.url}/${name}`, key: TEST_API_KEY })
  const platform = {
    merchants: makeMerchantsHttp(connect('merchants')),
    gateways: makeGatewaysHttp(connect('gateways')),
    edge: makeEdgeHttp(connect('edge')),
  }
  const treasury = { treasury: makeTreasuryHttp(connect('treasury')) }
  consoles = [
    mountConsole(transfersConsole([], makeReconHttp(connect('recon'))), {
      cts: makeCtsHttp(connect('cts')),
      ledger: makeLedgerHttp(connect('ledger')),
      recon: makeReconHttp(connect('recon')),
      compliance: makeComplianceHttp(connect('compliance')),
    }),
    mountConsole(platformConsole([], platform), platform),
    mountConsole(treasuryConsole([], treasury), treasury),
    mountOutside(connectOutside(sandbox.url, TEST_API_KEY)),
  ]
}, 60_000)
afterAll(async () => {
  vi.restoreAllMocks()
  await database?.end()
  await sandbox?.drop()
})

type Call = {
  readonly upstream: string
  readonly method: string
  readonly url: URL
  readonly body: unknown
  readonly status: number
  readonly answer: unknown
}
const calls: Call[] = []

/** Notes what crosses the wire between connectors and upstreams. */
function record(): void {
  const send = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (address, init) => {
    const response = await send(address, init)
    const url = new URL(String(address))
    const text = await response.clone().text()
    calls.push({
      upstream: url.pathname.split('/')[1] ?? '',
      method: init?.method ?? 'GET',
      url,
      body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined,
      status: response.status,
      answer: text === '' ? undefined : JSON.parse(text),
    })
    return response
  })
}

function actionOf(name: string): BoundAction {
  const action = consoles.flatMap(({ actions }) => actions).find((one) => one.name === name)
  if (!action) throw new Error(`there is no action ${name}`)
  return action
}

const versioned = z.looseObject({ id: z.string(), version: z.number() })
const party = versioned.extend({ frozen: z.boolean() })
const transfer = versioned.extend({
  return: z.object({ code: z.string() }),
  originator: z.object({ party_id: z.string() }),
  receiver: z.object({ party_id: z.string() }),
})
const effects = z.object({
  effects: z.array(z.object({ key: z.string(), target: z.string(), count: z.number() })),
})

async function listed<Row extends z.ZodType>(
  path: string,
  plural: string,
  row: Row,
): Promise<z.output<Row>[]> {
  const { body } = await sandbox.request('GET', path)
  return z.object({ [plural]: z.array(row) }).parse(body)[plural] ?? []
}

async function counted(upstream: string) {
  const { body } = await sandbox.request('GET', `/_sandbox/effects?upstream=${upstream}&limit=10000`)
  return effects.parse(body).effects
}

async function performedUnder(upstream: string, key: string): Promise<number> {
  return (await counted(upstream)).find((one) => one.key === key)?.count ?? 0
}

type Subject = {
  readonly upstream: string
  readonly newOrder: () => Promise<Order>
  readonly performed: ConnectorUnderTest['performed']
}

const taken = new Set<string>()
/** One that no other trial has used. */
function fresh<Row extends { id: string }>(rows: readonly Row[]): Row {
  const row = rows.find(({ id }) => !taken.has(id))
  if (!row) throw new Error('the world of the seed is used up')
  taken.add(row.id)
  return row
}

/** A gateway whose authorisations go where its turn has them go. */
async function notOverridden(): Promise<z.output<typeof versioned>> {
  await sandbox.request('POST', '/gateways/gateways/gw_north/override/end', {
    key: randomUUID(),
    body: { reason: 'another trial' },
  })
  return versioned.parse((await sandbox.request('GET', '/gateways/gateways/gw_north')).body)
}

/** A merchant that has neither a limit nor a list. */
async function newMerchant(): Promise<string> {
  const body = {
    ...{ name: 'Trial', legal_name: 'Trial Inc', country: 'US', mcc: '5719' },
    contact: { email: 'owner@trial.example' },
    config: {
      checkout_methods: ['card'],
      api_access: true,
      settlement: { schedule: 'daily', cut_off: '17:00', currency: 'USD' },
    },
  }
  const made = await sandbox.request('POST', '/merchants/merchants', { key: randomUUID(), body })
  return z.object({ merchant: versioned }).parse(made.body).merchant.id
}
const LIMIT = { route: '/v1/trial', limit: 5, window_s: 60, burst: 0, reason: 'load' }
const LIST = { entries: [{ name: 'Office', cidr: '192.0.2.0/24' }], reason: 'outdated' }

async function madeAtTheEdge(
  path: string,
  member: string,
  body: object,
): Promise<{ id: string; version: number }> {
  const owner = { scope: 'merchant', merchant_id: await newMerchant() }
  const made = await sandbox.request('POST', `/edge${path}`, {
    key: randomUUID(),
    body: { ...owner, ...body },
  })
  const record = z.object({ [member]: versioned }).parse(made.body)[member]
  if (!record) throw new Error(`the edge made no ${member}`)
  return record
}

/** What is done to a record that the edge has, with something new each time. */
function ofTheEdge(path: string, member: string, facts: object, change: object): Subject {
  return {
    upstream: 'edge',
    async newOrder() {
      const { id, version } = await madeAtTheEdge(path, member, facts)
      return { accepted: { id, ...change }, targetVersion: String(version) }
    },
    performed: (_order, key) => performedUnder('edge', key),
  }
}
const newAtTheEdge = (facts: object): Subject => ({
  upstream: 'edge',
  newOrder: async () => ({
    accepted: { scope: 'merchant', merchant_id: await newMerchant(), ...facts },
    targetVersion: null,
  }),
  performed: (_order, key) => performedUnder('edge', key),
})

/** Every effect of the product, and one of each other class, with something new to do each time. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  'transfers.freeze_entity': {
    upstream: 'compliance',
    async newOrder() {
      const { id, version } = fresh(
        (await listed('/compliance/parties?limit=200', 'parties', party)).filter(({ frozen }) => !frozen),
      )
      return { accepted: { id, reason: 'court_order' }, targetVersion: String(version) }
    },
    performed: (_order, key) => performedUnder('compliance', key),
  },
  'transfers.unfreeze_entity': {
    upstream: 'compliance',
    async newOrder() {
      const { id } = fresh(
        (await listed('/compliance/parties?limit=200', 'parties', party)).filter(({ frozen }) => !frozen),
      )
      const frozen = await sandbox.request('POST', `/compliance/parties/${id}/freeze`, {
        key: randomUUID(),
        body: { reason: 'court_order' },
      })
      const { version } = z.object({ party }).parse(frozen.body).party
      return { accepted: { id, reason: 'cleared' }, targetVersion: String(version) }
    },
    performed: (_order, key) => performedUnder('compliance', key),
  },
  'transfers.return_transfer': {
    upstream: 'cts',
    async newOrder() {
      const frozen = new Set(
        (await listed('/compliance/parties?limit=200', 'parties', party))
          .filter((one) => one.frozen)
          .map(({ id }) => id),
      )
      const returns = await listed('/cts/transfers?state=return_received&limit=200', 'transfers', transfer)
      const free = returns.filter(
        ({ originator, receiver }) => !frozen.has(originator.party_id) && !frozen.has(receiver.party_id),
      )
      const found = fresh(free)
      return {
        accepted: { id: found.id, case: 'book', reason: found.return.code },
        targetVersion: String(found.version),
      }
    },
    performed: (_order, key) => performedUnder('cts', key),
  },
  'platform.override_gateway': {
    upstream: 'gateways',
    async newOrder() {
      const { id, version } = await notOverridden()
      const until = new Date(Date.now() + 12 * 3_600_000).toISOString()
      return {
        accepted: { id, to: 'gw_south', percent: 100, until, reason: 'gateway_slow' },
        targetVersion: String(version),
      }
    },
    performed: (_order, key) => performedUnder('gateways', key),
  },
  'platform.end_gateway_override': {
    upstream: 'gateways',
    async newOrder() {
      const { id } = await notOverridden()
      const until = new Date(Date.now() + 12 * 3_600_000).toISOString()
      const { body } = await sandbox.request('POST', `/gateways/gateways/${id}/override`, {
        key: randomUUID(),
        body: { to: 'gw_south', percent: 100, until, reason: 'gateway_slow' },
      })
      const { version } = z.object({ gateway: versioned }).parse(body).gateway
      return { accepted: { id, reason: 'gateway_recovered' }, targetVersion: String(version) }
    },
    performed: (_order, key) => performedUnder('gateways', key),
  },
  'platform.add_rate_limit': newAtTheEdge(LIMIT),
  'platform.change_rate_limit': ofTheEdge('/rate-limits', 'rate_limit', LIMIT, {
    ...{ limit: 9, window_s: 60, burst: 1, reason: 'load' },
  }),
  'platform.withdraw_rate_limit': ofTheEdge('/rate-limits', 'rate_limit', LIMIT, { reason: 'outdated' }),
  'platform.add_allowlist': newAtTheEdge(LIST),
  'platform.change_allowlist': ofTheEdge('/allowlists', 'allowlist', LIST, {
    ...{ scope: 'merchant', reason: 'network_moved', entries: [{ name: 'Moved', cidr: '2001:db8::/48' }] },
  }),
  'platform.withdraw_allowlist': ofTheEdge('/allowlists', 'allowlist', LIST, { reason: 'outdated' }),
  'treasury.confirm_settlement': {
    upstream: 'treasury',
    async newOrder() {
      const id = `stl_${randomUUID()}`
      await database.query(
        `INSERT INTO merchants.settlement (id, merchant_id, period_start, period_end, amount_minor, currency, posting_id, settled_at)
         VALUES ($1, $2, now() - interval '1 day', now(), 1204, 'USD', 'pst_trial', now())`,
        [id, await newMerchant()],
      )
      return { accepted: { id, reason: 'bank_advice' }, targetVersion: '1' }
    },
    performed: (_order, key) => performedUnder('treasury', key),
  },
  'treasury.lock_period': {
    upstream: 'treasury',
    async newOrder() {
      // Before every other month, so that none has to be locked first.
      const { rows } = await database.query<{ id: string }>(
        `INSERT INTO ledger.period (id, starts_at, ends_at)
         SELECT 'prd_' || to_char(month, 'YYYY-MM'), month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC'
           FROM (SELECT ledger.month_of(min(starts_at)) - interval '1 month' AS month FROM ledger.period) m
         RETURNING id`,
      )
      return {
        accepted: { id: rows[0]?.id ?? '', reason: 'month_closed', postings: 0 },
        targetVersion: '1',
      }
    },
    performed: (_order, key) => performedUnder('treasury', key),
  },
  'hall.pay_out': {
    upstream: 'banks',
    newOrder: async () => ({
      accepted: { amount: '12.50', account: 'DE02120300000000202051' },
      targetVersion: '1',
    }),
    performed: (_order, key) => performedUnder('banks', key),
  },
  'hall.set_host': {
    upstream: 'hosts',
    async newOrder() {
      const { body } = await sandbox.request('GET', '/hosts/hosts/host_north')
      const { id, version, weight } = versioned.extend({ weight: z.number() }).parse(body)
      return { accepted: { id, routing: 'off', weight: (weight + 1) % 100 }, targetVersion: String(version) }
    },
    async performed({ targetVersion }) {
      const since = (await counted('hosts')).filter(
        ({ key }) => Number(key.split('@')[1]) >= Number(targetVersion),
      )
      return since.reduce((sum, { count }) => sum + count, 0)
    },
  },
  'hall.order_pickup': {
    upstream: 'carriers',
    newOrder: async () => ({ accepted: { parcel: `prc_${randomUUID()}` }, targetVersion: '1' }),
    performed: (order) => performedUnder('carriers', (order.accepted as { parcel: string }).parcel),
  },
}

/** @param effect another than the action's own, to show what would become of it */
function connectorOf(
  name: string,
  effect: ConnectorUnderTest['effect'] = actionOf(name),
): ConnectorUnderTest {
  const subject = SUBJECTS[name]
  if (!subject) throw new Error(`nobody has said how to try ${name}`)
  return {
    effect,
    newOrder() {
      aheadMs = 0
      return subject.newOrder()
    },
    performed: subject.performed,
    async failNextWrite(mode) {
      const body = { upstream: subject.upstream, mode, on: 'writes', count: 1 }
      await sandbox.request('POST', '/_sandbox/misbehave', { body })
    },
    async letPass(ms) {
      aheadMs += ms
    },
  }
}

const DECLARED = {
  A: [
    ...(['transfers.freeze_entity', 'transfers.unfreeze_entity', 'transfers.return_transfer'] as const),
    ...(['platform.override_gateway', 'platform.end_gateway_override'] as const),
    ...(['platform.add_rate_limit', 'platform.change_rate_limit', 'platform.withdraw_rate_limit'] as const),
    ...(['platform.add_allowlist', 'platform.change_allowlist', 'platform.withdraw_allowlist'] as const),
    ...(['treasury.confirm_settlement', 'treasury.lock_period'] as const),
  ],
  B: ['hall.pay_out'],
  C: ['hall.set_host'],
  D: ['hall.order_pickup'],
} as const

describe.each(Object.entries(DECLARED))('K-18 K-36 class %s', (ofClass, names) => {
  test.each(names)(`%s declares class ${ofClass}, and its upstream has it`, async (name) => {
    expect(actionOf(name).afterLostAnswer?.class).toBe(ofClass)
    const { body } = await sandbox.request('GET', `/${SUBJECTS[name]?.upstream}/about`)
    expect(body).toMatchObject({ class: ofClass })
  })

  test.each(names.flatMap((name) => CONFORMANCE[ofClass as 'A'].map((check) => ({ name, ...check }))))(
    'K-18 K-36 $name: $title',
    ({ name, run }) => run(connectorOf(name)),
  )
})

describe('K-18 K-36 a connector that declares a class that its upstream has not', () => {
  test('a bank that pays again is not of class A', async () => {
    const { deliver, afterLostAnswer } = actionOf('hall.pay_out')
    if (afterLostAnswer?.class !== 'B') throw new Error('it is of class B')
    const lying = {
      class: 'A',
      readBack: afterLostAnswer.readBack,
      keyRetentionMs: async () => 86_400_000,
    } as const
    expect(await brokenPromises(connectorOf('hall.pay_out', { deliver, afterLostAnswer: lying }))).toEqual([
      'the same key sent again is done once, and answered as done',
      'the same key sent again after a lost answer is done once',
      'the same key sent twice at a time is done once',
      'it says for how long it knows a key, and knows it for that long',
    ])
  })

  test('a carrier that cannot be asked is not of class B', async () => {
    const { deliver } = actionOf('hall.order_pickup')
    const lying = {
      class: 'B',
      readBack: async () => ({ outcome: 'retry', code: 'not_happened', why: 'so it says' }) as const,
      settlesWithinMs: async () => undefined,
    } as const
    expect(
      await brokenPromises(connectorOf('hall.order_pickup', { deliver, afterLostAnswer: lying })),
    ).toEqual([
      'asked after it acted and dropped the connection, it says that it is done',
      'it says how long an order may wait before it is begun on',
    ])
  })

  test('a bank without versions is not of class C', async () => {
    const { deliver, afterLostAnswer } = actionOf('hall.pay_out')
    if (afterLostAnswer?.class !== 'B') throw new Error('it is of class B')
    const lying = { class: 'C', readBack: afterLostAnswer.readBack } as const
    expect(await brokenPromises(connectorOf('hall.pay_out', { deliver, afterLostAnswer: lying }))).toEqual([
      'the same write sent again is refused by its version, and done once',
      'a write without the version that was seen is not made at all',
    ])
  })

  test('a connector that takes a lost answer for a no is of no class, not even D', async () => {
    const action = actionOf('hall.order_pickup')
    const deliver: BoundAction['deliver'] = async (accepted, context) => {
      const answer = await action.deliver(accepted, context)
      return answer.outcome === 'unknown' ? { ...answer, outcome: 'retry' } : answer
    }
    const broken = await brokenPromises(
      connectorOf('hall.order_pickup', { deliver, afterLostAnswer: { class: 'D' } }),
    )
    expect(broken).toContain(
      'a write whose answer is lost is unknown: neither done, nor refused, nor to be tried again',
    )
  })
})

test('K-18 K-36 every effect of the product declares the class that its upstream says it has', async () => {
  const declared = consoles
    .flatMap(({ actions }) => actions)
    .flatMap(({ name, connectors, afterLostAnswer }) =>
      connectors.map((upstream) => ({ name, upstream, class: afterLostAnswer?.class })),
    )
  expect(declared.length).toBeGreaterThan(6)
  for (const { upstream, class: of } of declared) {
    expect((await sandbox.request('GET', `/${upstream}/about`)).body).toMatchObject({ upstream, class: of })
  }
})

const schema = z.looseObject({})
const content = z.object({ content: z.record(z.string(), z.object({ schema })).optional() })
const contract = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z.array(z.object({ name: z.string(), in: z.string() })),
        requestBody: content.optional(),
        responses: z.record(z.string(), content),
      }),
    ),
  ),
})

/** What in a call is not as the upstream's published contract has it. */
async function misfits({ upstream, method, url, body, status, answer }: Call): Promise<string[]> {
  const published = await sandbox.request('GET', `/_sandbox/openapi/${upstream}.json`)
  const { paths } = contract.parse(published.body)
  const path = url.pathname.slice(upstream.length + 1)
  const [template, operations] =
    Object.entries(paths).find(([one]) => new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`).test(path)) ??
    []
  const operation = operations?.[method.toLowerCase()]
  const where = `${method} /${upstream}${template ?? path}`
  if (!operation) return [`${where} is not published`]
  const fits = (what: string, value: unknown, published: z.infer<typeof content> | undefined): string[] => {
    const [agreed] = Object.values(published?.content ?? {})
    if (!agreed) return value === undefined ? [] : [`${where}: ${what} is not published`]
    if (JSON.stringify(agreed.schema).includes('$ref')) return []
    const parsed = z.fromJSONSchema(agreed.schema).safeParse(value)
    return parsed.success ? [] : [`${where}: ${what}: ${parsed.error.message}`]
  }
  const asked = [...url.searchParams.keys()].filter(
    (name) => !operation.parameters.some((one) => one.in === 'query' && one.name === name),
  )
  return [
    ...asked.map((name) => `${where}: the parameter ${name} is not published`),
    ...fits('what was sent', body, operation.requestBody),
    ...fits(`the answer ${status}`, answer, operation.responses[String(status)]),
  ]
}

describe('K-36 the published contracts', () => {
  test('what every connector has sent and read so far is as published', async () => {
    const seen = calls.filter(({ upstream }) => upstream !== '_sandbox')
    const operations = new Set(seen.map(({ upstream, method }) => `${method} ${upstream}`))
    for (const upstream of ['cts', 'compliance', 'banks', 'carriers'])
      expect(operations).toContain(`POST ${upstream}`)
    expect(operations).toContain('PUT hosts')
    const wrong = await Promise.all(seen.map(misfits))
    expect([...new Set(wrong.flat())]).toEqual([])
  })

  test.each<[string, Partial<Call>, RegExp]>([
    [
      'a member that is not published',
      { body: { parcel: 'p', address: 'a', urgent: true } },
      /what was sent/,
    ],
    ['an answer of another shape', { answer: { accepted: 'perhaps' } }, /the answer 201/],
    ['a status that is not published', { status: 202 }, /the answer 202 is not published/],
    ['an address that is not published', { method: 'DELETE' }, /is not published/],
  ])('%s would be noticed', async (_what, change, noticed) => {
    const good = calls.find(({ upstream, status }) => upstream === 'carriers' && status === 201)
    if (!good) throw new Error('the carrier was never called')
    expect(await misfits(good)).toEqual([])
    expect((await misfits({ ...good, ...change })).join()).toMatch(noticed)
  })
})

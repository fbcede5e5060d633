import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { eventsOf, problemOf, type SandboxForTests, startSandboxForTests } from '../sandbox-for-tests.ts'
import { type Merchant, MerchantSchema } from './merchant.ts'
import { TransactionSchema } from './transaction.ts'

const NOW = new Date('2026-03-18T10:20:30Z')

let sandbox: SandboxForTests
let keys = 0

beforeAll(async () => {
  sandbox = await startSandboxForTests({ now: () => NOW, seed: 'shops' })
})
afterAll(() => sandbox.drop())

const newKey = () => {
  keys += 1
  return `merchants-${keys}`
}
const post = (path: string, body: unknown = {}, key = newKey()) =>
  sandbox.request('POST', `/merchants${path}`, { body, key })

const OPENED = {
  name: 'Zephyr Umbrellas',
  legal_name: 'Zephyr Umbrellas Ltd',
  country: 'GB',
  mcc: '5999',
  contact: { email: 'owner@zephyr.example', phone: '+442079460000' },
  config: {
    checkout_methods: ['card'],
    api_access: true,
    webhook_url: 'https://hooks.zephyr.example/payments',
    settlement: { schedule: 'daily', cut_off: '17:00', currency: 'GBP' },
  },
}
const Body = z.looseObject({ merchant: MerchantSchema })

async function opened(facts: object = {}): Promise<Merchant> {
  return Body.parse((await post('/merchants', { ...OPENED, ...facts })).body).merchant
}

async function openedAndActive(): Promise<Merchant> {
  const { id } = await opened()
  return Body.parse((await post(`/merchants/${id}/activate`)).body).merchant
}

const paid = { method: 'card', network: 'visa', amount: { amount: '12.50', currency: 'GBP' } }

describe('merchants', () => {
  test('K-37 a merchant is opened once for a key, waits, and is read and announced as it is', async () => {
    const key = newKey()
    const first = await post('/merchants', OPENED, key)
    expect(first.status).toBe(201)
    const { merchant } = Body.parse(first.body)
    expect(merchant).toMatchObject({ ...OPENED, version: 1, state: 'pending' })
    const again = await post('/merchants', OPENED, key)
    expect(Body.parse(again.body).merchant.id).toBe(merchant.id)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await sandbox.request('GET', `/merchants/merchants/${merchant.id}`)).body).toEqual(merchant)
    expect((await sandbox.request('GET', `/_sandbox/effects?key=${key}`)).body).toMatchObject({
      effects: [{ key, upstream: 'merchants', operation: 'merchant.create', count: 1 }],
    })
    const events = (await eventsOf(sandbox, 'merchants')).filter(({ subject }) => subject.id === merchant.id)
    expect(events).toMatchObject([{ type: 'merchant.created', caused_by: key, data: merchant }])
  })

  test('K-37 a merchant is found by how its name begins, whatever the case, and by state', async () => {
    const { id } = await opened({ name: 'Quince & Co' })
    const found = async (query: string) => {
      const { body } = await sandbox.request('GET', `/merchants/merchants?${query}`)
      return z.looseObject({ merchants: z.array(MerchantSchema) }).parse(body).merchants
    }
    expect((await found('name=qUiNcE')).map((one) => one.id)).toEqual([id])
    expect(await found('name=uince')).toEqual([])
    const suspended = await found('state=suspended&limit=200')
    expect(suspended.length).toBeGreaterThan(0)
    expect(new Set(suspended.map(({ state }) => state))).toEqual(new Set(['suspended']))
  })

  test('P-02 suspending closes checkout, API and webhooks; activating opens them again', async () => {
    const { id } = await openedAndActive()
    const doors: readonly (readonly [string, unknown])[] = [
      ['checkout', paid],
      ['api-calls', {}],
      ['webhook-deliveries', {}],
    ]
    const answers = async () =>
      Promise.all(doors.map(async ([door, body]) => (await post(`/merchants/${id}/${door}`, body)).status))
    expect(await answers()).toEqual([201, 200, 200])
    const suspended = await post(`/merchants/${id}/suspend`, { reason: 'Under review' })
    expect(suspended.body).toMatchObject({
      merchant: { state: 'suspended', suspend_reason: 'Under review', suspended_since: NOW.toISOString() },
    })
    expect(await answers()).toEqual([409, 409, 409])
    expect(problemOf(await post(`/merchants/${id}/checkout`, paid))).toMatchObject({
      code: 'merchant_not_active',
      detail: expect.stringContaining('Scheduled settlements go on'),
    })
    expect((await post(`/merchants/${id}/activate`)).status).toBe(200)
    expect(await answers()).toEqual([201, 200, 200])
  })

  test('P-02 suspending leaves balance, settlements and ledger as they are', async () => {
    const { id } = await openedAndActive()
    await post(`/merchants/${id}/checkout`, paid)
    const money = async () =>
      Promise.all(
        [
          `/merchants/merchants/${id}/balance`,
          `/merchants/settlements?merchant_id=${id}`,
          '/ledger/postings',
        ].map(async (path) => (await sandbox.request('GET', path)).body),
      )
    const before = await money()
    expect(before[0]).toMatchObject({ pending: { amount: '12.50', currency: 'GBP' } })
    expect((await post(`/merchants/${id}/suspend`, { reason: 'Under review' })).status).toBe(200)
    expect(await money()).toEqual(before)
  })

  test('P-02 states move only as they may, over the version that was seen', async () => {
    const { id } = await opened()
    const code = async (path: string, body: unknown = {}) =>
      problemOf(await post(`/merchants/${id}/${path}`, body)).code
    expect(await code('suspend', { reason: 'x' })).toBe('merchant_not_active')
    await post(`/merchants/${id}/activate`)
    expect(await code('activate')).toBe('already_active')
    const stale = await sandbox.request('POST', `/merchants/merchants/${id}/suspend`, {
      body: { reason: 'x' },
      key: newKey(),
      ifMatch: '"1"',
    })
    expect(problemOf(stale)).toMatchObject({ status: 412, code: 'version_conflict' })
  })

  test.each([
    ['reason', 'suspend', {}],
    ['reason', 'suspend', { reason: '' }],
    ['amount.amount', 'checkout', { ...paid, amount: { amount: '12.5', currency: 'GBP' } }],
    ['amount', 'checkout', { ...paid, amount: { amount: '0.00', currency: 'GBP' } }],
    ['state', 'activate', { state: 'active' }],
  ])('K-37 %s is refused in %s', async (field, door, body) => {
    const { id } = await opened()
    const refused = problemOf(await post(`/merchants/${id}/${door}`, body))
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request' })
    expect(refused.errors?.map((error) => error.field)).toContain(field)
  })

  test.each([
    ['config.settlement.weekday', { settlement: { schedule: 'weekly', cut_off: '17:00', currency: 'GBP' } }],
    ['config.settlement.cut_off', { settlement: { schedule: 'daily', cut_off: '24:00', currency: 'GBP' } }],
    ['config.webhook_url', { webhook_url: 'http://insecure.example/' }],
    ['config.checkout_methods', { checkout_methods: ['card', 'card'] }],
  ])('K-37 a merchant with a wrong %s is not opened', async (field, config) => {
    const refused = problemOf(
      await post('/merchants', { ...OPENED, config: { ...OPENED.config, ...config } }),
    )
    expect(refused).toMatchObject({ status: 400, errors: [{ field }] })
  })

  test('K-37 a checkout takes what the merchant offers, in its currency', async () => {
    const { id } = await openedAndActive()
    const wallet = await post(`/merchants/${id}/checkout`, { ...paid, method: 'wallet' })
    expect(problemOf(wallet)).toMatchObject({ status: 422, errors: [{ field: 'method', allowed: ['card'] }] })
    const euros = await post(`/merchants/${id}/checkout`, {
      ...paid,
      amount: { amount: '1.00', currency: 'EUR' },
    })
    expect(problemOf(euros)).toMatchObject({ status: 422, errors: [{ field: 'amount.currency' }] })
  })
})

const Page = z.strictObject({ transactions: z.array(TransactionSchema), next_cursor: z.string().nullable() })

async function transactions(query: string) {
  const found: z.infer<typeof TransactionSchema>[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const after: string = cursor === '' ? '' : `&cursor=${cursor}`
    const next = Page.parse(
      (await sandbox.request('GET', `/merchants/transactions?limit=200&${query}${after}`)).body,
    )
    found.push(...next.transactions)
    cursor = next.next_cursor
  }
  return found
}

describe('transactions', () => {
  const minor = (amount: string) => Number(amount.replace('.', ''))

  test('P-03 of so many as were asked for, each is listed once and announced once, over ninety days', async () => {
    const other = await startSandboxForTests({ now: () => NOW, seed: 'shops', transactions: 700 })
    const events = (await eventsOf(other, 'merchants')).filter(({ type }) => type === 'transaction.recorded')
    expect(events.length).toBe(700)
    const times = events.map(({ occurred_at }) => occurred_at)
    expect(times).toEqual([...times].sort())
    expect(Date.parse(times[0] ?? '')).toBeGreaterThanOrEqual(Date.parse('2025-12-18T10:00:00Z'))
    expect(Date.parse(times.at(-1) ?? '')).toBeLessThan(Date.parse('2026-03-18T10:00:00Z'))
    const again = await startSandboxForTests({ now: () => NOW, seed: 'shops', transactions: 700 })
    expect(await eventsOf(again, 'merchants')).toEqual(await eventsOf(other, 'merchants'))
    await again.drop()
    await other.drop()
  })

  test('P-03 most are captured, in business hours, and none after a merchant was suspended', async () => {
    const all = (await transactions('to=2026-03-18T10:00:00Z')).filter(({ id }) => !id.includes('-'))
    expect(all.length).toBe(500)
    const share = (of: (one: (typeof all)[number]) => boolean) => all.filter(of).length / all.length
    expect(share(({ status }) => status === 'captured')).toBeGreaterThan(0.85)
    expect(share(({ status }) => status !== 'captured')).toBeGreaterThan(0.02)
    // Half of the day holds much more than half of them.
    expect(share(({ created_at }) => /T(0[89]|1\d):/.test(created_at))).toBeGreaterThan(0.6)
    const { body } = await sandbox.request('GET', '/merchants/merchants?limit=200')
    const { merchants } = z.looseObject({ merchants: z.array(MerchantSchema) }).parse(body)
    for (const { id, suspended_since, state } of merchants) {
      if (state !== 'suspended' || suspended_since === NOW.toISOString()) continue
      expect(all.filter((one) => one.merchant_id === id && one.created_at > (suspended_since ?? ''))).toEqual(
        [],
      )
    }
  })

  test('P-03 filters are applied together, and amounts are those of the currency', async () => {
    const all = await transactions('')
    const [like] = all.filter(({ status }) => status === 'declined')
    const query = `merchant_id=${like?.merchant_id}&gateway=${like?.gateway}&status=declined&from=2025-12-01T00:00:00Z`
    const found = await transactions(`${query}&amount_from=${like?.amount.amount}`)
    expect(found.map(({ id }) => id)).toContain(like?.id)
    const expected = all.filter(
      (one) =>
        one.merchant_id === like?.merchant_id &&
        one.gateway === like.gateway &&
        one.status === 'declined' &&
        minor(one.amount.amount) >= minor(like.amount.amount),
    )
    expect(found).toEqual(expected)
    const yen = (await transactions('amount_from=100&amount_to=1000')).filter(
      ({ amount }) => amount.currency === 'JPY',
    )
    expect(yen.every(({ amount }) => Number(amount.amount) >= 100 && Number(amount.amount) <= 1000)).toBe(
      true,
    )
  })

  test('P-03 nothing is changed by way of transactions', async () => {
    const [one] = await transactions('')
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const refused = await sandbox.request(method, `/merchants/transactions/${one?.id}`)
      expect(problemOf(refused).status).toBe(404)
    }
    expect(problemOf(await post(`/transactions/${one?.id}/refund`)).status).toBe(404)
  })

  test.each([
    ['amount_from', 'amount_from=-1'],
    ['from', 'from=yesterday'],
    ['status', 'status=paid'],
  ])('K-37 %s is refused in ?%s', async (field, query) => {
    const refused = problemOf(await sandbox.request('GET', `/merchants/transactions?${query}`))
    expect(refused).toMatchObject({ status: 400, errors: [{ field }] })
  })
})

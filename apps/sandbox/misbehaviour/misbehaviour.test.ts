import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { problemOf, type SandboxForTests, startSandboxForTests, TEST_API_KEY } from '../sandbox-for-tests.ts'
import { createMisbehaviour } from './misbehaviour.ts'

let sandbox: SandboxForTests
let keys = 0

beforeAll(async () => {
  sandbox = await startSandboxForTests()
})
afterEach(() => misbehave({ upstream: 'compliance', mode: 'off' }))
afterAll(() => sandbox.drop())

function misbehave(body: unknown) {
  return sandbox.request('POST', '/_sandbox/misbehave', { body })
}

/** A party that is not frozen, and a request that freezes it. */
async function freeParty() {
  const { body } = await sandbox.request('GET', '/compliance/parties?limit=200')
  const { parties } = z
    .object({ parties: z.array(z.object({ id: z.string(), frozen: z.boolean() })) })
    .parse(body)
  const id = parties.find(({ frozen }) => !frozen)?.id ?? ''
  keys += 1
  const key = `misbehave-${keys}`
  const freeze = () =>
    sandbox.request('POST', `/compliance/parties/${id}/freeze`, { body: { reason: 'other' }, key })
  const effects = async () => (await sandbox.request('GET', `/_sandbox/effects?key=${key}`)).body
  return { id, key, freeze, effects }
}

test('C-18 lost_response performs the effect, then drops the connection; read-back and replay know of it', async () => {
  const { id, key, freeze, effects } = await freeParty()
  await misbehave({ upstream: 'compliance', mode: 'lost_response', rate: 1, count: 1 })
  await expect(freeze()).rejects.toThrow('fetch failed')
  expect((await sandbox.request('GET', `/compliance/parties/${id}`)).body).toMatchObject({ frozen: true })
  expect((await sandbox.request('GET', `/compliance/operations/${key}`)).body).toMatchObject({ target: id })

  const again = await freeze()
  expect(again.status).toBe(200)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(await effects()).toMatchObject({ effects: [{ key, count: 1 }] })
})

test('C-18 lost_response takes no answer from reads, nor of what was refused', async () => {
  const { id, freeze } = await freeParty()
  await freeze()
  await misbehave({ upstream: 'compliance', mode: 'lost_response' })
  expect((await sandbox.request('GET', `/compliance/parties/${id}`)).status).toBe(200)
  const refused = await sandbox.request('POST', `/compliance/parties/${id}/freeze`, {
    body: { reason: 'other' },
    key: 'misbehave-refused',
  })
  expect(problemOf(refused).code).toBe('already_frozen')
})

test.each([
  ['error_5xx', 500, 'misbehaving'],
  ['refuse', 503, 'refusing'],
])('C-18 %s answers %i without an effect, as often as it was told', async (mode, status, code) => {
  const { id, freeze, effects } = await freeParty()
  await misbehave({ upstream: 'compliance', mode, rate: 1, count: 2, on: 'writes' })
  for (let time = 0; time < 2; time += 1) {
    expect(problemOf(await freeze())).toMatchObject({ status, code })
    expect((await sandbox.request('GET', `/compliance/parties/${id}`)).body).toMatchObject({ frozen: false })
  }
  expect(await effects()).toEqual({ effects: [] })
  expect((await freeze()).status).toBe(200)
  expect(await effects()).toMatchObject({ effects: [{ count: 1 }] })
})

test('C-18 latency waits before it answers, on one upstream alone', async () => {
  await misbehave({ upstream: 'compliance', mode: 'latency', latency_ms: 300, count: 1 })
  const began = performance.now()
  await sandbox.request('GET', '/cts/about')
  const elsewhere = sandbox.request('GET', '/cts/about').then(() => 'elsewhere')
  const slow = sandbox.request('GET', '/compliance/about').then(() => 'slow')
  expect(await Promise.race([slow, elsewhere])).toBe('elsewhere')
  await slow
  // Timers may fire a millisecond early.
  expect(performance.now() - began).toBeGreaterThan(295)
})

test('C-18 rules stand side by side, show in health, and end with off', async () => {
  await misbehave({ upstream: 'compliance', mode: 'latency', rate: 0.5, latency_ms: 5 })
  const both = await misbehave({ upstream: 'compliance', mode: 'drop_webhook', rate: 0, count: 3 })
  expect(both.body).toEqual({
    upstream: 'compliance',
    rules: [
      { mode: 'latency', rate: 0.5, remaining: null, on: 'any', latency_ms: 5 },
      { mode: 'drop_webhook', rate: 0, remaining: 3, on: 'any' },
    ],
  })
  expect((await sandbox.request('GET', '/compliance/health')).body).toEqual({ status: 'degraded' })
  expect((await sandbox.request('GET', '/cts/health')).body).toEqual({ status: 'ok' })
  const off = await misbehave({ upstream: 'compliance', mode: 'off' })
  expect(off.body).toEqual({ upstream: 'compliance', rules: [] })
  expect((await sandbox.request('GET', '/compliance/health')).body).toEqual({ status: 'ok' })
})

test.each([
  ['upstream', { upstream: 'nobody', mode: 'off' }],
  ['mode', { upstream: 'cts', mode: 'explode' }],
  ['rate', { upstream: 'cts', mode: 'latency', rate: 1.5 }],
  ['count', { upstream: 'cts', mode: 'latency', count: 0 }],
  ['surprise', { upstream: 'cts', mode: 'latency', surprise: true }],
])('C-18 a wrong instruction is refused with its field: %s', async (field, body) => {
  expect(problemOf(await misbehave(body))).toMatchObject({ status: 400, errors: [{ field }] })
})

test('C-18 effects survive a restart, and are found by key, upstream and time', async () => {
  const { key, freeze } = await freeParty()
  await freeze()
  await sandbox.restart()
  const find = async (query: string) => {
    const { body } = await sandbox.request('GET', `/_sandbox/effects?${query}`)
    return z
      .object({ effects: z.array(z.object({ key: z.string() })) })
      .parse(body)
      .effects.map((one) => one.key)
  }
  expect(await find(`key=${key}`)).toEqual([key])
  expect(await find('upstream=compliance')).toContain(key)
  expect(await find('upstream=cts')).not.toContain(key)
  expect(await find('since=2020-01-01T00:00:00Z')).toContain(key)
  expect(await find('since=2999-01-01T00:00:00Z')).toEqual([])
})

test.each([
  ['since', 'since=0000-01-01T00:00:00Z'],
  ['since', 'since=2026-03-18T10:00:00%2B16:00'],
  ['since', 'since=2026-03-18'],
  ['upstream', 'upstream=nobody'],
  ['limit', 'limit=10001'],
])('C-18 %s is refused in /_sandbox/effects?%s', async (field, query) => {
  const refused = problemOf(await sandbox.request('GET', `/_sandbox/effects?${query}`))
  expect(refused).toMatchObject({ status: 400, errors: [{ field }] })
  // The year 1 and the farthest zones are times like any other.
  for (const since of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59-15:59', '0001-01-01T00:00:00%2B15:59']) {
    expect((await sandbox.request('GET', `/_sandbox/effects?since=${since}`)).status).toBe(200)
  }
})

test('C-18 the controls need no key; the upstreams do', async () => {
  const bare = (path: string, headers = {}) => fetch(`${sandbox.url}${path}`, { headers })
  expect((await bare('/_sandbox/health')).status).toBe(200)
  for (const path of ['/cts/transfers', '/recon/health', '/ledger/nothing']) {
    expect((await bare(path)).status).toBe(401)
    expect((await bare(path, { authorization: `Bearer ${TEST_API_KEY}x` })).status).toBe(401)
  }
})

test('C-18 a rate strikes by chance, a rate of 1 always, and a count ends it', () => {
  const chances = [0.1, 0.6, 0.49, 0.5]
  const rules = createMisbehaviour(() => chances.shift() ?? 0.99)
  const rule = { mode: 'error_5xx', remaining: null, on: 'any' } as const
  rules.set('cts', { ...rule, rate: 0.5 })
  const struck = [1, 2, 3, 4].map(() => rules.strikes('cts', 'error_5xx') !== undefined)
  expect(struck).toEqual([true, false, true, false])
  rules.set('cts', { ...rule, rate: 1, remaining: 2 })
  const counted = [1, 2, 3].map(() => rules.strikes('cts', 'error_5xx') !== undefined)
  expect(counted).toEqual([true, true, false])
  expect(rules.rules('cts')).toEqual([])
})

import { expect, test } from 'vitest'
import type { Allowlist } from '../allowlist/allowlist.ts'
import type { RateLimit } from '../rate-limit/rate-limit.ts'
import { makeEdgeGate, makeEdgeRules } from './edge-gate.ts'

const AT = Date.parse('2026-03-18T10:00:00Z')
const times = { created_at: '2026-03-01T00:00:00Z', changed_at: '2026-03-01T00:00:00Z' }
const limit = (facts: Partial<RateLimit>): RateLimit => ({
  ...{ id: 'rl_1', version: 1, scope: 'console', console: 'platform', route: '/', state: 'active' },
  ...{ limit: 2, window_s: 60, burst: 0 },
  ...times,
  ...facts,
})
const list = (...entries: Allowlist['entries']): Allowlist => ({
  ...{ id: 'al_1', version: 1, scope: 'console', console: 'platform', state: 'active', entries },
  ...times,
})
const asked = (facts: object = {}) => ({
  ...{ principal: 'ops', ip: '203.0.113.9', method: 'GET' },
  ...{ route: '/api/ops/merchants', path: '/api/ops/merchants' },
  ...facts,
})

function rulesAt(start = AT) {
  let now = start
  const rules = makeEdgeRules(() => new Date(now))
  const pass = (ms: number) => {
    now += ms
  }
  return { ...rules, pass }
}

test('P-05 each operator has a limit for themselves; what is taken comes back, and a change of another limit gives nothing back', () => {
  const rules = rulesAt()
  rules.take({ limits: [limit({})], lists: [] })
  expect([1, 2, 3].map(() => rules.admits(asked())?.kind)).toEqual([
    undefined,
    undefined,
    'too_many_requests',
  ])
  expect(rules.admits(asked({ principal: 'other' }))).toBeUndefined()
  rules.take({ limits: [limit({}), limit({ id: 'rl_2', route: '/v1/none' })], lists: [] })
  expect(rules.admits(asked())).toMatchObject({ retryAfterS: 30, extra: { limit_per_minute: 2 } })
  rules.pass(30_000)
  expect([1, 2].map(() => rules.admits(asked())?.kind)).toEqual([undefined, 'too_many_requests'])
  rules.take({ limits: [limit({ version: 2, limit: 5 })], lists: [] })
  expect(rules.admits(asked())).toBeUndefined()
})

test('P-05 what one limit refuses takes nothing from another', () => {
  const rules = rulesAt()
  const narrow = limit({ id: 'rl_2', route: '/api/ops/merchants', limit: 1 })
  rules.take({ limits: [limit({ limit: 3 }), narrow], lists: [] })
  expect([1, 2, 3, 4].map(() => rules.admits(asked()) === undefined)).toEqual([true, false, false, false])
  const elsewhere = asked({ route: '/v1/me', path: '/v1/me' })
  expect([1, 2, 3].map(() => rules.admits(elsewhere) === undefined)).toEqual([true, true, false])
})

test('P-05 what goes on takes nothing of a limit, and is ended by none', () => {
  const rules = rulesAt()
  rules.take({ limits: [limit({ limit: 1 })], lists: [] })
  expect([1, 2].map(() => rules.letsGoOn(asked()))).toEqual([true, true])
  expect([1, 2].map(() => rules.admits(asked())?.kind)).toEqual([undefined, 'too_many_requests'])
  expect(rules.letsGoOn(asked())).toBe(true)
})

test.each([
  ['/v1/entities/merchant', '/v1/entities/:kind/:id', '/v1/entities/%6derchant/mer_1'],
  ['/v1/actions/platform.suspend_merchant', '/v1/actions/:type', '/v1/actions/platform%2esuspend_merchant'],
])(
  'P-05 a limit at %s holds where what it names is a parameter that is written with escapes',
  (route, met, path) => {
    const rules = rulesAt()
    rules.take({ limits: [limit({ limit: 1, route })], lists: [] })
    expect([1, 2].map(() => rules.admits(asked({ route: met, path }))?.kind)).toEqual([
      undefined,
      'too_many_requests',
    ])
    // Nor is what no route takes a fault of ours.
    expect(rules.admits(asked({ route: undefined, path: '/%zz' }))).toBeUndefined()
  },
)

test('P-05 a limit holds however its path is written, and putting limits right waits for none', () => {
  const rules = rulesAt()
  rules.take({ limits: [limit({ limit: 1, route: '/api/ops' })], lists: [] })
  expect(rules.admits(asked())).toBeUndefined()
  expect(rules.admits(asked({ path: '/api/op%73/merchants' }))?.kind).toBe('too_many_requests')
  expect(rules.admits(asked({ path: '/api/ops/nothing', route: undefined }))?.kind).toBe('too_many_requests')
  for (const path of ['/api/ops/rate-limits/rl_1', '/v1/actions/platform.withdraw_rate_limit/preview']) {
    expect(rules.admits(asked({ method: 'DELETE', path, route: path }))).toBeUndefined()
  }
  const look = { path: '/api/ops/rate-limits/rl_1', route: '/api/ops/rate-limits/:id' }
  expect(rules.admits(asked(look))?.kind).toBe('too_many_requests')
})

test.each([
  ['/api/ops/merchants', '/api/ops/merchants', true],
  ['/api/ops/merchants', '/api/ops/merchants/mer_1', true],
  ['/api/ops/merchants/', '/api/ops/merchants/mer_1', true],
  ['/api/ops/merchants', '/api/ops/merchants-of-old', false],
  ['/api/ops/merchants', '/api/ops', false],
  ['/', '/v1/me', true],
])('P-05 a limit at %s, a request at %s: whole segments count', (route, path, held) => {
  const rules = rulesAt()
  rules.take({ limits: [limit({ limit: 1, route })], lists: [] })
  const answers = [1, 2].map(() => rules.admits(asked({ path, route: path }))?.kind)
  expect(answers).toEqual([undefined, held ? 'too_many_requests' : undefined])
})

test('P-05 what is beside the paths that put limits right is limited like any other', () => {
  const rules = rulesAt()
  rules.take({ limits: [limit({ limit: 1 })], lists: [] })
  const beside = asked({ method: 'POST', path: '/api/ops/rate-limits-x', route: undefined })
  expect([1, 2].map(() => rules.admits(beside)?.kind)).toEqual([undefined, 'too_many_requests'])
})

test('P-06 who comes from elsewhere is refused, IPv4 mapped into IPv6 is IPv4, and an entry ends at its time', () => {
  const rules = rulesAt()
  expect(rules.admits(asked({ ip: 'unknown' }))).toBeUndefined()
  const visitor = { name: 'Visitor', cidr: '2001:db8::/64', expires_at: '2026-03-18T10:01:00Z' }
  rules.take({ limits: [], lists: [list({ name: 'Office', cidr: '203.0.113.0/24' }, visitor)] })
  const refused = (ip: string) => rules.admits(asked({ ip }))?.code === 'address_not_listed'
  for (const ip of [
    '203.0.113.9',
    '::ffff:203.0.113.9',
    '::FFFF:cb00:7109',
    '2001:db8::7',
    '2001:db8::7%eth0',
  ]) {
    expect([ip, refused(ip)]).toEqual([ip, false])
  }
  for (const ip of [
    '203.0.114.9',
    '::203.0.113.9',
    '::ffff:203.0.114.9',
    '2001:db8:0:1::',
    '',
    'unknown',
    '_hidden',
  ]) {
    expect([ip, refused(ip)]).toEqual([ip, true])
  }
  const goesOn = (ip: string) => rules.letsGoOn(asked({ ip }))
  expect([goesOn('203.0.113.9'), goesOn('203.0.114.9')]).toEqual([true, false])
  rules.pass(60_000)
  expect([refused('2001:db8::7'), refused('203.0.113.9')]).toEqual([true, false])
})

test('P-05 P-06 while nothing can be read, and when something not understood is, what was read last holds', async () => {
  const answers: (() => unknown)[] = [
    () => ({ rows: [{ records: { limits: [limit({ limit: 1 })], lists: [] } }] }),
    () => {
      throw new Error('the database is away')
    },
    () => ({ rows: [{ records: { limits: [{ id: 'rl_1' }], lists: [] } }] }),
  ]
  const pool = { query: async () => answers.shift()?.() } as unknown as Parameters<
    typeof makeEdgeGate
  >[0]['pool']
  const gate = makeEdgeGate({ pool, now: () => new Date(AT) })
  await gate.read()
  expect(gate.admits(asked())).toBeUndefined()
  await expect(gate.read()).rejects.toThrow('away')
  await expect(gate.read()).rejects.toThrow()
  expect(gate.admits(asked())?.kind).toBe('too_many_requests')
})

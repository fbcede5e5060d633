import { randomUUID } from 'node:crypto'
import { inEnglish } from '@countersign/testkit/in-english.ts'
import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { rawRequest } from '@countersign/testkit/raw-request.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { localPath } from '../identity/sign-in-routes.ts'
import { unstorableMember } from '../personal-data/unstorable-member.ts'
import { addressOf } from './rate-limit.ts'

let product: Product
let admin: Client

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  admin = await product.as('transfers/ADMIN')
}, 120_000)
afterAll(() => product?.close())

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const PROBLEM = 'application/problem+json; charset=utf-8'

const BODIES: readonly (readonly [string, string, string])[] = [
  ['a number that is not finite', '{"input":{"x":1e400}}', 'input.x'],
  ['one below all numbers', '{"input":{"x":[1,-1e999]}}', 'input.x.1'],
  ['65 levels', `{"input":${nested(65)}}`, 'input'],
  ['10,000 levels', `{"input":${nested(10_000)}}`, 'input'],
  ['300,000 levels', nested(300_000), '0'],
  ['20,000 objects in each other', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 'a.a'],
  ['half a character', '{"input":{"x":"\\ud800"}}', 'input.x'],
  ['half a character in a name', '{"input":{"\\ud800":1}}', 'input'],
]

describe.each(BODIES)('C-04 a body with %s', (_what, body, place) => {
  test.each([
    '/v1/actions/transfers.return_transfer',
    '/v1/actions/transfers.return_transfer/preview',
    `/v1/requests/${randomUUID()}/approve`,
    `/v1/requests/${randomUUID()}/reject`,
    `/v1/requests/${randomUUID()}/cancel`,
    `/v1/requests/${randomUUID()}/edit`,
    '/returns',
  ])('C-04 is refused by POST %s, which names the place', async (path) => {
    const answer = await admin.post(path, body)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toBe(PROBLEM)
    expect(answer.body.errors[0].field).toMatch(new RegExp(`^${place.replaceAll('.', '\\.')}`))
    expect(answer.body.errors[0].field.length).toBeLessThanOrEqual(201)
  })
})

test('C-04 64 levels are taken, and 65 are not', () => {
  expect(unstorableMember(JSON.parse(nested(64)), '')).toBeUndefined()
  expect(inEnglish(unstorableMember(JSON.parse(nested(65)), '')?.message)).toContain('64')
})

test.each(['.', '..', '...', '%2e', '%2E%2e'])('C-24 %j is no id of a record', async (id) => {
  const preview = await admin.post('/v1/actions/transfers.return_transfer/preview', {
    target: { kind: 'transfer', id: decodeURIComponent(id) },
    input: {},
  })
  expect(preview.status).toBe(400)
  expect(preview.body.errors[0].field).toBe('target.id')
  const answer = await admin.post('/returns', { transferId: decodeURIComponent(id), reason: 'R01' })
  expect(answer.status).toBe(400)
  // A client that takes dots out of paths itself would never send them.
  const raw = await rawRequest(product.url, `GET /v1/entities/transfer/${id} HTTP/1.1`, [
    'Host: here',
    `Authorization: Bearer ${admin.token}`,
  ])
  expect(raw.status).toBeGreaterThanOrEqual(400)
  expect(raw.status).toBeLessThan(500)
})

test.each(['1e2', '0x10', '10.0', '%2b5', '0', '201', '-1', ''])(
  'C-22 limit=%s is refused',
  async (limit) => {
    for (const path of ['/v1/requests', '/v1/approvals', '/v1/queues/transfers.returns/items', '/v1/audit']) {
      const reader = path === '/v1/audit' ? await product.as('kernel/auditor') : admin
      const answer = await reader.get(`${path}?limit=${limit}`)
      expect([path, answer.status]).toEqual([path, 400])
    }
  },
)

test('C-22 every list that takes a limit refuses more than 200 of it, less than one, and what is no number, by its name', async () => {
  const takesLimit = product.operations.filter(
    ({ query }) => query !== undefined && 'limit' in (query as z.ZodObject).shape,
  )
  expect(takesLimit.length).toBeGreaterThan(10)
  const ops = await product.as('transfers/OPS')
  const readers = [admin, ops, await product.as('kernel/auditor')]
  const { transfers } = await product.upstream('/cts/transfers?limit=1')
  for (const { url } of takesLimit) {
    const path = url
      .replace(':kind/:id', `transfer/${transfers[0].id}`)
      .replace(':kind', 'transfer')
      .replace(':console', 'transfers')
      .replace(':name', 'transfers.returns')
      .replace(':id', randomUUID())
      .replace(':key', 'feature_flag_qr')
    expect(path).not.toContain(':')
    const seen = await Promise.all(readers.map((by) => by.get(`${path}?limit=201`)))
    const by = readers[seen.findIndex(({ status }) => status !== 403)]
    if (!by) throw new Error(`nobody here may read ${path}`)
    for (const limit of ['201', '0', '-1', '1e2', 'many']) {
      const { status, body } = await by.get(`${path}?limit=${limit}`)
      const fields = body.errors.map(({ field }: { field: string }) => field)
      expect([path, limit, status, fields]).toEqual([path, limit, 400, expect.arrayContaining(['limit'])])
    }
  }
})

test('C-22 ?__proto__=1 is a parameter that nobody asked for, like any other', async () => {
  for (const path of ['/v1/requests', '/v1/me', '/v1/queues/transfers.returns/items', '/auth/login']) {
    const answer = await admin.get(`${path}?__proto__=1`)
    expect([path, answer.status]).toEqual([path, 400])
    expect(answer.body.errors[0].field).toBe('__proto__')
  }
  const auditor = await product.as('kernel/auditor')
  expect((await auditor.get('/v1/audit?__proto__=1')).status).toBe(400)
})

test.each([
  [{ 'content-encoding': 'gzip' }, 'Content-Encoding'],
  [{ 'content-encoding': 'br' }, 'Content-Encoding'],
  [{ 'content-type': 'application/json; charset=utf-16' }, 'Content-Type'],
  [{ 'content-type': 'application/json; charset="latin1"' }, 'Content-Type'],
  [{ 'content-type': 'text/plain' }, 'Content-Type'],
])('C-04 a body with %j is 415', async (headers, field) => {
  for (const path of ['/v1/actions/transfers.return_transfer', '/v1/ingest/cts']) {
    const answer = await admin.post(path, '{}', headers)
    expect([path, answer.status]).toEqual([path, 415])
    expect(answer.body.errors[0].field).toBe(field)
  }
})

test('C-04 application/json; charset=UTF-8 is what is wanted', async () => {
  const headers = { 'content-type': 'application/json; charset=UTF-8', 'content-encoding': 'identity' }
  const answer = await admin.post('/v1/actions/transfers.return_transfer', '{}', headers)
  expect(answer.body.errors[0].field).toBe('target')
})

test.each([
  ['bytes that are no request', 'This is no HTTP\r\n\r\n', [], 400],
  ['two lengths', 'POST /v1/me HTTP/1.1', ['Host: here', 'Content-Length: 4', 'Content-Length: 5'], 400],
  ['no Host', 'GET /v1/me HTTP/1.1', [], 400],
  ['an endless header', 'GET /v1/me HTTP/1.1', ['Host: here', `X: ${'a'.repeat(70_000)}`], 431],
  ['an odd expectation', 'GET /v1/me HTTP/1.1', ['Host: here', 'Expect: miracles'], 417],
])('C-17 %s is answered with a problem document', async (_what, line, headers, status) => {
  const answer = await rawRequest(product.url, line, headers)
  expect(answer.status).toBe(status)
  expect(answer.text.toLowerCase()).toContain('application/problem+json')
  const body = JSON.parse(answer.text.slice(answer.text.indexOf('{'), answer.text.lastIndexOf('}') + 1))
  expect(body).toMatchObject({ status, success: false, request_id: expect.any(String) })
})

test('C-19 every /v1 operation that changes something is refused without its Idempotency-Key, by that name, to whoever may do it', async () => {
  const ops = await product.as('transfers/OPS')
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=1')
  const [{ id: transfer, return: returned }] = transfers
  const asked = await ops.post('/returns', { transferId: transfer, reason: returned.code })
  expect(asked.status).toBe(202)
  const changing = product.operations.filter(
    ({ method, url, readsOnly }) =>
      method !== 'GET' &&
      readsOnly !== true &&
      url.startsWith('/v1/') &&
      !/\/(preview|simulate|check)$|^\/v1\/ingest\//.test(url),
  )
  // Left out are the doors that C-19 leaves out, or that only say what would be.
  expect(changing.length).toBeGreaterThan(10)
  for (const { method, url } of changing) {
    const path = url
      .replace(':type', 'transfers.return_transfer')
      .replace(':kind/:id', `transfer/${transfer}`)
      .replace(':id', asked.body.id)
      .replace(':name', 'transfers.returns')
      .replace(':version', 'a'.repeat(64))
      .replace(':n', '0')
      .replace(/\/evidence$/, '/evidence?name=file.pdf')
    expect(path).not.toContain(':')
    const send = async ({ token }: Client, key: Record<string, string>) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...key }
      const answer = await fetch(`${product.url}${path}`, { method, headers, body: '{}' })
      const said = (await answer.json()) as { errors?: unknown }
      return { status: answer.status, body: said }
    }
    const bare = await Promise.all([ops, admin].map((by) => send(by, {})))
    const admitted = bare.filter(({ status }) => status !== 403)
    expect([path, admitted.length]).not.toEqual([path, 0])
    for (const { status, body } of admitted) {
      expect([path, status, body.errors]).toMatchObject([path, 400, [{ field: 'Idempotency-Key' }]])
    }
    const unfit = await Promise.all(
      [ops, admin].map((by) => send(by, { 'idempotency-key': 'k'.repeat(256) })),
    )
    expect(unfit.filter(({ status }) => status === 400)).toHaveLength(admitted.length)
  }
  expect((await ops.get(`/v1/requests/${asked.body.id}`)).body.state).toBe('pending')
  // Who may not do it hears that first, whatever else is missing.
  const auditor = await product.as('kernel/auditor')
  for (const what of ['approve', 'reject', 'cancel', 'renew', 'edit']) {
    const path = `/v1/requests/${asked.body.id}/${what}`
    const refused = await auditor.post(path, {}, { 'idempotency-key': null })
    expect([what, refused.status]).toEqual([what, 403])
  }
})

test('K-03 the console takes its fonts, like everything else, from itself', async () => {
  const policy = (await admin.get('/app')).headers.get('content-security-policy') ?? ''
  expect(policy).toContain("font-src 'self'")
  expect(policy).not.toMatch(/https:/)
})

test.each([
  ['/app/x?y=1#z', '/app/x?y=1#z'],
  ['/app/\u0001x', '/app/%01x'],
  ['/app/\u007f', '/app/%7F'],
  ['/app/日', '/app/%E6%97%A5'],
  ['/app/../..//evil.example', '/app'],
  ['/.//evil.example', '/app'],
  ['//evil.example', '/app'],
  ['/\\evil.example', '/app'],
  ['/\t/evil.example', '/app'],
  ['https:evil.example', '/app'],
  [undefined, '/app'],
])('K-01 after signing in, %j leads to %j', (wanted, path) => {
  expect(localPath(wanted)).toBe(path)
})

test('C-27 of an IPv6 address its /64 network counts', () => {
  expect(addressOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
  expect(addressOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
  expect(addressOf('::1')).toBe('0:0:0:0::/64')
  expect(addressOf('::ffff:192.0.2.1')).toBe('::ffff:192.0.2.1')
  expect(addressOf('192.0.2.1')).toBe('192.0.2.1')
})

import { existsSync, readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PartySchema } from '../compliance/party.ts'
import { TransferSchema } from '../cts/transfer.ts'
import { entry, importEntries } from '../files/import-for-tests.ts'
import {
  eventsOf,
  problemOf,
  type SandboxForTests,
  startSandboxForTests,
  TEST_API_KEY,
} from '../sandbox-for-tests.ts'
import { EVERY_UPSTREAM, UPSTREAMS } from '../upstreams.ts'

const DATA = process.env.COUNTERSIGN_DATA ?? join(import.meta.dirname, '../../../../shared/data')
const NAUGHTY = join(DATA, 'D12_blns')

let sandbox: SandboxForTests
beforeAll(async () => {
  sandbox = await startSandboxForTests()
})
afterAll(() => sandbox.drop())

const Page = z.strictObject({ transfers: z.array(TransferSchema), next_cursor: z.string().nullable() })
const page = async (query: string) =>
  Page.parse((await sandbox.request('GET', `/cts/transfers?${query}`)).body)

describe('K-37 what every upstream offers', () => {
  test.each(UPSTREAMS)(
    'K-37 %s tells of itself, and gives its events in order without a gap',
    async (upstream) => {
      expect((await sandbox.request('GET', `/${upstream}/about`)).body).toEqual({
        upstream,
        class: 'A',
        key_retention_s: 86_400,
      })
      expect((await sandbox.request('GET', `/${upstream}/health`)).body).toEqual({ status: 'ok' })
      const events = await eventsOf(sandbox, upstream)
      // The treasury tells of what the schedule pays out and of what finance does: in a new world, of nothing.
      expect(events.length).toBeGreaterThan(upstream === 'treasury' ? -1 : 20)
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1))
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
      const last = events.at(-1)?.sequence ?? 0
      expect((await sandbox.request('GET', `/${upstream}/events?after=${last}`)).body).toEqual({
        events: [],
        next_after: last,
      })
    },
  )

  test.each(EVERY_UPSTREAM)('C-18 %s publishes OpenAPI 3.1 of what it serves', async (upstream) => {
    const document = OpenApi.parse((await sandbox.request('GET', `/_sandbox/openapi/${upstream}.json`)).body)
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
        const declared = operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name)
        expect(declared).toEqual(inPath)
        // It is served: whatever it answers to nonsense, it is not that there is no such address.
        const url = path.replace(/\{\w+\}/g, '~')
        const answered = await sandbox.request(method.toUpperCase(), `/${upstream}${url}`)
        if (answered.status === 404) {
          expect(problemOf(answered).detail).not.toMatch(/^There is no (GET|POST|PUT|DELETE)/)
        }
        expect(Object.keys(operation.responses)).toContain(String(answered.status))
      }
    }
  })

  test('K-37 of events, a record only ever moves one version on', async () => {
    const seen = new Map<string, number>()
    for (const { subject, subject_version } of await eventsOf(sandbox, 'cts')) {
      const before = seen.get(subject.id)
      if (before !== undefined) expect(subject_version).toBe(before + 1)
      seen.set(subject.id, subject_version)
    }
  })
})

const OpenApi = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(
    z.string(),
    z.partialRecord(
      z.enum(['get', 'post', 'put', 'delete']),
      z.looseObject({
        operationId: z.string(),
        parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })),
        responses: z.record(z.string(), z.unknown()),
      }),
    ),
  ),
})

describe('lists', () => {
  test('K-37 a list read page by page misses nothing and repeats nothing while transfers are added', async () => {
    const before = (await page('limit=200&rail=wire')).transfers.map(({ id }) => id)
    const found: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const after: string = cursor === '' ? '' : `&cursor=${cursor}`
      const next = await page(`limit=7&rail=wire${after}`)
      found.push(...next.transfers.map(({ id }) => id))
      cursor = next.next_cursor
      await importEntries(sandbox, [entry(1)])
    }
    expect(found).toEqual(before)
    expect(new Set(found).size).toBe(found.length)
  })

  test('K-37 filters are applied together', async () => {
    const [like] = (await page('state=settled&rail=sepa_ct')).transfers
    const party = like?.receiver.party_id
    const { transfers } = await page(`state=settled&rail=sepa_ct&party_id=${party}&limit=200`)
    expect(transfers.map(({ id }) => id)).toContain(like?.id)
    for (const one of transfers) {
      expect([one.state, one.rail]).toEqual(['settled', 'sepa_ct'])
      expect([one.originator.party_id, one.receiver.party_id]).toContain(party)
    }
  })

  test.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=201'],
    ['limit', 'limit=ten'],
    ['limit', 'limit=5&limit=6'],
    ['cursor', 'cursor=nonsense'],
    ['cursor', `cursor=${Buffer.from('["x","y"]').toString('base64url')}`],
    ['state', 'state=lost'],
    ['surprise', 'surprise=1'],
    ['party_id', 'party_id=a%20b'],
  ])('K-37 %s is refused in ?%s', async (field, query) => {
    const refused = problemOf(await sandbox.request('GET', `/cts/transfers?${query}`))
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ field }] })
  })
})

describe('bad input', () => {
  test.each([
    ['/cts/transfers/a%20b', 400, 'invalid_request'],
    ['/cts/transfers/%00', 400, 'invalid_request'],
    ['/cts/transfers/%ZZ', 400, 'malformed_url'],
    [`/cts/transfers/${'x'.repeat(129)}`, 400, 'invalid_request'],
    ['/cts/transfers/tr_nothing', 404, 'not_found'],
    ['/cts/nothing', 404, 'not_found'],
    ['/ledger/postings/pst_nothing', 404, 'not_found'],
    ['/recon/exceptions/exc_nothing', 404, 'not_found'],
    ['/recon/statements/st_nothing/lines', 404, 'not_found'],
    ['/compliance/hits/hit_nothing', 404, 'not_found'],
    ['/cts/files/abc', 400, 'invalid_request'],
    ['/cts/events?after=-1', 400, 'invalid_request'],
  ])('K-37 GET %s is %i %s', async (path, status, code) => {
    expect(problemOf(await sandbox.request('GET', path))).toMatchObject({ status, code })
  })

  /** A POST as no client library would send it. */
  function post(headers: Record<string, string>, body: string) {
    return fetch(`${sandbox.url}/compliance/parties/pty_1/freeze`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_API_KEY}`, 'idempotency-key': 'bad', ...headers },
      body,
    })
  }
  const json = { 'content-type': 'application/json' }

  test.each([
    ['text', { 'content-type': 'text/plain' }, '{"reason":"x"}', 415],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'reason=x', 415],
    ['half of JSON', json, '{"reason":', 400],
    ['a prototype', json, '{"reason":"x","__proto__":{"a":1}}', 400],
    ['nothing', json, '', 400],
    ['a list', json, '[]', 400],
    ['a megabyte', json, JSON.stringify({ reason: 'x', note: 'y'.repeat(1024 * 1024) }), 413],
    ['a wrong type', json, '{"reason":1}', 400],
    ['a key with a space', { ...json, 'idempotency-key': 'a b' }, '{"reason":"x"}', 400],
    ['a version that is none', { ...json, 'if-match': 'W/"3"' }, '{"reason":"x"}', 400],
    ['U+0000', json, '{"reason":"x","note":"\\u0000"}', 400],
    ['a lone surrogate', json, '{"reason":"x","note":"\\ud800"}', 400],
  ])('K-37 a body of %s is refused', async (_, headers, body, status) => {
    const answered = await post(headers, body)
    expect(answered.status).toBe(status)
    expect(answered.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  })

  test('K-37 a request that breaks off harms nothing', async () => {
    const { port } = new URL(sandbox.url)
    await new Promise<void>((done) => {
      const broken = httpRequest({
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/compliance/parties/pty_1/freeze',
        headers: { ...json, authorization: `Bearer ${TEST_API_KEY}`, 'content-length': '1000' },
      })
      broken.once('error', () => done())
      broken.write('{"reason":', () => broken.destroy(new Error('gone')))
    })
    expect((await sandbox.request('GET', '/compliance/health')).status).toBe(200)
  })

  test.skipIf(!existsSync(NAUGHTY))(
    'K-37 naughty strings come back byte for byte from free text',
    async () => {
      const strings = z.array(z.string()).parse(JSON.parse(readFileSync(join(NAUGHTY, 'blns.json'), 'utf8')))
      const names = strings.filter((name) => name.length <= 140)
      expect(names.length).toBeGreaterThan(450)
      const entries = names.map((name, index) => entry(index + 1, { name, addenda: [name] }))
      const { committed } = await importEntries(sandbox, entries)
      expect(committed.status).toBe(200)
      const found = new Map<number, string>()
      for (let cursor: string | null = ''; cursor !== null && found.size < names.length; ) {
        const after: string = cursor === '' ? '' : `&cursor=${cursor}`
        const next = await page(`limit=200&rail=ach${after}`)
        for (const { entry: kept, receiver } of next.transfers) {
          if (!kept || found.has(kept.line)) continue
          expect(kept.addenda).toEqual([receiver.name])
          found.set(kept.line, receiver.name)
        }
        cursor = next.next_cursor
      }
      expect(names.map((_, index) => found.get(index + 1))).toEqual(names)
    },
  )
})

test('K-37 a record carries its version as an ETag; a write on condition of any version is done', async () => {
  const [party] = z
    .looseObject({ parties: z.array(PartySchema) })
    .parse((await sandbox.request('GET', '/compliance/parties')).body).parties
  const read = await sandbox.request('GET', `/compliance/parties/${party?.id}`)
  expect(read.headers.get('etag')).toBe(`"${party?.version}"`)
  const any = await sandbox.request('POST', `/compliance/parties/${party?.id}/freeze`, {
    body: { reason: 'other' },
    key: 'any-version',
    ifMatch: '*',
  })
  expect(any.status).toBe(200)
})

test.each([
  [
    'gateways',
    '/gateways/gateways/gw_south/status',
    { status: 'down', reason: 'Lost' },
    'gateway.set_status',
  ],
  [
    'edge',
    '/edge/rate-limits',
    { scope: 'global', route: '/v1/refunds', limit: 5, window_s: 1, burst: 0, reason: 'x' },
    'rate_limit.create',
  ],
])(
  'K-18 %s does what it was told once, where the answer was lost and the same key comes again',
  async (upstream, path, body, operation) => {
    const key = `lost-${upstream}`
    const send = () => sandbox.request('POST', path, { body, key })
    await sandbox.request('POST', '/_sandbox/misbehave', {
      body: { upstream, mode: 'lost_response', on: 'writes', count: 1 },
    })
    await expect(send()).rejects.toThrow('fetch failed')
    const done = await sandbox.request('GET', `/${upstream}/operations/${key}`)
    expect(done.body).toMatchObject({ operation })
    const again = await send()
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(done.body).toMatchObject({ result: again.body })
    expect((await sandbox.request('GET', `/_sandbox/effects?key=${key}`)).body).toMatchObject({
      effects: [{ upstream, operation, count: 1 }],
    })
    expect((await eventsOf(sandbox, upstream)).filter(({ caused_by }) => caused_by === key)).toHaveLength(1)
    await sandbox.request('POST', '/_sandbox/misbehave', { body: { upstream, mode: 'refuse', count: 1 } })
    expect(problemOf(await sandbox.request('GET', path.replace(/\/status$/, ''))).code).toBe('refusing')
  },
)

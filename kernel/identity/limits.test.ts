import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeClient, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeRefusalLog } from './refusal-log.ts'

const ATTEMPTS = 60
const ENTRIES = 3

let product: Product
let built: string

beforeEach(async () => {
  built = mkdtempSync(join(tmpdir(), 'countersign-built-'))
  writeFileSync(join(built, 'index.html'), '<!doctype html><title>Built</title>')
  product = await startProduct({
    worker: false,
    webhooks: false,
    serverEnvironment: {
      RATE_LIMIT_PER_MINUTE: '40',
      ANONYMOUS_RATE_LIMIT_PER_MINUTE: '30',
      REFUSAL_ENTRIES_PER_MINUTE: String(ENTRIES),
      WEB_DIST: built,
    },
  })
}, 120_000)
afterEach(async () => {
  await product?.close()
  rmSync(built, { recursive: true })
})

const refusals = async () => {
  const { rows } = await product.superuser.query(
    `SELECT event_sub_type, convert_from(canonical, 'UTF8')::jsonb -> 'detail' AS detail FROM kernel.audit_entry
      WHERE actor_id = 'anonymous' ORDER BY seq`,
  )
  return rows
}

test('K-31 K-09 C-27 however many tokens nobody signed are shown, the log grows by few entries, which count them all', async () => {
  const statuses: number[] = []
  let retryAfter: string | null = null
  for (let n = 0; n < ATTEMPTS; n += 1) {
    const answer = await makeClient(product.url, 'whoever', `x${n}`).get('/v1/me')
    statuses.push(answer.status)
    if (answer.status === 429) {
      retryAfter = answer.headers.get('retry-after')
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(answer.headers.get('ratelimit-policy')).toBe('"minute";q=30;w=60')
      expect(answer.headers.get('ratelimit')).toMatch(/^"minute";r=0;t=\d+$/)
    }
  }
  expect(statuses.slice(0, 30)).toEqual(Array(30).fill(401))
  expect(statuses).toContain(429)
  expect(Number(retryAfter)).toBeGreaterThanOrEqual(1)
  // Somebody who can show who they are is let in from the same address.
  expect((await (await product.as('transfers/OPS')).get('/v1/me')).status).toBe(200)
  // So is a probe.
  expect((await makeClient(product.url, 'probe').get('/readyz')).status).toBe(200)
  expect((await makeClient(product.url, 'visitor').get('/app/')).status).toBe(429)
  expect((await makeClient(product.url, 'sender').post('/v1/ingest/cts', '{}')).status).toBe(429)

  const before = await refusals()
  expect(before).toHaveLength(ENTRIES)
}, 60_000)

test('C-27 each person has a quota of their own, and approving one apart from reading', async () => {
  const ops = await product.as('transfers/OPS')
  const other = await product.as('transfers/OPS-2')
  const statuses = []
  for (let n = 0; n < ATTEMPTS; n += 1) statuses.push((await ops.get('/v1/me')).status)
  expect(statuses.slice(0, 40)).toEqual(Array(40).fill(200))
  expect(statuses).toContain(429)
  expect((await other.get('/v1/me')).status).toBe(200)
  const admin = await product.as('transfers/ADMIN')
  for (let n = 0; n < ATTEMPTS; n += 1) await admin.get('/v1/me')
  expect((await admin.get('/v1/me')).status).toBe(429)
  const approval = await admin.post(`/v1/requests/${randomUUID()}/approve`, { digest: 'x' })
  expect(approval.status).toBe(404)
  expect((await admin.post('/v1/actions/transfers.freeze_entity/preview', {})).status).not.toBe(429)
})

test('C-27 an office behind one address loads the console as often as it likes; what is not there counts', async () => {
  const visitor = makeClient(product.url, 'visitor')
  const statuses = new Set<number>()
  for (let n = 0; n < ATTEMPTS; n += 1) statuses.add((await visitor.get('/app/approvals')).status)
  expect(statuses).toEqual(new Set([200]))
  for (let n = 0; n < ATTEMPTS; n += 1) statuses.add((await visitor.get(`/app/assets/${n}.js`)).status)
  expect(statuses).toEqual(new Set([200, 404, 429]))
}, 60_000)

test('P-05 C-27 containment has a quota, approvals have another, and each has an end', async () => {
  const admin = await product.as('transfers/ADMIN')
  const freeze = () => admin.post('/v1/actions/transfers.freeze_entity', {}, { 'idempotency-key': null })
  const approve = () => admin.post(`/v1/requests/${randomUUID()}/approve`, { digest: 'x' })
  const first = async (ask: () => Promise<{ status: number }>) => {
    for (let n = 0; n < ATTEMPTS; n += 1) if ((await ask()).status === 429) return n
    return undefined
  }
  expect(await first(freeze)).toBeGreaterThanOrEqual(40)
  expect((await approve()).status).toBe(404)
  expect((await admin.get('/v1/me')).status).toBe(200)
  expect(await first(approve)).toBeGreaterThanOrEqual(39)
  const refused = await approve()
  expect([refused.status, refused.headers.get('ratelimit-policy')]).toEqual([429, '"minute";q=40;w=60'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  // Another's containing goes on.
  expect(
    (await (await product.as('transfers/COMPLIANCE')).post('/v1/actions/transfers.freeze_entity', {})).status,
  ).toBe(400)
})

test('K-31 what was counted of an address is written with its number when its minute is over, or the server ends', async () => {
  let now = new Date('2026-03-04T10:00:00Z')
  const log = makeRefusalLog({
    pool: product.database.pool('app'),
    now: () => now,
    entriesPerMinute: ENTRIES,
    report: (error) => {
      throw error
    },
  })
  const refuse = (ip: string, kind: 'security' | 'sign_in_failed' = 'security') =>
    log.record(
      { httpRequestId: randomUUID(), ip, userAgent: 'test' },
      kind === 'security'
        ? { kind, eventSubType: 'AUTHENTICATION_REFUSED', severity: 'MEDIUM', detail: {} }
        : { kind, detail: { why: 'state' } },
    )
  for (let n = 0; n < 10; n += 1) await refuse('192.0.2.1')
  now = new Date('2026-03-04T10:00:30Z')
  for (let n = 0; n < 4; n += 1) await refuse('192.0.2.1', 'sign_in_failed')
  await refuse('192.0.2.2')
  expect(await refusals()).toHaveLength(ENTRIES + 1)
  await log.close()
  const counts = (await refusals()).filter((entry) => entry.event_sub_type === 'REFUSALS_COUNTED')
  expect(counts.map(({ detail }) => detail)).toEqual([
    {
      count: 11,
      of: { AUTHENTICATION_REFUSED: 7, sign_in_failed: 4 },
      from: '2026-03-04T10:00:00.000Z',
      until: '2026-03-04T10:00:30.000Z',
    },
  ])
})

test('K-31 addresses beyond the thousandth are counted together', async () => {
  const log = makeRefusalLog({
    pool: product.database.pool('app'),
    now: () => new Date('2026-03-04T10:00:00Z'),
    entriesPerMinute: 1,
    report: (error) => {
      throw error
    },
  })
  for (let n = 0; n < 1_050; n += 1) {
    await log.record(
      { httpRequestId: randomUUID(), ip: `10.0.${n >> 8}.${n & 255}`, userAgent: '' },
      { kind: 'security', eventSubType: 'AUTHENTICATION_REFUSED', severity: 'MEDIUM', detail: {} },
    )
  }
  await log.close()
  const all = await refusals()
  // One of each address that is told apart, one of the further ones, and their count.
  expect(all).toHaveLength(1_000 + 1 + 1)
  expect(all.at(-1)?.detail).toMatchObject({ count: 49, addresses: 'further addresses' })
}, 60_000)

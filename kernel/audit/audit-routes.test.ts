import {
  appendEncoded,
  createTestAuditLog,
  encodeTestEntry,
  type TestAuditLog,
  testFacts,
} from '@countersign/testkit/audit-log.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fail, ok } from '../actions/failure.ts'
import type { Principal } from '../identity/principal.ts'
import { kernelMigrations } from '../migration-source.ts'
import { auditColumns, type EncodedAuditEntry } from './audit-entry.ts'
import { type AuditCursor, listEntries } from './audit-query.ts'
import { auditRoutes } from './audit-routes.ts'
import type { AuditEntryView } from './audit-view.ts'
import { exportCsv } from './export-entries.ts'
import { type ExportSlots, makeExportSlots } from './export-slots.ts'
import { leafHash, TILE_WIDTH, verifyInclusion } from './merkle.ts'
import { openCheckpoint, parseVerifierKey } from './signed-note.ts'
import { decodeEntryBundle } from './tlog-tiles.ts'

const STATUS = {
  invalid: 400,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  upstream_unavailable: 503,
} as Record<string, number>

let database: TestDatabase
let log: TestAuditLog
let app: FastifyInstance
let special: EncodedAuditEntry
let recorded: object[]
let recording: Promise<void>

const principal = (id: string): Principal => ({
  id,
  kind: 'person',
  name: id,
  roles: ['kernel/auditor'],
  language: 'en',
  tenants: [],
  credential: { kind: 'token', expiresAt: new Date(8e12), authenticatedAt: undefined },
})

const get = (url: string, who = 'auditor') =>
  app.inject({ method: 'GET', url, headers: { 'x-test-person': who } })
const list = async (query: string) => {
  const answer = await get(`/v1/audit?${query}`)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<{ entries: AuditEntryView[]; next_cursor: string | null }>()
}

async function makeApp(proofWaitMs?: number, slots?: ExportSlots): Promise<FastifyInstance> {
  const made = Fastify()
  await made.register(auditRoutes, {
    auditorPool: database.pool('auditor'),
    proofWaitMs,
    slots,
    verifierKey: async () => log.key.text,
    authorize: async (request, permission) => {
      const person = String(request.headers['x-test-person'])
      if (person !== 'stranger') return ok(principal(person))
      return fail({ kind: 'forbidden', code: 'forbidden', message: `needs ${permission}` })
    },
    mayReveal: async (_request, person) => person.id === 'revealer',
    record: async (_request, person, facts) => {
      await recording
      recorded.push({ by: person.id, ...facts })
    },
    refuse: (_request, reply, failure) =>
      reply
        .code(STATUS[failure.kind] ?? 500)
        .type('application/problem+json')
        .send(failure),
  })
  return made
}

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  log = createTestAuditLog(database)
  await log.append(600)
  special = encodeTestEntry(
    {
      ...testFacts(),
      kind: 'security',
      severity: 'HIGH',
      eventSubType: 'role_conflict',
      actor: { id: 'platform-OPS_ADMIN', roles: ['platform/OPS_ADMIN', 'transfers/OPS'] },
      action: 'identity.sign_in',
      target: { kind: 'person', id: 'p:1' },
      outcome: 'refused',
      reason: { code: 'conflict', note: '=HYPERLINK("http://x"),\r\nforged,row' },
      detail: { phrase: '100%_of "it"\\' },
    },
    new Date('2001-03-01T12:00:00.123Z'),
  )
  await appendEncoded(database.pool('superuser'), [special])
  await log.sequence()
  await log.sign()
  recorded = []
  recording = Promise.resolve()
  app = await makeApp()
})
afterAll(async () => {
  await app.close()
  log.remove()
  await database.drop()
})

describe('C-12 K-34 the explorer', () => {
  test('C-12 an entry says everything it was made of, with personal values redacted', async () => {
    const answer = await get(`/v1/audit/${special.id}`)
    expect(answer.json()).toEqual({
      id: special.id,
      at: '2001-03-01T12:00:00.123Z',
      kind: 'security',
      event_sub_type: 'role_conflict',
      severity: 'HIGH',
      actor: { id: 'platform-OPS_ADMIN', roles: ['platform/OPS_ADMIN', 'transfers/OPS'] },
      action: 'identity.sign_in',
      target: { kind: 'person', id: 'p:1' },
      reason: { code: 'conflict', note: '•••' },
      outcome: 'refused',
      ip_address: '203.0.•.•',
      user_agent: 'Mozilla/5.0 •',
      request_id: 'req-0',
      action_request_id: special.columns.action_request_id,
      transition: { from: null, to: 'pending', revision: 1 },
      detail: { phrase: '100%_of "it"\\' },
      leaf_index: 600,
    })
  })

  test('C-12 personal values are shown to who may see them, after that was recorded', async () => {
    recorded.length = 0
    const answer = await get(`/v1/audit/${special.id}`, 'revealer')
    expect(answer.json()).toMatchObject({
      ip_address: '203.0.113.7',
      reason: { note: '=HYPERLINK("http://x"),\r\nforged,row' },
    })
    expect(recorded).toMatchObject([{ by: 'revealer', kind: 'read', target: { id: special.id } }])
    // Case 20: what cannot be recorded is not revealed.
    recording = Promise.reject(new Error('no'))
    recording.catch(() => undefined)
    const refused = await get(`/v1/audit/${special.id}`, 'revealer')
    expect(refused.statusCode).toBe(500)
    expect(refused.body).not.toContain('203.0.113.7')
    recording = Promise.resolve()
  })

  test.each([
    ['actor=platform-OPS_ADMIN', 1],
    ['actor=transfers-OPS-1', 200],
    ['action=identity.sign_in', 1],
    ['target=p:1', 1],
    ['target=person/p:1', 1],
    ['target=person:p:1', 1],
    ['target=tr_17', 1],
    ['target=transfer:tr_17', 1],
    ['target=payout:tr_17', 0],
    ['outcome=refused', 1],
    ['kind=security', 1],
    ['kind=denial', 0],
    ['severity=HIGH', 1],
    ['from=2001-03-01T12:00:00.123Z&to=2001-03-01T12:00:00.124Z', 1],
    ['from=2001-03-01T14:00:00%2B02:00&to=2001-03-01T14:00:00.123%2B02:00', 0],
    ['from=2001-03-01T14:00:00.123%2B02:00&to=2001-03-01T14:00:00.124%2B02:00', 1],
    ['from=2001-03-01T03:00:00.123-09:00&to=2001-03-01T17:45:00.124%2B05:45', 1],
    ['text=ROLE_CONFLICT', 1],
    [`text=${encodeURIComponent('100%_of "it"\\')}`, 1],
    ['text=100%25%25of', 0],
    ['text=HYPERLINK', 0],
    // tr_17, tr_170, tr_173, tr_176, tr_179
    ['text=tr_17&actor=transfers-OPS-2', 5],
    // tr_172, tr_175, tr_178
    ['text=tr_17&actor=transfers-OPS-1', 3],
    ['actor=transfers-OPS-1&outcome=refused', 0],
  ])('C-12 C-22 filters by %s', async (query, count) => {
    let found = 0
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { entries: AuditEntryView[]; next_cursor: string | null } = await list(
        `${query}&limit=150${cursor ? `&cursor=${cursor}` : ''}`,
      )
      found += page.entries.length
      cursor = page.next_cursor
    }
    expect(found).toBe(count)
  })

  test('C-12 a search by text reads so much and no more for a page, and goes on from there', async () => {
    const auditor = database.pool('auditor')
    const read = (after?: AuditCursor) =>
      listEntries(auditor, { text: 'role_conflict' }, { limit: 10, after, textScanMax: 250 })
    const pages: number[] = []
    let page = await read()
    for (; page.next; page = await read(page.next)) pages.push(page.items.length)
    expect([...pages, page.items.length]).toEqual([0, 0, 1])
    expect(page.items[0]?.id).toBe(special.id)
  })

  test('C-22 pages newest first, nothing missed or twice, entries being appended meanwhile', async () => {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: { entries: AuditEntryView[]; next_cursor: string | null } = await list(
        `limit=70${cursor ? `&cursor=${cursor}` : ''}`,
      )
      expect(page.entries.length).toBeLessThanOrEqual(70)
      seen.push(...page.entries.map((item) => item.id))
      cursor = page.next_cursor
      await log.append(3)
    } while (cursor)
    expect(seen).toHaveLength(601)
    expect(new Set(seen).size).toBe(601)
    expect(seen.at(-1)).toBe(special.id)
  })

  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['cursor=abc', 'cursor'],
    [`cursor=${Buffer.from('5 2001-13-01T00:00:00.000000Z').toString('base64url')}`, 'cursor'],
    ['kind=gossip', 'kind'],
    ['severity=high', 'severity'],
    ['from=2026-03-01', 'from'],
    ['to=now', 'to'],
    ['from=2001-03-01T12:00:00', 'from'],
    ['from=1969-12-31T23:59:59Z', 'from'],
    ['to=9999-12-31T23:59:59Z', 'to'],
    ['actor=', 'actor'],
    ['text=%00', 'text'],
    [`target=${'x'.repeat(600)}`, 'target'],
    ['actor=a&actor=b', 'actor'],
    ['user=a', 'user'],
    ['offset=5', 'offset'],
  ])('C-22 refuses %s, naming the parameter', async (query, field) => {
    const answer = await get(`/v1/audit?${query}`)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ fields: [{ field }] })
  })

  test('K-08 who may not read the log learns nothing, not even that a parameter is wrong', async () => {
    for (const path of [
      '',
      '?limit=0',
      `/${special.id}`,
      '/x/proof',
      '/export?format=x',
      '/log/checkpoint',
      '/log/key',
      '/log/tile/0/000',
    ]) {
      expect((await get(`/v1/audit${path}`, 'stranger')).statusCode, path).toBe(403)
    }
  })

  test('C-12 an id outside the grammar is 400, one that does not exist 404', async () => {
    for (const suffix of ['', '/proof']) {
      expect((await get(`/v1/audit/not-an-id${suffix}`)).statusCode).toBe(400)
      expect((await get(`/v1/audit/00000000-0000-7000-8000-000000000000${suffix}`)).statusCode).toBe(404)
    }
    expect((await get(`/v1/audit/${special.id}?form=raw`)).statusCode).toBe(400)
    expect((await get(`/v1/audit/${special.id}/proof?x=1`)).statusCode).toBe(400)
  })
})

describe('C-13 C-26 the log as any C2SP client reads it', () => {
  test('an auditor proves an entry with nothing but the answers and the key', async () => {
    const key = parseVerifierKey((await get('/v1/audit/log/key')).body)
    const canonical = await get(`/v1/audit/${special.id}?form=canonical`)
    expect(canonical.rawPayload).toEqual(special.canonical)
    expect(auditColumns(JSON.parse(canonical.body))).toEqual(special.columns)
    const proof = (await get(`/v1/audit/${special.id}/proof`)).json<{
      leaf_index: number
      tree_size: number
      inclusion_path: string[]
      checkpoint: string
    }>()
    const { size, root } = openCheckpoint(proof.checkpoint, [key])
    expect(proof).toMatchObject({ leaf_index: 600, tree_size: 601 })
    expect(
      verifyInclusion({
        leafHash: leafHash(canonical.rawPayload),
        index: proof.leaf_index,
        size,
        proof: proof.inclusion_path.map((hash) => Buffer.from(hash, 'base64')),
        root,
      }),
    ).toBe(true)
  })

  test('checkpoint, tiles and entry bundles have the paths, types and bytes of tlog-tiles', async () => {
    const checkpoint = await get('/v1/audit/log/checkpoint')
    expect(checkpoint.headers['content-type']).toBe('text/plain; charset=utf-8')
    const { size } = openCheckpoint(checkpoint.body, [log.key])
    expect(size).toBe(601)

    const hashes: Buffer[] = []
    for (const [tile, entries, width] of [
      ['0/000', 'entries/000', 256],
      ['0/001', 'entries/001', 256],
      ['0/002.p/89', 'entries/002.p/89', 89],
    ] as const) {
      const answer = await get(`/v1/audit/log/tile/${tile}`)
      expect(answer.headers['content-type']).toBe('application/octet-stream')
      expect(answer.headers['cache-control']).toMatch(/immutable/)
      expect(answer.rawPayload).toHaveLength(width * 32)
      const bundle = decodeEntryBundle((await get(`/v1/audit/log/tile/${entries}`)).rawPayload)
      expect(Buffer.concat(bundle.map((entry) => leafHash(entry)))).toEqual(answer.rawPayload)
      hashes.push(answer.rawPayload)
    }
    const above = await get('/v1/audit/log/tile/1/000.p/2')
    expect(above.rawPayload).toHaveLength(64)
    expect(hashes[0]).toHaveLength(TILE_WIDTH * 32)
    // A narrower part of a partial tile is its beginning.
    expect((await get('/v1/audit/log/tile/0/002.p/7')).rawPayload).toEqual(hashes[2]?.subarray(0, 7 * 32))
  })

  test.each([
    '0/002',
    '0/002.p/90',
    '0/003.p/1',
    '1/000',
    '1/000.p/3',
    '2/000.p/1',
    'entries/002',
    '0/x999/999',
  ])('what the checkpoint does not cover is 404: %s', async (tile) => {
    expect((await get(`/v1/audit/log/tile/${tile}`)).statusCode).toBe(404)
  })
  test.each(['0/2', '0/002.p/0', '64/000', 'data/000', '0/002.p/256', ''])(
    'what is no tile is 400: %j',
    async (tile) => {
      expect((await get(`/v1/audit/log/tile/${tile}`)).statusCode).toBe(400)
    },
  )

  test('an entry that no checkpoint covers yet is waited for, then said to be unsigned', async () => {
    const headers = { 'x-test-person': 'auditor' }
    const patient = await makeApp(60_000)
    const [fresh] = await log.append(1)
    const waiting = patient.inject({ method: 'GET', url: `/v1/audit/${fresh?.id}/proof`, headers })
    await log.sequence()
    await log.sign()
    expect((await waiting).statusCode).toBe(200)
    await patient.close()
    const hasty = await makeApp(0)
    const [later] = await log.append(1)
    const answer = await hasty.inject({ method: 'GET', url: `/v1/audit/${later?.id}/proof`, headers })
    await hasty.close()
    expect(answer.statusCode).toBe(409)
    expect(answer.json()).toMatchObject({ code: 'not_signed_yet', retryAfterS: 1 })
  })
})

describe('C-14 K-34 exports', () => {
  test('case 19: in CSV a formula is text and a newline forges no row', async () => {
    recorded.length = 0
    const answer = await get('/v1/audit/export?format=csv&kind=security', 'revealer')
    expect(answer.headers['content-type']).toMatch(/^text\/csv/)
    expect(answer.headers['content-disposition']).toContain('audit.csv')
    const note = `"'=HYPERLINK(""http://x""),\r\nforged,row"`
    expect(answer.body).toContain(`,conflict,${note},refused,203.0.113.7,`)
    expect(recorded).toEqual([
      {
        by: 'revealer',
        kind: 'export',
        action: 'audit.export',
        outcome: 'allowed',
        detail: { format: 'csv', personal: 'shown', filter: { kind: 'security' } },
      },
    ])
    const redacted = await get('/v1/audit/export?format=csv&kind=security')
    expect(redacted.body.split('\r\n')).toHaveLength(3)
    expect(redacted.body).not.toContain('HYPERLINK')
  })

  test('JSON and bundle stream everything that matches', async () => {
    const json = await get('/v1/audit/export?format=json&actor=transfers-OPS-1&to=2100-01-01T00:00:00Z')
    expect(json.json<{ entries: object[] }>().entries.length).toBeGreaterThanOrEqual(200)
    const bundle = await get('/v1/audit/export?format=bundle')
    const lines = bundle.body.trimEnd().split('\n')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      format: 'countersign-audit-bundle',
      complete: true,
      key: log.key.text,
    })
    expect(lines.filter((line) => line.startsWith('{"index"')).length).toBeGreaterThanOrEqual(601)
    expect(bundle.body).not.toContain('203.0.113')
  })

  test.each(['csv', 'json', 'bundle'])(
    'C-14 %s is streamed: its beginning is there while its entries cannot be read yet',
    async (format) => {
      const served = await makeApp()
      const url = await served.listen({ host: '127.0.0.1', port: 0 })
      const holder = await database.pool('superuser').connect()
      try {
        await holder.query('BEGIN')
        await holder.query('LOCK TABLE kernel.audit_entry IN ACCESS EXCLUSIVE MODE')
        const answer = await fetch(`${url}/v1/audit/export?format=${format}`, {
          headers: { 'x-test-person': 'auditor' },
          signal: AbortSignal.timeout(30_000),
        })
        if (!answer.body) throw new Error('it has no body')
        const reader = answer.body.getReader()
        const decoded = async () => {
          const { value } = await reader.read()
          return value === undefined ? undefined : Buffer.from(value).toString()
        }
        const first = await decoded()
        expect(first).toMatch(/^leaf_index,|^\{"format"/)
        await holder.query('ROLLBACK')
        let rest = ''
        for (let more = await decoded(); more !== undefined; more = await decoded()) rest += more
        expect(rest).toContain(format === 'bundle' ? '"canonical"' : 'transfers-OPS')
      } finally {
        holder.release(true)
        await served.close()
      }
    },
    60_000,
  )

  test('O-15 C-14 while as many exports are under way as may be, one more is told so and not recorded', async () => {
    const slots = makeExportSlots({ max: 1, stalledAfterMs: 60_000 })
    const busy = await makeApp(undefined, slots)
    const ask = () =>
      busy.inject({
        method: 'GET',
        url: '/v1/audit/export?format=csv',
        headers: { 'x-test-person': 'auditor' },
      })
    async function* waits() {
      yield 'held'
    }
    const held = slots.stream(waits())
    const before = recorded.length
    const refused = await ask()
    expect(refused.statusCode).toBe(503)
    expect(refused.json()).toMatchObject({ code: 'exports_busy', retryAfterS: 10 })
    expect(recorded).toHaveLength(before)
    held?.destroy()
    await new Promise((closed) => held?.once('close', closed))
    expect((await ask()).statusCode).toBe(200)
    expect(recorded).toHaveLength(before + 1)
    await busy.close()
  })

  test('an export that cannot be recorded does not begin; one left early gives its connection back', async () => {
    recording = Promise.reject(new Error('no'))
    recording.catch(() => undefined)
    expect((await get('/v1/audit/export?format=csv')).statusCode).toBe(500)
    recording = Promise.resolve()
    expect((await get('/v1/audit/export?format=xml')).json()).toMatchObject({
      fields: [{ field: 'format', allowed: ['csv', 'json', 'bundle'] }],
    })
    const pool = database.pool('auditor', { max: 1 })
    for (let round = 0; round < 3; round += 1) {
      for await (const chunk of exportCsv(pool, { filter: {}, revealed: false })) {
        if (chunk.includes('transfers-OPS')) break
      }
    }
    expect((await pool.query('SELECT 1')).rowCount).toBe(1)
  })
})

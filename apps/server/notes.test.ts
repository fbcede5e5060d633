import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { saysSomething } from '@countersign/kernel/personal-data/visible-text.ts'
import { type EventStream, openEventStream } from '@countersign/testkit/event-stream.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import { seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const NAUGHTY = publishedData('D12_blns')
/** Some five hundred notes, on a machine that may be busy. */
const NAUGHTY_TIMEOUT_MS = 300_000
const AT_ONCE = 16
const open: EventStream[] = []
let product: Product
let ops: Client
let other: Client
let auditor: Client
let record: string

beforeAll(async () => {
  product = await startProduct()
  ops = await product.as('transfers/OPS')
  other = await product.as('transfers/OPS-2')
  auditor = await product.as('kernel/auditor')
  const next = await seededReturns(product)
  record = `/v1/entities/transfer/${next().id}`
  // Known here once they have come.
  for (const person of [ops, other, auditor]) expect((await person.get('/v1/me')).status).toBe(200)
}, 120_000)
afterAll(async () => {
  for (const stream of open) stream.cut()
  await product?.close()
})

const write = async (text: string, more: object = {}) => {
  const answer = await ops.post(`${record}/notes`, { text, ...more })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

/** The entry of a note on its record's timeline, once it is there. */
const entryOf = (id: string, reader: Client = ops) =>
  eventually(`note ${id} on the timeline`, async () => {
    const { body } = await reader.get(`${record}/timeline?limit=200`)
    return body.entries.find((entry: { note?: { id: string } }) => entry.note?.id === id)
  })

test('K-27 K-25 a note stands on the timeline of its record with its author, as it was written', async () => {
  const text = '  Called the bank: "please hold" \u{1F600}\r\n\tsecond line \u202eesrever  '
  const written = await write(text)
  expect(written).toMatchObject({ text, author: { id: ops.id }, mentions: [], corrects: null })
  const entry = await entryOf(written.id, other)
  expect(entry).toMatchObject({
    type: 'kernel.note.written',
    summary: 'Note',
    actor: { id: ops.id, name: 'transfers/OPS' },
    note: { text, corrects: null },
  })
})

test.skipIf(NAUGHTY.absent)(
  'K-27 the list of naughty strings, each in a note: byte for byte the same, or refused by name',
  async () => {
    const strings = JSON.parse(readFileSync(NAUGHTY.file('blns.json'), 'utf8')) as string[]
    const kept = new Map<string, string>()
    const send = async (text: string) => {
      const answer = await ops.post(`${record}/notes`, { text })
      if (!saysSomething(text) || text.includes('\u0000')) {
        expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'text'])
      } else {
        expect(answer.status, JSON.stringify(text)).toBe(201)
        kept.set(answer.body.id, text)
      }
    }
    for (let at = 0; at < strings.length; at += AT_ONCE)
      await Promise.all(strings.slice(at, at + AT_ONCE).map(send))
    expect(kept.size).toBeGreaterThan(400)
    const seen = new Map<string, string>()
    await eventually('all of them on the timeline', async () => {
      seen.clear()
      let path: string | null = `${record}/timeline?limit=200`
      while (path !== null) {
        const { body } = await ops.get(path)
        for (const { note } of body.entries) if (note) seen.set(note.id, note.text)
        path = body.next_cursor === null ? null : `${record}/timeline?limit=200&cursor=${body.next_cursor}`
      }
      return [...kept.keys()].every((id) => seen.has(id))
    })
    for (const [id, text] of kept) expect(Buffer.from(seen.get(id) ?? '')).toEqual(Buffer.from(text))
  },
  NAUGHTY_TIMEOUT_MS,
)

test('K-27 K-30 K-31 a note is an audit entry, and no table holds what it says in clear', async () => {
  const secret = `Maria Gonzalez ${randomUUID()}`
  const { id } = await write(secret)
  const { rows } = await product.superuser.query(
    `SELECT convert_from(canonical, 'UTF8') AS canonical FROM kernel.audit_entry
      WHERE action = 'kernel.write_note' AND convert_from(canonical, 'UTF8')::jsonb #>> '{detail,note}' = $1`,
    [id],
  )
  expect(rows).toHaveLength(1)
  const fact = JSON.parse(rows[0].canonical)
  expect(fact).toMatchObject({
    kind: 'action',
    actor: { id: ops.id, roles: ['transfers/OPS'] },
    target: { kind: 'transfer' },
    outcome: 'executed',
  })
  const note = await product.superuser.query('SELECT text FROM kernel.note WHERE note_id = $1', [id])
  expect(fact.detail.sealed_sha256).toBe(createHash('sha256').update(note.rows[0].text.sealed).digest('hex'))
  const tables = await product.superuser.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname IN ('kernel', 'transfers')`,
  )
  for (const { name } of tables.rows) {
    const found = await product.superuser.query(
      `SELECT count(*)::integer AS n FROM ${name} t
        WHERE strpos(t::text, $1) > 0 OR strpos(t::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0`,
      [secret],
    )
    expect([name, found.rows[0].n]).toEqual([name, 0])
  }
  expect((await entryOf(id)).note.text).toBe(secret)
})

test('K-27 erasing the key of a record erases what its notes say, and nothing else of them', async () => {
  const next = await seededReturns(product)
  next()
  const path = `/v1/entities/transfer/${next().id}`
  const written = await ops.post(`${path}/notes`, { text: 'about a person' })
  const look = async () => (await ops.get(`${path}/timeline`)).body.entries
  const noted = (entries: { note?: { id: string; text: string } }[]) =>
    entries.find(({ note }) => note?.id === written.body.id)?.note?.text
  expect(await eventually('the note', async () => noted(await look()))).toBe('about a person')
  await product.superuser.query('DELETE FROM kernel.subject_key WHERE subject = $1', [
    path.slice('/v1/entities/'.length),
  ])
  expect(noted(await look())).toBe('••••')
})

test('K-27 C-19 the same key writes one note; another text under it is refused', async () => {
  const key = randomUUID()
  const send = (text: string) => ops.post(`${record}/notes`, { text }, { 'idempotency-key': key })
  const first = await send('once')
  const again = await send('once')
  expect([first.status, again.status, again.body.id]).toEqual([201, 201, first.body.id])
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect((await send('twice')).status).toBe(422)
  expect((await ops.post(`${record}/notes`, { text: 'x' }, { 'idempotency-key': null })).status).toBe(400)
  const { rows } = await product.superuser.query('SELECT FROM kernel.note WHERE note_id = $1', [
    first.body.id,
  ])
  expect(rows).toHaveLength(1)
})

test('K-27 what is no note is refused by the name of its field, and nothing is written', async () => {
  const count = async () => (await product.superuser.query('SELECT count(*) AS n FROM kernel.note')).rows[0].n
  const before = await count()
  const refused = async (body: object) => {
    const answer = await ops.post(`${record}/notes`, body)
    expect(answer.status).toBe(400)
    return answer.body.errors[0].field
  }
  expect(await refused({})).toBe('text')
  expect(await refused({ text: ' \n\t' })).toBe('text')
  expect(await refused({ text: 'x'.repeat(4_001) })).toBe('text')
  expect(await refused({ text: 'x', author: 'somebody' })).toBe('author')
  expect(await refused({ text: 'x', mentions: ['nobody-here'] })).toBe('mentions.0')
  expect(await refused({ text: 'x', mentions: [other.id, other.id] })).toBe('mentions')
  expect(await refused({ text: 'x', corrects: randomUUID() })).toBe('corrects')
  expect((await ops.post('/v1/entities/transfer/tr_none/notes', { text: 'x' })).status).toBe(404)
  expect((await ops.post('/v1/entities/mentions/x/notes', { text: 'x' })).status).toBe(404)
  expect(await count()).toBe(before)
})

test('K-27 only who may read a record writes on it; the auditor reads and changes nothing', async () => {
  const { id } = await write('for those who may')
  expect((await entryOf(id, auditor)).note.text).toBe('for those who may')
  expect((await auditor.post(`${record}/notes`, { text: 'I was here' })).status).toBe(403)
  const stranger = await product.as('hub/OPERATOR')
  expect((await stranger.post(`${record}/notes`, { text: 'I was here' })).status).toBe(403)
  const nobody = await fetch(`${product.url}${record}/notes`, { method: 'POST' })
  expect(nobody.status).toBe(401)
})

test('K-27 a note is never edited or deleted; a correction is a new one that names it', async () => {
  const wrong = await write('The amount is 100')
  const right = await write('The amount is 1 000', { corrects: wrong.id })
  expect((await entryOf(right.id)).type).toBe('kernel.note.corrected')
  expect((await entryOf(right.id)).note).toMatchObject({ corrects: wrong.id, corrected_by: null })
  expect((await entryOf(wrong.id)).note).toMatchObject({
    text: 'The amount is 100',
    corrected_by: right.id,
  })
  for (const role of ['app', 'dispatcher', 'sequencer', 'signer', 'auditor', 'superuser'] as const) {
    const pool = product.database.pool(role)
    for (const sql of ['UPDATE kernel.note SET corrects = NULL', 'DELETE FROM kernel.note']) {
      await expect(pool.query(sql)).rejects.toMatchObject({
        code: role === 'superuser' ? '23001' : '42501',
      })
    }
  }
  await expect(
    product.database.pool('app').query('INSERT INTO kernel.note SELECT * FROM kernel.note'),
  ).rejects.toMatchObject({ code: '42501' })
})

test('K-27 K-33 the database takes no note of which the audit entry says something else', async () => {
  const { rows } = await product.superuser.query(
    'SELECT note_id, kind, id, author_id, text FROM kernel.note LIMIT 1',
  )
  const [row] = rows
  const forged = {
    tenant_id: null,
    note: { ...row, note_id: randomUUID(), corrects: null, mentions: [] },
    audit: [{ canonical: '{"kind":"action","action":"kernel.write_note"}', personal: {} }],
  }
  await expect(
    product.database.pool('app').query('SELECT kernel.write_note($1)', [JSON.stringify(forged)]),
  ).rejects.toMatchObject({ code: '23001' })
})

test('K-27 K-29 somebody mentioned hears of it at once, reads it and has read it; nobody else hears', async () => {
  const listen = async ({ token }: Client) => {
    const stream = await openEventStream(product.url, { authorization: `Bearer ${token}` })
    open.push(stream)
    return stream
  }
  const [theirs, mine] = [await listen(other), await listen(ops)]
  const { id } = await write('Could you look at this?', { mentions: [other.id] })
  await eventually('the news', async () => theirs.changes.some(({ kind }) => kind === 'mentions'))
  await eventually('the note itself', async () =>
    mine.changes.some(({ topic }) => topic === 'kernel.note.written'),
  )
  expect(mine.changes.filter(({ kind }) => kind === 'mentions')).toEqual([])
  const unread = await other.get('/v1/mentions')
  expect(unread.body.unread).toBe(1)
  expect(unread.body.mentions[0]).toMatchObject({
    id,
    author: { id: ops.id },
    text: 'Could you look at this?',
    read_at: null,
    entity: { kind: 'transfer' },
  })
  expect((await ops.get('/v1/mentions')).body).toMatchObject({ mentions: [], unread: 0 })
  expect((await ops.post(`/v1/mentions/${id}/read`, {})).status).toBe(404)
  const read = await other.post(`/v1/mentions/${id}/read`, {})
  const again = await other.post(`/v1/mentions/${id}/read`, {})
  expect([read.status, again.body]).toEqual([200, read.body])
  expect((await other.get('/v1/mentions')).body).toMatchObject({ mentions: [], unread: 0 })
  const all = await other.get('/v1/mentions?state=all')
  expect(all.body.mentions[0]).toMatchObject({ id, read_at: read.body.read_at })
  expect((await entryOf(id)).note.mentions).toEqual([{ id: other.id, name: 'transfers/OPS-2' }])
})

test('K-27 who can be mentioned on a record is who may read it', async () => {
  const stranger = await product.as('hub/OPERATOR')
  await stranger.get('/v1/me')
  const people = async (q: string) =>
    (await ops.get(`${record}/people?q=${encodeURIComponent(q)}`)).body.people.map(
      ({ id }: { id: string }) => id,
    )
  expect(await people('ops-2')).toEqual([other.id])
  expect(await people('')).toEqual(expect.arrayContaining([ops.id, other.id, auditor.id]))
  expect(await people('hub')).toEqual([])
  const refused = await ops.post(`${record}/notes`, { text: 'x', mentions: [stranger.id] })
  expect(refused.body.errors[0].field).toBe('mentions.0')
})

test('K-27 nor on a record of no console’s, such as the audit log, somebody whose console is not installed', async () => {
  const stranger = await product.as('hub/OPERATOR')
  await stranger.get('/v1/me')
  const log = '/v1/entities/audit_log/main'
  expect((await stranger.get(log)).status).toBe(403)
  expect((await stranger.get('/v1/mentions')).status).toBe(403)
  const { people } = (await ops.get(`${log}/people`)).body as { people: { id: string }[] }
  const ids = people.map(({ id }) => id)
  expect(ids).toEqual(expect.arrayContaining([ops.id, other.id, auditor.id]))
  expect(ids).not.toContain(stranger.id)
  const refused = await ops.post(`${log}/notes`, { text: 'Look at this', mentions: [stranger.id] })
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'mentions.0' }] } })
  expect((await ops.post(`${log}/notes`, { text: 'Look at this', mentions: [other.id] })).status).toBe(201)
})

test('K-27 on any record: a party, a request of one’s own; not on a request that one may not see', async () => {
  const { parties } = await product.upstream('/compliance/parties?limit=1')
  const party = `/v1/entities/party/${parties[0].id}`
  expect((await ops.post(`${party}/notes`, { text: 'about the party' })).status).toBe(201)
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=200')
  const transfer = transfers.find((each: { frozen_parties: string[] }) => each.frozen_parties.length === 0)
  const asked = await ops.post('/returns', { transferId: transfer.id, reason: transfer.return.code })
  expect(asked.status, asked.text).toBe(202)
  const request = `/v1/entities/request/${asked.body.id}`
  const heard = await openEventStream(product.url, { authorization: `Bearer ${ops.token}` })
  open.push(heard)
  const noted = await ops.post(`${request}/notes`, { text: 'why it is urgent' })
  expect(noted.status, noted.text).toBe(201)
  await eventually('it on the timeline of the request', async () =>
    (await ops.get(`${request}/timeline`)).body.entries.some(
      (entry: { note?: { text: string } }) => entry.note?.text === 'why it is urgent',
    ),
  )
  await eventually('the news of it', async () =>
    heard.changes.some(({ topic, kind }) => topic === 'kernel.note.written' && kind === 'request'),
  )
  const compliance = await product.as('transfers/COMPLIANCE')
  expect((await compliance.post(`${request}/notes`, { text: 'x' })).status).toBe(404)
})

test('K-27 K-37 while an upstream is down, notes are taken on what is known of its records', async () => {
  await product.sandbox.stop()
  try {
    expect((await ops.post(`${record}/notes`, { text: 'the bank does not answer' })).status).toBe(201)
    const unknown = await ops.post('/v1/entities/transfer/tr_unknown/notes', { text: 'x' })
    expect([unknown.status, unknown.body.code]).toEqual([503, 'upstream_unreadable'])
  } finally {
    await product.sandbox.start()
  }
})

test('K-27 mentions come in pages, newest first', async () => {
  const third = await product.as('transfers/ADMIN')
  await third.get('/v1/me')
  const ids = []
  for (let n = 0; n < 5; n += 1) ids.push((await write(`look ${n}`, { mentions: [third.id] })).id)
  const seen: string[] = []
  let path: string | null = '/v1/mentions?limit=2'
  while (path !== null) {
    const { body } = await third.get(path)
    seen.push(...body.mentions.map(({ id }: { id: string }) => id))
    path = body.next_cursor === null ? null : `/v1/mentions?limit=2&cursor=${body.next_cursor}`
  }
  expect(seen).toEqual(ids.toReversed())
})

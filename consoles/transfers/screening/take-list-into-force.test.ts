import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readStream } from '@countersign/kernel/events/read-stream.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importList, type ListReport } from '../import/import-list.ts'
import { listDigest, partsOf } from './list-digest.ts'
import type { ListEntry } from './list-entry.ts'
import { sanctionsList } from './sanctions-list.ts'
import { settleVersion } from './staged-lists.ts'

let directory: string
let product: Product
let compliance: Client
let admin: Client

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-lists-'))
  product = await startProduct()
  compliance = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
}, 120_000)
afterAll(async () => {
  await product?.close()
  rmSync(directory, { recursive: true })
})

const rowOf = (uid: number, name: string) =>
  `${uid},"${name}","individual","SDGT",${'-0- ,'.repeat(7)}-0- \r\n`
const people = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => rowOf(from + at, `DOE, John ${from + at}`)).join('')

function sdnFile(content: string): string {
  const path = join(directory, 'sdn.csv')
  writeFileSync(path, content)
  return path
}

const bring = (files: readonly string[], who: Client = compliance): Promise<ListReport> =>
  importList({ files, today: '2026-11-20' }, async () => ({
    name: 'The console',
    baseUrl: product.url,
    token: who.token,
  }))

async function agree(request: string | undefined): Promise<string> {
  const { body } = await admin.get(`/v1/requests/${request}`)
  const agreed = await admin.post(`/v1/requests/${request}/approve`, { digest: body.digest })
  expect(agreed.status, agreed.text).toBe(200)
  return (await admin.get(`/v1/requests/${request}`)).body.state
}

/** What is there of lists and of requests on them. */
async function kept(): Promise<unknown> {
  const { rows } = await product.superuser.query(
    `SELECT (SELECT count(*) FROM transfers.staged_list) AS versions, (SELECT count(*) FROM transfers.staged_list_part) AS parts,
            (SELECT count(*) FROM kernel.action_request WHERE type = 'transfers.take_list_into_force') AS requests`,
  )
  return rows
}

const list = async (id = 'ofac_sdn') => (await compliance.get(`/v1/entities/sanctions_list/${id}`)).body

test('T-13 a list is in force once another agrees, who is shown what it changes; the same again changes nothing', async () => {
  const first = await bring([sdnFile(people(1, 101))])
  expect(first).toMatchObject({ list: 'ofac_sdn', outcome: 'asked', entries: 100, published: '2026-11-20' })
  expect(await list()).toMatchObject({ state: 'waiting', data: { version: null } })
  expect(await agree(first.request)).toBe('executed')
  expect(await list()).toMatchObject({
    title: 'Sanctions list OFAC SDN',
    data: { version: first.version, entries: 100, offered: [] },
  })
  const before = await kept()
  expect(await bring([sdnFile(people(51, 101) + people(1, 51))])).toMatchObject({
    outcome: 'unchanged',
    version: first.version,
  })
  expect(await kept()).toEqual(before)

  const second = await bring([sdnFile(people(2, 100) + rowOf(100, 'ROE, Jane') + rowOf(900, 'NEW, Nora'))])
  const { body: asked } = await admin.get(`/v1/requests/${second.request}`)
  expect(asked.evidence.preview.effects).toEqual([
    '1 entry is added: NEW, Nora.',
    '1 entry goes: DOE, John 1.',
    '1 entry changes: ROE, Jane.',
    expect.stringMatching(/parties.*(newly hit|screened)/),
    'It was brought by transfers/COMPLIANCE.',
    expect.stringContaining('within seconds'),
  ])
  expect(await bring([sdnFile(people(1, 102))])).toMatchObject({
    outcome: 'brought',
    request: second.request,
  })
  expect(await agree(second.request)).toBe('executed')
  const { body: timeline } = await compliance
    .get('/v1/audit?target=sanctions_list/ofac_sdn')
    .then(async (answer) =>
      answer.status === 200 ? answer : admin.get('/v1/audit?target=sanctions_list/ofac_sdn'),
    )
  expect(timeline.entries.map(({ detail }: { detail?: { version?: string } }) => detail?.version)).toContain(
    second.version,
  )
})

test('S-07 T-13 what is decided on a list reads the version that it names, and nothing for its page; parties are counted up to a bound', async () => {
  const asked: { name: string; version: unknown }[] = []
  const pool = product.database.pool('app')
  const heard = {
    query: (query: { name?: string; values?: unknown[] }) => {
      asked.push({ name: String(query.name), version: query.values?.[0] })
      return pool.query(query as never)
    },
  }
  const read = async (input?: { version: string }) => {
    asked.length = 0
    const reading = await sanctionsList.read('ofac_sdn', undefined, {
      events: (stream) => readStream(pool, stream) as never,
      ask: (question) => question({ pool: heard, now: () => new Date() } as never),
      ...(input === undefined ? {} : { input }),
    })
    if (reading.status !== 'found') throw new Error(`the list is ${reading.status}`)
    return reading.state
  }
  const { offered } = await read()
  const [first] = offered
  expect(offered.length).toBeGreaterThan(0)
  const readFor = (name: string) => asked.filter((one) => one.name === name).map(({ version }) => version)
  expect(readFor('list-standings')).toHaveLength(1)
  expect(readFor('newly-hit')).toHaveLength(offered.length + 1)

  const version = String(first?.version)
  const decided = await read({ version })
  expect(readFor('list-standings')).toEqual([])
  expect(readFor('newly-hit')).toEqual([version])
  // Parties are taken in all the while, so that two readings may differ by what came between them.
  await eventually('the version to be read as its page reads it', async () => {
    const [page] = (await read()).offered
    return isDeepStrictEqual((await read({ version })).named, page)
  })
  expect(decided.offered.map((one) => one.version).sort()).toEqual(offered.map((one) => one.version).sort())

  const { rowCount } = await product.superuser.query(
    `INSERT INTO transfers.party_to_screen (id, version, position, kind, name)
     SELECT 'pty_counted_' || n, 1, 0, 'company', '"Counted"' FROM generate_series(1, 10001) n`,
  )
  expect(rowCount).toBe(10_001)
  try {
    await eventually('screening to have begun', async () => (await read()).standing !== undefined)
    const { standing, stands } = await read()
    expect([standing?.screened, stands?.screened]).toEqual([10_000, 10_000])
  } finally {
    await product.superuser.query(`DELETE FROM transfers.party_to_screen WHERE id LIKE 'pty_counted_%'`)
  }
})

test('T-13 what is announced and not brought puts no list in quarantine, however few entries it is said to have', async () => {
  expect((await list()).banners).toEqual([])
  const entries = [{ ...entry, name: 'ALONE' }]
  const version = await listDigest('ofac_sdn', entries)
  const said = { list: 'ofac_sdn', published: '2026-11-20', entries: 1, names: 1, parts: 1 }
  expect((await put(`/v1/sanctions-lists/${version}`, said)).status).toBe(200)
  const announced = await list()
  expect(announced.data.offered).toContainEqual(
    expect.objectContaining({ version, complete: false, much_smaller: false }),
  )
  expect(announced.banners).toEqual([])
  await product.superuser.query('DELETE FROM transfers.list_announcement WHERE sha256 = $1', [version])
})

test('T-13 a list that was cut off stays in quarantine until somebody says that it is meant so', async () => {
  const before = (await list()).data.version
  const cut = await bring([sdnFile(people(1, 60))])
  expect(cut).toMatchObject({ outcome: 'quarantined', entries: 59 })
  expect(cut.errors[0]?.message).toMatch(/^It has 59 entries, the version in force 100: /)
  const shown = await list()
  expect(shown.data.version).toBe(before)
  expect(shown.data.offered[0]).toMatchObject({ version: cut.version, much_smaller: true, removed: 42 })
  expect(shown.banners[0].text).toMatch(/quarantine/)
  const meant = {
    target: { kind: 'sanctions_list', id: 'ofac_sdn' },
    input: { version: cut.version, accept_smaller: true },
    reason: { code: 'published' },
  }
  const preview = await eventually('everybody to be compared with it', async () => {
    const { body } = await compliance.post('/v1/actions/transfers.take_list_into_force/preview', meant, {
      'idempotency-key': null,
    })
    return !body.effects.some((effect: string) => effect.includes('not known yet')) && body
  })
  expect(preview.warnings).toEqual(['It has far fewer entries than the version in force.'])
  const asked = await compliance.post('/v1/actions/transfers.take_list_into_force', {
    ...meant,
    preview_digest: preview.preview_digest,
  })
  expect(asked.status).toBe(202)
  expect(await agree(asked.body.id)).toBe('executed')
  expect((await list()).data.version).toBe(cut.version)
})

test('T-13 of a list that is refused nothing is kept, and the place is said', async () => {
  const { rows } = await product.superuser.query('SELECT count(*)::int AS n FROM transfers.staged_list')
  const report = await bring([sdnFile(`${people(1, 50)}50,"DOE`)])
  expect(report).toMatchObject({
    outcome: 'refused',
    errors: [{ file: 'sdn.csv', line: 50, message: expect.stringMatching(/^sdn\.csv, line 50/) }],
  })
  expect(await bring([join(directory, 'nowhere.csv')])).toMatchObject({
    outcome: 'refused',
    errors: [{ message: 'nowhere.csv: cannot be read (ENOENT).' }],
  })
  expect(
    (await product.superuser.query('SELECT count(*)::int AS n FROM transfers.staged_list')).rows,
  ).toEqual(rows)
})

test('T-13 while a list is read and brought it says how far it is', async () => {
  const seen: { step: string; bytes?: number; ofBytes?: number }[] = []
  const path = sdnFile(people(1, 90))
  const report = await importList(
    { files: [path], today: '2026-11-20', onProgress: (one) => seen.push(one) },
    async () => ({
      name: 'The console',
      baseUrl: product.url,
      token: compliance.token,
    }),
  )
  expect(await agree(report.request)).toBe('executed')
  expect([...new Set(seen.map(({ step }) => step))]).toEqual(['checking', 'sending'])
  expect(seen.filter(({ bytes, ofBytes }) => bytes === ofBytes)).toHaveLength(2)
})

test('T-13 who may not take a list into force may not bring one', async () => {
  const ops = await product.as('transfers/OPS')
  expect(await bring([sdnFile(people(1, 80))], ops)).toMatchObject({
    outcome: 'refused',
    errors: [{ message: expect.stringMatching(/answered 403/) }],
  })
})

const put = (path: string, body: unknown, who: Client = compliance) =>
  fetch(`${product.url}${path}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${who.token}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify(body),
  })
const entry: ListEntry = {
  ...{ uid: '1', kind: 'entity', name: 'ACME', aliases: [], programs: [], addresses: [], remarks: null },
  identifiers: { born: [], places: [], nationalities: [], passports: [] },
}

test('T-13 what is staged in part, or is not what its digest names, cannot be taken into force', async () => {
  const version = 'ab'.repeat(32)
  const announced = { list: 'ofac_consolidated', published: '2026-11-01', entries: 1, names: 1, parts: 2 }
  const path = `/v1/sanctions-lists/${version}`
  expect((await put(path, { ...announced, list: 'mine' })).status).toBe(400)
  expect((await put(`${path}/parts/0`, { entries: [] })).status).toBe(400)
  const answer = await put(path, announced)
  expect(await answer.json()).toEqual({ version, list: 'ofac_consolidated', missing_parts: [0, 1] })
  expect((await put(`${path}/parts/0`, { entries: [entry] })).status).toBe(204)
  const ask = () =>
    compliance.post(
      '/v1/actions/transfers.take_list_into_force/preview',
      {
        target: { kind: 'sanctions_list', id: 'ofac_consolidated' },
        input: { version },
        reason: { code: 'published' },
      },
      { 'idempotency-key': null },
    )
  expect((await ask()).body).toMatchObject({ code: 'parts_missing' })
  expect((await put(`${path}/parts/7`, { entries: [entry] })).status).toBe(404)
  expect((await put(`${path}/parts/1`, { entries: [{ ...entry, uid: '2' }] })).status).toBe(204)
  expect((await ask()).body).toMatchObject({ code: 'not_as_named' })
  const again = await put(path, announced)
  expect(await again.json()).toMatchObject({ missing_parts: [0, 1] })
})

/** A version of two parts that somebody has announced. */
async function announcedInParts(name: string) {
  const entries = ['1', '2'].map((uid) => ({ ...entry, uid, name: `${name} ${uid}` }))
  const version = await listDigest('un_security_council', entries)
  const said = { list: 'un_security_council', published: '2026-11-20', entries: 2, names: 2, parts: 2 }
  const announce = () => put(`/v1/sanctions-lists/${version}`, said)
  expect(await (await announce()).json()).toMatchObject({ missing_parts: [0, 1] })
  return { version, entries, announce }
}
/** One part, as the server puts it down before it looks whether that was the last. */
const PUT_DOWN = 'SELECT transfers.bring_list_part($1, $2, $3, $4) AS stands'
const stands = async (version: string) =>
  (await product.superuser.query('SELECT FROM transfers.staged_list WHERE sha256 = $1', [version])).rowCount

test('T-13 T-14 a list all of which had arrived when the server was stopped stands once it is announced again', async () => {
  const { version, entries, announce } = await announcedInParts('STOPPED')
  for (const [n, one] of entries.entries()) {
    await product.superuser.query(PUT_DOWN, [version, compliance.id, n, JSON.stringify([one])])
  }
  expect(await stands(version)).toBe(0)
  expect(await (await announce()).json()).toMatchObject({ missing_parts: [] })
  expect(await stands(version)).toBe(1)

  // Of what is something else than its digest names all is asked for again.
  const wrong = await announcedInParts('STOPPED AND WRONG')
  for (const n of [0, 1]) {
    await product.superuser.query(PUT_DOWN, [wrong.version, compliance.id, n, JSON.stringify([entry])])
  }
  expect(await (await wrong.announce()).json()).toMatchObject({ missing_parts: [0, 1] })
  expect(await stands(wrong.version)).toBe(0)
})

test('T-13 of the last two parts of a list that are brought at once the later finds that all are there', async () => {
  const { version, entries } = await announcedInParts('AT ONCE')
  const [first, second] = entries.map((one, n) => [version, compliance.id, n, JSON.stringify([one])])
  const app = product.database.pool('app')
  const earlier = await app.connect()
  try {
    await earlier.query('BEGIN')
    expect((await earlier.query(PUT_DOWN, first)).rows).toEqual([{ stands: 'some_there' }])
    const later = app.query(PUT_DOWN, second)
    await eventually('the later to wait for the earlier', async () => {
      const { rowCount } = await product.superuser.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%bring_list_part%'`,
      )
      return rowCount === 1
    })
    await earlier.query('COMMIT')
    expect((await later).rows).toEqual([{ stands: 'all_there' }])
  } finally {
    earlier.release()
  }
})

test('T-13 what was found of parts that were brought anew meanwhile is not said of those that are there now', async () => {
  const { version, entries, announce } = await announcedInParts('BEGUN ANEW')
  const app = product.database.pool('app')
  for (const [n, one] of entries.entries()) {
    await product.superuser.query(PUT_DOWN, [version, compliance.id, n, JSON.stringify([one])])
  }
  let looked = 0
  const begunAnew = async () => {
    await product.superuser.query('DELETE FROM transfers.list_announcement WHERE sha256 = $1', [version])
    expect(await (await announce()).json()).toMatchObject({ missing_parts: [0, 1] })
    for (const n of [0, 1]) {
      await product.superuser.query(PUT_DOWN, [version, compliance.id, n, JSON.stringify([entry])])
    }
  }
  const whileLooking = {
    query: async (...asked: Parameters<typeof app.query>) => {
      const answer = await app.query(...asked)
      looked += 1
      if (looked === 1) await begunAnew()
      return answer
    },
  }
  await settleVersion(whileLooking as unknown as typeof app, version, compliance.id)
  expect(looked).toBe(2)
  expect(await stands(version)).toBe(0)
})

test('T-13 who announces a public list first, as another, keeps nobody from bringing it', async () => {
  const file = sdnFile(people(1, 95))
  const { version, request } = await bring([file])
  await compliance.post(`/v1/requests/${request}/cancel`, { reason: 'To be brought again' })
  const staged = await product.superuser.query('DELETE FROM transfers.staged_list WHERE sha256 = $1', [
    version,
  ])
  expect(staged.rowCount).toBe(1)
  await product.superuser.query('DELETE FROM transfers.list_announcement WHERE sha256 = $1', [version])
  const path = `/v1/sanctions-lists/${version}`
  const wrong = { list: 'ofac_sdn', published: '1999-01-01', entries: 3, names: 3, parts: 9 }
  expect((await put(path, wrong, admin)).status).toBe(200)
  expect((await put(`${path}/parts/0`, { entries: [entry] }, admin)).status).toBe(204)
  expect((await bring([file])).version).toBe(version)
  const [brought] = (await list()).data.offered
  expect(brought).toMatchObject({
    ...{ version, complete: true, entries: 94, published: '2026-11-20' },
    brought_by: { id: compliance.id, name: 'transfers/COMPLIANCE' },
  })
  // Brought whole, it is not undone by announcing it as something else; the same again changes nothing either.
  for (const other of [wrong, { ...wrong, entries: 94, names: 94, parts: 1 }]) {
    const { published: _, ...said } = other
    const answer = await put(path, { ...said, published: '2026-11-20' }, admin)
    expect(await answer.json()).toMatchObject({ missing_parts: [] })
  }
  const again = await bring([file])
  expect(again.version).toBe(version)
  expect((await list()).data.offered[0]).toMatchObject({ version, entries: 94, published: '2026-11-20' })
  expect(await agree(again.request)).toBe('executed')
})

/** Says something over and over, as fast as it is answered, until told to stop. */
function overAndOver(say: (nth: number) => Promise<unknown>): () => Promise<number> {
  let going = true
  const said = (async () => {
    let nth = 0
    for (; going; nth += 1) await say(nth)
    return nth
  })()
  return () => {
    going = false
    return said
  }
}

test('T-13 K-18 who goes on announcing a list as another, and bringing parts of it that are not of it, keeps it out for no moment', async () => {
  const squatter = await product.as('transfers/COMPLIANCE-2')
  for (const round of [1, 2, 3]) {
    const entries = Array.from({ length: 94 }, (_, at) => ({
      ...{ ...entry, uid: String(at), name: `OF ROUND ${round} ${at}` },
      remarks: 'R'.repeat(20_000),
    }))
    const parts = partsOf(entries)
    const version = await listDigest('un_security_council', entries)
    const path = `/v1/sanctions-lists/${version}`
    const said = {
      ...{ list: 'un_security_council', published: '2026-11-20' },
      ...{ entries: entries.length, names: entries.length, parts: parts.length },
    }
    expect(parts.length).toBeGreaterThan(3)
    const stop = overAndOver(async (nth) => {
      const other = { ...said, published: '1999-01-01', parts: said.parts + (nth % 2) }
      await put(path, nth % 3 === 0 ? other : said, squatter)
      await put(`${path}/parts/${nth % said.parts}`, { entries: [entry] }, squatter)
    })
    try {
      const announced = (await (await put(path, said)).json()) as { missing_parts: number[] }
      expect(announced.missing_parts).toEqual(parts.map((_, n) => n))
      for (const [n, part] of parts.entries()) {
        expect((await put(`${path}/parts/${n}`, { entries: part })).status).toBe(204)
      }
      const target = { kind: 'sanctions_list', id: 'un_security_council' }
      const asking = { target, input: { version }, reason: { code: 'published' } }
      const type = '/v1/actions/transfers.take_list_into_force'
      const asked = await eventually('it to be asked for', async () => {
        const shown = await compliance.post(`${type}/preview`, asking, { 'idempotency-key': null })
        expect(shown.status, shown.text).toBe(200)
        // Who is newly hit comes to be known meanwhile.
        const answer = await compliance.post(type, { ...asking, preview_digest: shown.body.preview_digest })
        return answer.status === 202 && answer.body
      })
      expect(await agree(asked.id)).toBe('executed')
    } finally {
      expect(await stop()).toBeGreaterThan(0)
    }
    expect((await list('un_security_council')).data).toMatchObject({ version, published: '2026-11-20' })
  }
})

const ALTERED = `SELECT FROM kernel.audit_entry WHERE event_sub_type = 'REQUEST_ALTERED'`

test('T-13 K-17 what is asked for, or in force, nobody says otherwise of: it is refused, and whoever agrees is no forger', async () => {
  const other = await product.as('transfers/COMPLIANCE-2')
  const report = await bring([sdnFile(people(1, 97))], other)
  const path = `/v1/sanctions-lists/${report.version}`
  const said = { list: 'ofac_sdn', published: '2026-11-20', entries: 96, names: 96, parts: 1 }
  for (const by of [compliance, other, admin]) {
    const refused = await put(path, { ...said, published: '2026-11-01' }, by)
    const answer = (await refused.json()) as { code: string; published: string; detail: string }
    expect([refused.status, answer.code, answer.published]).toEqual([
      409,
      'published_otherwise',
      '2026-11-20',
    ])
    expect(answer.detail).toContain('as published on 2026-11-20')
    expect((await put(path, said, by)).status).toBe(200)
  }
  // Another day's import of the same is the same request.
  const later = await importList({ files: [sdnFile(people(1, 97))], today: '2026-11-21' }, async () => ({
    ...{ name: 'The console', baseUrl: product.url, token: compliance.token },
  }))
  expect(later).toMatchObject({ outcome: 'asked', request: report.request, published: '2026-11-20' })
  expect(await agree(report.request)).toBe('executed')
  expect((await put(path, { ...said, published: '2026-11-01' })).status).toBe(409)
  expect(await bring([sdnFile(people(1, 97))])).toMatchObject({ outcome: 'unchanged' })
  expect((await list()).data).toMatchObject({ version: report.version, published: '2026-11-20' })

  // Said otherwise behind the console’s back it is another version of what is agreed to.
  const next = await bring([sdnFile(people(1, 99))], other)
  await product.superuser.query(
    `UPDATE transfers.list_announcement SET published = '2026-11-02' WHERE sha256 = $1 AND announced_by = $2`,
    [next.version, other.id],
  )
  const { body } = await admin.get(`/v1/requests/${next.request}`)
  const agreed = await admin.post(`/v1/requests/${next.request}/approve`, { digest: body.digest })
  expect([agreed.status, agreed.body.code]).toEqual([409, 'target_changed'])
  expect((await product.superuser.query(ALTERED)).rowCount).toBe(0)
  await other.post(`/v1/requests/${next.request}/cancel`, { reason: 'To be brought again' })
})

test('T-13 K-17 of which list a version is, its digest says: named as another’s, it is refused, and neither its day nor a log changes', async () => {
  const other = await product.as('transfers/COMPLIANCE-2')
  // One person brings it, another asks for it, and a third agrees.
  const entries = [{ ...entry, name: 'OF ONE LIST' }]
  const version = await listDigest('un_security_council', entries)
  const path = `/v1/sanctions-lists/${version}`
  const said = { list: 'un_security_council', published: '2026-01-01', entries: 1, names: 1, parts: 1 }
  expect((await put(path, said)).status).toBe(200)
  expect((await put(`${path}/parts/0`, { entries })).status).toBe(204)
  const told = async () => {
    const { rows } = await product.superuser.query(
      `SELECT (SELECT array_agg(s.published::text) FROM transfers.staged_list s WHERE s.sha256 = $1) AS days,
              (SELECT array_agg(a.published::text) FROM transfers.list_announcement a WHERE a.sha256 = $1) AS said`,
      [version],
    )
    const { body } = await admin.get('/v1/audit?target=sanctions_list/ofac_consolidated&limit=100')
    return { rows, logged: body.entries }
  }
  const asElsewhere = async () => {
    const before = await told()
    const refused = await put(path, { ...said, list: 'ofac_consolidated', published: '2020-02-02' })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({
      errors: [{ field: 'list', allowed: ['un_security_council'] }],
    })
    expect(await told()).toEqual(before)
  }
  await asElsewhere()
  const asking = {
    ...{ target: { kind: 'sanctions_list', id: 'un_security_council' }, reason: { code: 'published' } },
    input: { version, accept_smaller: true },
  }
  const type = '/v1/actions/transfers.take_list_into_force'
  const asked = await eventually('it to be asked for', async () => {
    const shown = await other.post(`${type}/preview`, asking, { 'idempotency-key': null })
    expect(shown.status, shown.text).toBe(200)
    // Who is newly hit comes to be known meanwhile.
    const answer = await other.post(type, { ...asking, preview_digest: shown.body.preview_digest })
    return answer.status === 202 && answer.body
  })
  await asElsewhere()
  expect(await agree(asked.id)).toBe('executed')
  await asElsewhere()
  expect((await list('un_security_council')).data).toMatchObject({ version, published: '2026-01-01' })
})

test('T-13 K-11 no name on a list reads as a sentence of ours, or in another order than it stands', async () => {
  const bent = ['Anna\n\nApproved by the bank', 'Anna \u202egnp.exe', 'Anna\u2066B', 'Anna\u200fB']
  const version = await listDigest('un_security_council', [entry])
  const path = `/v1/sanctions-lists/${version}`
  const said = { list: 'un_security_council', published: '2026-11-20', entries: 1, names: 1, parts: 1 }
  expect((await put(path, said)).status).toBe(200)
  const alias = { as: 'aka', weak: false }
  for (const text of bent) {
    for (const [field, one] of [
      ['entries.0.name', { ...entry, name: text }],
      ['entries.0.uid', { ...entry, uid: text }],
      ['entries.0.aliases.0.name', { ...entry, aliases: [{ ...alias, name: text }] }],
    ] as const) {
      const refused = await put(`${path}/parts/0`, { entries: [one] })
      expect([field, refused.status]).toEqual([field, 400])
      expect(await refused.json()).toMatchObject({
        errors: [{ field, message: 'must be one line, without control characters and marks of direction' }],
      })
    }
  }
})

test('T-13 a part is named by its number in digits, and no two entries of a list have one number', async () => {
  const entries = ['ONE', 'ANOTHER'].map((name) => ({ ...entry, name }))
  const version = await listDigest('un_security_council', entries)
  const path = `/v1/sanctions-lists/${version}`
  const said = { list: 'un_security_council', published: '2026-11-20', entries: 2, names: 2, parts: 1 }
  expect((await put(path, said)).status).toBe(200)
  for (const n of ['%20', '0x0', '0e0', '-0', '00', '0.0']) {
    const refused = await put(`${path}/parts/${n}`, { entries })
    expect([n, refused.status]).toEqual([n, 400])
  }
  expect((await put(`${path}/parts/0`, { entries })).status).toBe(204)
  expect(await stands(version)).toBe(0)
  expect(await (await put(path, said)).json()).toMatchObject({ missing_parts: [0] })
})

test('T-13 a list is published on a day that there is, and not after tomorrow', async () => {
  const said = { list: 'ofac_sdn', entries: 1, names: 1, parts: 1 }
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  for (const published of ['0000-01-01', '0001-01-01', '1969-12-31', '2200-01-01', '2026-02-30', inDays(3)]) {
    const refused = await put(`/v1/sanctions-lists/${'ef'.repeat(32)}`, { ...said, published })
    expect([published, refused.status]).toEqual([published, 400])
    expect(await refused.json()).toMatchObject({ errors: [{ field: 'published' }] })
  }
  const taken = await put(`/v1/sanctions-lists/${'ef'.repeat(32)}`, { ...said, published: inDays(0) })
  expect(taken.status).toBe(200)
})

test('T-13 K-12 who announced a version, when and as what, stands in the log each time; it is their day that they ask with', async () => {
  const said = { list: 'ofac_consolidated', published: '2026-11-01', entries: 1, names: 1, parts: 1 }
  const version = await listDigest('ofac_consolidated', [entry])
  const path = `/v1/sanctions-lists/${version}`
  expect((await put(path, said)).status).toBe(200)
  expect((await put(path, { ...said, published: '2026-11-03' })).status).toBe(200)
  expect((await put(`${path}/parts/0`, { entries: [entry] })).status).toBe(204)
  expect((await put(path, { ...said, published: '1999-01-01' }, admin)).status).toBe(200)
  const { body: log } = await admin.get('/v1/audit?target=sanctions_list/ofac_consolidated&limit=100')
  const mine = log.entries.filter(
    ({ action, detail }: { action: string; detail?: { version?: string } }) =>
      action === 'transfers.announce_list' && detail?.version === version,
  )
  expect(mine.map((one: { actor: { id: string }; detail: object }) => [one.actor.id, one.detail])).toEqual([
    [admin.id, { version, published: '1999-01-01', entries: 1, names: 1, parts: 1 }],
    [compliance.id, { version, published: '2026-11-03', entries: 1, names: 1, parts: 1 }],
    [compliance.id, { version, published: '2026-11-01', entries: 1, names: 1, parts: 1 }],
  ])
  const shownTo = async (by: Client) => {
    const { body } = await by.post(
      '/v1/actions/transfers.take_list_into_force/preview',
      {
        ...{ target: { kind: 'sanctions_list', id: 'ofac_consolidated' }, input: { version } },
        reason: { code: 'published' },
      },
      { 'idempotency-key': null },
    )
    return body.changes[0].after
  }
  expect([await shownTo(compliance), await shownTo(admin)]).toEqual(['2026-11-03', '1999-01-01'])
  // What is said and what is recorded of it are one.
  const entryOf = await product.database
    .pool('app')
    .query('SELECT transfers.announce_version($1)', [
      {
        ...said,
        sha256: version,
        by: compliance.id,
        audit: [{ canonical: '{"kind":"action"}', personal: {} }],
      },
    ])
    .catch((error: { code?: string }) => error.code)
  expect(entryOf).toBe('23001')
})

test('T-13 one person’s announcements that come to nothing go, and nobody else’s', async () => {
  const by = await product.as('transfers/ADMIN-2')
  const announce = (n: number) =>
    put(
      `/v1/sanctions-lists/${String(n).padStart(64, '0')}`,
      { list: 'un_security_council', published: '2026-11-01', entries: 1, names: 1, parts: 1 },
      by,
    )
  const others = async () =>
    (
      await product.superuser.query(
        'SELECT sha256, announced_by FROM transfers.list_announcement WHERE announced_by <> $1 ORDER BY 1, 2',
        [by.id],
      )
    ).rows
  const before = await others()
  for (let n = 1; n <= 8; n += 1) expect((await announce(n)).status).toBe(200)
  const { rows } = await product.superuser.query(
    'SELECT sha256 FROM transfers.list_announcement WHERE announced_by = $1 ORDER BY sha256 DESC',
    [by.id],
  )
  expect(rows.map(({ sha256 }) => Number(sha256))).toEqual([8, 7, 6, 5, 4])
  expect(await others()).toEqual(before)
})

test('T-13 what others bring since, and bring again, keeps nobody from knowing whom a version hits, and takes none of theirs away', async () => {
  const squatter = await product.as('transfers/COMPLIANCE-2')
  const brought = async (by: Client, name: string) => {
    const entries = [{ ...entry, name }]
    const version = await listDigest('ofac_consolidated', entries)
    const said = { list: 'ofac_consolidated', published: '2026-11-20', entries: 1, names: 1, parts: 1 }
    expect((await put(`/v1/sanctions-lists/${version}`, said, by)).status).toBe(200)
    expect((await put(`/v1/sanctions-lists/${version}/parts/0`, { entries }, by)).status).toBe(204)
    return { version, again: (who: Client) => put(`/v1/sanctions-lists/${version}`, said, who) }
  }
  const older = []
  for (const n of [1, 2, 3, 4]) older.push(await brought(compliance, `OLDER ${n}`))
  const wanted = await brought(compliance, 'WANTED')
  // Announced again by somebody else, the older are none the newer.
  for (const one of older) expect((await one.again(squatter)).status).toBe(200)
  for (const n of [1, 2, 3, 4]) await brought(squatter, `OF OTHERS ${n}`)
  await brought(compliance, 'ANOTHER')
  const asking = {
    ...{ target: { kind: 'sanctions_list', id: 'ofac_consolidated' }, input: { version: wanted.version } },
    reason: { code: 'published' },
  }
  const type = '/v1/actions/transfers.take_list_into_force'
  const shown = await compliance.post(`${type}/preview`, asking, { 'idempotency-key': null })
  expect(shown.status, shown.text).toBe(200)
  const asked = await compliance.post(type, { ...asking, preview_digest: shown.body.preview_digest })
  expect(asked.status, asked.text).toBe(202)
  await brought(squatter, 'OF OTHERS 5')
  await eventually('whom it hits to be known', async () => {
    const { body } = await admin.get(`/v1/requests/${asked.body.id}`)
    return !body.current_preview.effects.some((effect: string) => effect.includes('not known yet'))
  })
  await compliance.post(`/v1/requests/${asked.body.id}/cancel`, { reason: 'Not this one' })
})

test('T-13 a version that two people have announced stays while it is among the newest of one of them, whoever brought it', async () => {
  const first = await product.as('transfers/COMPLIANCE-2')
  const said = { list: 'ofac_consolidated', published: '2026-11-20', entries: 1, names: 1, parts: 1 }
  const announce = async (name: string, by: Client) => {
    const entries = [{ ...entry, name }]
    const version = await listDigest('ofac_consolidated', entries)
    const answer = await put(`/v1/sanctions-lists/${version}`, said, by)
    expect(answer.status).toBe(200)
    const { missing_parts } = (await answer.json()) as { missing_parts: number[] }
    for (const n of missing_parts) {
      expect((await put(`/v1/sanctions-lists/${version}/parts/${n}`, { entries }, by)).status).toBe(204)
    }
    return version
  }
  const version = await announce('READY', first)
  // It is there already: nothing is left for the second to bring.
  expect(await announce('READY', compliance)).toBe(version)
  for (const n of [1, 2, 3, 4, 5]) await announce(`BROUGHT SINCE ${n}`, first)
  expect(await stands(version)).toBe(1)
  const shown = await compliance.post(
    '/v1/actions/transfers.take_list_into_force/preview',
    {
      ...{ target: { kind: 'sanctions_list', id: 'ofac_consolidated' }, input: { version } },
      reason: { code: 'published' },
    },
    { 'idempotency-key': null },
  )
  expect(shown.status, shown.text).toBe(200)
  for (const n of [1, 2, 3, 4]) await announce(`OF THE SECOND ${n}`, compliance)
  expect(await stands(version)).toBe(1)
  await announce('OF THE SECOND 5', compliance)
  expect(await stands(version)).toBe(0)
})

test('T-13 a list that its publisher said long ago is said to be old, and no other', async () => {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
  for (const [published, state] of [
    [daysAgo(40), 'old'],
    [daysAgo(20), 'in_force'],
  ] as const) {
    const report = await importList(
      {
        ...{ files: [sdnFile(people(1, 97) + rowOf(200, `OF ${published}`))], list: 'ofac_consolidated' },
        ...{ published, today: published },
      },
      async () => ({ name: 'The console', baseUrl: product.url, token: compliance.token }),
    )
    expect(await agree(report.request)).toBe('executed')
    expect(await list('ofac_consolidated')).toMatchObject({ state, data: { published } })
  }
})

test.each([
  ['entries.0.name', { ...entry, name: 'B'.repeat(501) }],
  ['entries.0.aliases.0.name', { ...entry, aliases: [{ name: 'B'.repeat(501), as: 'aka', weak: false }] }],
  [
    'entries.0.aliases',
    { ...entry, aliases: Array.from({ length: 301 }, () => ({ name: 'B', as: 'aka', weak: false })) },
  ],
])('T-13 a list has at most several times what any published one has: %s', async (field, one) => {
  const version = 'cd'.repeat(32)
  const announced = { list: 'ofac_sdn', published: '2026-11-01', entries: 1, names: 1, parts: 1 }
  expect((await put(`/v1/sanctions-lists/${version}`, announced)).status).toBe(200)
  const refused = await put(`/v1/sanctions-lists/${version}/parts/0`, { entries: [one] })
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ errors: [{ field }] })
  for (const [member, more] of Object.entries({ entries: 100_001, names: 150_001, parts: 65 })) {
    const answer = await put(`/v1/sanctions-lists/${version}`, { ...announced, [member]: more })
    expect(await answer.json()).toMatchObject({ errors: [{ field: member }] })
  }
})

const sdn = publishedData('D06_ofac_sdn_dev')
test.skipIf(sdn.absent)(
  'T-13 OFAC’s consolidated list, as published, is brought whole and asked for',
  async () => {
    const files = ['cons_prim.csv', 'cons_alt.csv', 'cons_add.csv', 'cons_comments.csv'].map(sdn.file)
    const report = await bring(files)
    expect(report).toMatchObject({ list: 'ofac_consolidated', outcome: 'asked', entries: 442, errors: [] })
    expect(await agree(report.request)).toBe('executed')
    expect((await list('ofac_consolidated')).data).toMatchObject({ version: report.version, entries: 442 })
  },
  60_000,
)

test.skipIf(sdn.absent)(
  'T-13 OFAC’s SDN list goes in parts that the server takes, and only those that are missing',
  async () => {
    const files = ['sdn.csv', 'alt.csv', 'add.csv', 'sdn_comments.csv'].map(sdn.file)
    const report = await bring(files)
    expect(report).toMatchObject({ list: 'ofac_sdn', outcome: 'asked', entries: 7_379 })
    expect(report.names).toBeGreaterThan(7_379 + 9_682)
    const { rows } = await product.superuser.query(
      'SELECT count(*)::int AS parts, sum(jsonb_array_length(entries))::int AS entries FROM transfers.staged_list_part WHERE sha256 = $1',
      [report.version],
    )
    expect(rows).toEqual([{ parts: expect.any(Number), entries: 7_379 }])
    // A part that was lost on the way is all that is sent again.
    await product.superuser.query(
      `INSERT INTO transfers.announced_part (sha256, announced_by, n, entries)
       SELECT sha256, $2, n, entries FROM transfers.staged_list_part WHERE sha256 = $1 AND n <> 1`,
      [report.version, compliance.id],
    )
    await product.superuser.query('DELETE FROM transfers.staged_list WHERE sha256 = $1', [report.version])
    const told = await put(`/v1/sanctions-lists/${report.version}`, {
      ...{
        list: 'ofac_sdn',
        published: '2026-11-20',
        entries: 7_379,
        names: report.names,
        parts: rows[0].parts,
      },
    })
    expect(await told.json()).toMatchObject({ missing_parts: [1] })
    expect(await bring(files)).toMatchObject({ outcome: 'asked', request: report.request })
    expect(await agree(report.request)).toBe('executed')
    expect((await list()).data).toMatchObject({ version: report.version, entries: 7_379 })
  },
  60_000,
)

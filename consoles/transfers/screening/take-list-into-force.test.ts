import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importList, type ListReport } from '../import/import-list.ts'

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
  expect(await list()).toMatchObject({ state: 'empty', data: { version: null } })
  expect(await agree(first.request)).toBe('executed')
  expect(await list()).toMatchObject({
    title: 'Sanctions list OFAC SDN',
    state: 'in_force',
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
    '1 entry is added, among them NEW, Nora.',
    '1 entry goes, among them DOE, John 1.',
    '1 entry changes, among them ROE, Jane.',
    expect.stringMatching(/parties.*(newly hit|screened)/),
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

test('T-13 what is staged in part, or is not what its digest names, cannot be taken into force', async () => {
  const put = (path: string, body: unknown) =>
    fetch(`${product.url}${path}`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${compliance.token}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify(body),
    })
  const version = 'ab'.repeat(32)
  const announced = { list: 'ofac_consolidated', published: '2026-11-01', entries: 1, names: 1, parts: 2 }
  const path = `/v1/sanctions-lists/${version}`
  expect((await put(path, { ...announced, list: 'mine' })).status).toBe(400)
  expect((await put(`${path}/parts/0`, { entries: [] })).status).toBe(400)
  const answer = await put(path, announced)
  expect(await answer.json()).toEqual({ version, list: 'ofac_consolidated', missing_parts: [0, 1] })
  const entry = {
    ...{ uid: '1', kind: 'entity', name: 'ACME', aliases: [], programs: [], addresses: [], remarks: null },
    identifiers: { born: [], places: [], nationalities: [], passports: [] },
  }
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
    await product.superuser.query('DELETE FROM transfers.staged_list_part WHERE sha256 = $1 AND n = 1', [
      report.version,
    ])
    expect(await bring(files)).toMatchObject({ outcome: 'asked', request: report.request })
    expect(await agree(report.request)).toBe('executed')
    expect((await list()).data).toMatchObject({ version: report.version, entries: 7_379 })
  },
  60_000,
)

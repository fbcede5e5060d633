import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signatureHeader } from '@countersign/kernel/events/webhook-signature.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importList } from '../import/import-list.ts'

let directory: string
let product: Product
let compliance: Client
let admin: Client

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-screening-'))
  product = await startProduct()
  compliance = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
}, 120_000)
afterAll(async () => {
  await product?.close()
  rmSync(directory, { recursive: true })
})

type Told = { id: string; name: string; kind?: 'person' | 'company'; born?: string; country?: string }

/** As Compliance tells of parties. */
async function tell(parties: readonly Told[], version = 1): Promise<void> {
  const body = Buffer.from(
    JSON.stringify(
      parties.map(({ id, name, kind = 'person', born, country = 'DE' }, n) => ({
        ...{ id: `evt_${randomUUID()}`, type: 'party.updated', schema_version: 1, sequence: n },
        ...{ occurred_at: '2026-03-02T09:00:00Z', subject: { kind: 'party', id } },
        ...{ subject_version: version, refs: [] },
        data: {
          ...{ id, version, kind, name, country, frozen: false },
          ...(born === undefined ? {} : { date_of_birth: born }),
        },
      })),
    ),
  )
  const answer = await fetch(`${product.url}/v1/ingest/compliance`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'countersign-signature': signatureHeader(body, product.webhookSecrets.compliance[0], new Date()),
    },
    body,
  })
  expect(await answer.json()).toMatchObject({ accepted: parties.length })
}

const row = (uid: number, name: string, remarks = '-0- ', kind = 'individual') =>
  `${uid},"${name}","${kind}","SDGT",${'-0- ,'.repeat(7)}"${remarks}"\r\n`
const filler = Array.from({ length: 50 }, (_, at) => row(9_000 + at, `QXWORT ${at}, Zzyx`)).join('')
const LISTED = row(501, 'VELTHUIZEN, Anselm Corwin', 'DOB 04 Mar 1971; nationality Germany.')

/** Brings a list and asks for it. @returns the request and its version */
async function brought(content: string): Promise<{ request: string; version: string }> {
  const path = join(directory, 'sdn.csv')
  writeFileSync(path, content)
  const report = await importList({ files: [path], today: '2026-11-20' }, async () => ({
    name: 'The console',
    baseUrl: product.url,
    token: compliance.token,
  }))
  expect(report).toMatchObject({ outcome: 'asked' })
  return { request: String(report.request), version: String(report.version) }
}

async function agree(request: string): Promise<void> {
  const { body } = await admin.get(`/v1/requests/${request}`)
  const agreed = await admin.post(`/v1/requests/${request}/approve`, { digest: body.digest })
  expect(agreed.status, agreed.text).toBe(200)
}

const inForce = async (content: string) => agree((await brought(content)).request)

type Item = { subject: { id: string }; state: string; fields: { rule_id: string }; title: string }

/** What is open in the queue of a party's hits of our own screening, once everybody has been screened. */
async function openHits(party: string): Promise<Item[]> {
  await screened()
  const { rows } = await product.superuser.query<{ item_id: string }>(
    `SELECT item_id FROM transfers.compliance_item WHERE party_id = $1 AND state = 'open' AND item_id LIKE 'scr%'`,
    [party],
  )
  const { body } = await compliance.get('/v1/queues/transfers.compliance/items?limit=200')
  return (body.items as Item[]).filter(({ subject }) => rows.some((one) => one.item_id === subject.id))
}

/** Nothing is left to be sequenced, projected, screened or raised. */
const screened = () =>
  eventually('everybody to be screened', async () => {
    const { rows } = await product.superuser.query<{ done: boolean }>(
      `SELECT NOT EXISTS (SELECT FROM kernel.event_pending)
              AND NOT EXISTS (SELECT FROM kernel.projection WHERE position < (SELECT position FROM kernel.event_head))
              AND EXISTS (SELECT FROM transfers.list_screening s
                           WHERE s.position >= (SELECT max(position) FROM transfers.party_to_screen)
                             AND s.version = (SELECT payload ->> 'version' FROM kernel.event
                                               WHERE type = 'transfers.sanctions_list.taken_into_force'
                                               ORDER BY seq DESC LIMIT 1))
              AND NOT EXISTS (SELECT FROM transfers.screening_finding f
                               WHERE f.raised_at IS NULL AND f.score >= 0.8
                                 AND f.version = (SELECT payload ->> 'version' FROM kernel.event
                                                   WHERE type = 'transfers.sanctions_list.taken_into_force'
                                                   ORDER BY seq DESC LIMIT 1)) AS done`,
    )
    return rows[0]?.done
  })

const clear = (id: string, code = 'other_birth_date') =>
  compliance.post('/v1/actions/transfers.clear_hit', {
    target: { kind: 'hit', id },
    reason: { code },
  })
const hitOf = async (id: string) => (await compliance.get(`/v1/entities/hit/${id}`)).body

test('T-13 T-06 a list in force screens every party; the hit is looked at, cleared with a reason, and leaves the queue', async () => {
  await tell([
    { id: 'pty_listed', name: 'Anselm Korwin Velthuizen', born: '1988-07-01', country: 'DE' },
    { id: 'pty_other', name: 'Marguerite Oduya' },
  ])
  await inForce(filler + LISTED)
  const [item, ...more] = await openHits('pty_listed')
  expect(more).toEqual([])
  expect(await openHits('pty_other')).toEqual([])
  const id = String(item?.subject.id)
  const shown = await hitOf(id)
  expect(shown).toMatchObject({
    state: 'open',
    data: {
      screened_name: 'Anselm Korwin Velthuizen',
      listed_name: 'VELTHUIZEN, Anselm Corwin',
      ...{
        list: 'OFAC SDN',
        list_version: '2026-11-20',
        rule_id: 'names_ofac_sdn',
        uid: '501',
        programs: ['SDGT'],
      },
      identifiers: [
        { name: 'born', ours: '1988-07-01', theirs: '1971-03-04', match: 'different' },
        { name: 'nationality', ours: 'DE', theirs: 'Germany', match: 'same' },
      ],
      history: [],
    },
  })
  const asked = await clear(id)
  expect([asked.status, asked.body.state], asked.text).toEqual([200, 'executed'])
  expect((await hitOf(id)).state).toBe('cleared')
  expect(await openHits('pty_listed')).toEqual([])
  expect((await clear(id)).body.code).toBe('already_decided')
})

test('T-13 the same list again raises nothing; a changed entry raises the pair again, with what was decided before', async () => {
  await inForce(filler + row(700, 'SOMEBODY, Else') + LISTED)
  expect(await openHits('pty_listed')).toEqual([])
  await inForce(filler + row(501, 'VELTHUIZEN, Anselm Corwin', 'DOB 04 Mar 1972; nationality Germany.'))
  const [item] = await openHits('pty_listed')
  const { data } = await hitOf(String(item?.subject.id))
  expect(data.history).toEqual([
    {
      ...{ id: expect.stringMatching(/^scr_/), state: 'cleared', decided_by: 'transfers/COMPLIANCE' },
      ...{ raised_at: expect.any(String), decided_at: expect.any(String) },
    },
  ])
})

test('T-13 who comes later is screened, and who changes their name', async () => {
  await tell([{ id: 'pty_late', name: 'Velthuizen Anselm Corwin' }])
  await tell([{ id: 'pty_other', name: 'A. Corwin Velthuizen' }], 2)
  expect(await openHits('pty_late')).toHaveLength(1)
  expect(await openHits('pty_other')).toHaveLength(1)
})

test('T-13 before a list comes into force whoever agrees is told who is newly hit, and nobody is raised by it', async () => {
  await tell([{ id: 'pty_next', name: 'Thessaly Brandvold' }])
  await screened()
  const { request, version } = await brought(
    filler +
      row(501, 'VELTHUIZEN, Anselm Corwin', 'DOB 04 Mar 1972; nationality Germany.') +
      row(800, 'BRANDVOLD, Thessaly'),
  )
  const told = await eventually('everybody to be compared with it', async () => {
    const { body } = await admin.get(`/v1/requests/${request}`)
    const effects: string[] = body.current_preview.effects
    return effects.find((effect) => effect.endsWith('newly hit, among them T. B••••.'))
  })
  expect(told).toBe('1 party is newly hit, among them T. B••••.')
  const { body } = await compliance.get('/v1/entities/sanctions_list/ofac_sdn')
  expect(body.data.offered[0]).toMatchObject({ version, newly_hit: 1, unscreened: 0 })
  expect(await openHits('pty_next')).toEqual([])
  await agree(request)
  expect(await openHits('pty_next')).toHaveLength(1)
  expect(await openHits('pty_listed')).toHaveLength(1)
})

test('T-13 a worker that is killed in the midst of it goes on where it was, and raises each hit once', async () => {
  await product.stopWorker()
  await tell(
    Array.from({ length: 450 }, (_, at) => ({
      id: `pty_many_${at}`,
      name: `Anselm Corwin Velthuizen ${at % 3 ? 'Q' : 'Z'}`,
    })),
  )
  const look = async () =>
    (
      await product.superuser.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM transfers.screening_finding WHERE party_id LIKE 'pty_many_%' AND raised_at IS NOT NULL`,
      )
    ).rows[0]?.n ?? 0
  const first = product.spawnWorker()
  await eventually('some to be raised', async () => (await look()) > 0)
  first.signal('SIGKILL')
  await first.ended
  expect(await look()).toBeLessThan(450)
  product.startWorker()
  await eventually('all to be raised', async () => (await look()) === 450)
  await screened()
  const { rows } = await product.superuser.query(
    `SELECT count(*)::int AS events, count(DISTINCT stream)::int AS hits FROM kernel.event
      WHERE type = 'transfers.hit.raised' AND refs && ARRAY(SELECT 'party/pty_many_' || n FROM generate_series(0, 449) n)`,
  )
  expect(rows).toEqual([{ events: 450, hits: 450 }])
}, 120_000)

test('K-30 of a person’s hit no name stands in clear where it is kept, and only who may decide does', async () => {
  const { rows } = await product.superuser.query(
    `SELECT payload::text AS text FROM kernel.event
      WHERE type LIKE 'transfers.hit.%' AND stream LIKE 'transfers.hit/scr%' AND payload::text ~* 'korwin|1988-07-01'`,
  )
  expect(rows).toEqual([])
  const { rows: findings } = await product.superuser.query(
    'SELECT DISTINCT hit_id FROM transfers.screening_finding',
  )
  expect(findings.length).toBeGreaterThan(0)
  const [item] = await openHits('pty_late')
  const ops = await product.as('transfers/OPS')
  const refused = await ops.post('/v1/actions/transfers.clear_hit', {
    target: { kind: 'hit', id: String(item?.subject.id) },
    reason: { code: 'other_name' },
  })
  expect(refused.status).toBe(403)
})

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

/** The open hits of a party that our own screening raised, once everybody has been screened. */
async function openHits(party: string): Promise<string[]> {
  await screened()
  const { rows } = await product.superuser.query<{ item_id: string }>(
    `SELECT item_id FROM transfers.compliance_item WHERE party_id = $1 AND state = 'open' AND item_id LIKE 'scr%'`,
    [party],
  )
  return rows.map(({ item_id }) => item_id)
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
                               WHERE f.raised_at IS NULL AND f.suppressed_at IS NULL AND f.score >= 0.8
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
  const [id = '', ...more] = await openHits('pty_listed')
  expect(more).toEqual([])
  expect(await openHits('pty_other')).toEqual([])
  const queued = async () =>
    (await compliance.get('/v1/queues/transfers.compliance/items?rule_id=names_ofac_sdn')).body.items.map(
      ({ subject }: { subject: { id: string } }) => subject.id,
    )
  expect(await queued()).toEqual([id])
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
  expect(await queued()).toEqual([])
  expect((await clear(id)).body.code).toBe('already_decided')
})

test('T-13 the same list again raises nothing; a changed entry raises the pair again, with what was decided before', async () => {
  await inForce(filler + row(700, 'SOMEBODY, Else') + LISTED)
  expect(await openHits('pty_listed')).toEqual([])
  await inForce(filler + row(501, 'VELTHUIZEN, Anselm Corwin', 'DOB 04 Mar 1972; nationality Germany.'))
  const [item] = await openHits('pty_listed')
  const { data } = await hitOf(String(item))
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

/** Asks for what the preview says. */
async function ask(action: string, body: object) {
  const path = `/v1/actions/transfers.${action}`
  const { undoes: _, emergency: __, ...shown } = body as { undoes?: string; emergency?: boolean }
  const preview = await compliance.post(`${path}/preview`, shown, { 'idempotency-key': null })
  const asked = await compliance.post(path, { ...body, preview_digest: preview.body.preview_digest })
  expect(asked.status, asked.text).toBe(202)
  return asked
}

/** Asks, and has somebody else agree. */
async function agreedTo(action: string, body: object): Promise<string> {
  const asked = await ask(action, body)
  await agree(asked.body.id)
  return asked.body.id
}
const heldBack = async (id: string) => (await hitOf(id)).data.pair_rule?.suppressed

test('T-06 only a rule that somebody else has agreed to keeps a pair back; each is counted, and raised once the rule is withdrawn', async () => {
  await tell([{ id: 'pty_pair', name: 'Anselm Corwin Velthuizen', country: 'DE' }])
  const [first] = await openHits('pty_pair')
  const target = { kind: 'hit', id: String(first) }
  await clear(target.id)
  const asked = await ask('propose_pair_rule', {
    target,
    input: { days: 30 },
    reason: { code: 'cleared_repeatedly' },
  })
  await tell([{ id: 'pty_pair', name: 'Anselm Corwin Velthuizen', country: 'FR' }], 2)
  const [again] = await openHits('pty_pair')
  expect(again).toBeDefined()
  await clear(String(again))
  await agree(asked.body.id)
  await tell([{ id: 'pty_pair', name: 'Anselm Corwin Velthuizen', country: 'IT' }], 3)
  await eventually('the hit to be kept back', async () => (await heldBack(target.id)) === 1)
  expect(await openHits('pty_pair')).toEqual([])
  const { rows } = await product.superuser.query(
    `SELECT count(*)::int AS n FROM transfers.screening_finding WHERE party_id = 'pty_pair' AND suppressed_at IS NOT NULL AND raised_at IS NULL`,
  )
  expect(rows).toEqual([{ n: 1 }])
  const withdrawn = await compliance.post('/v1/actions/transfers.withdraw_pair_rule', {
    target,
    reason: { code: 'agreed_by_mistake' },
  })
  expect(withdrawn.body.state, withdrawn.text).toBe('executed')
  await eventually('it to be raised', async () => (await openHits('pty_pair')).length === 1)
})

test('T-06 what comes to more than the hit that a rule was agreed on is raised all the same', async () => {
  await tell([{ id: 'pty_more', name: 'Anselm Corwin Velthuizen', country: 'FR' }])
  const [first] = await openHits('pty_more')
  const target = { kind: 'hit', id: String(first) }
  await agreedTo('propose_pair_rule', {
    target,
    input: { days: 30 },
    reason: { code: 'cleared_repeatedly' },
  })
  await tell([{ id: 'pty_more', name: 'Anselm Corwin Velthuizen', born: '1972-03-04', country: 'DE' }], 2)
  await eventually('the one to be superseded', async () => (await hitOf(target.id)).state === 'superseded')
  const [anew, ...more] = await openHits('pty_more')
  expect([anew === target.id, more]).toEqual([false, []])
  expect(await heldBack(target.id)).toBe(0)
})

test('T-06 T-04 a true match is closed by the freeze that was carried out for it, and cleared by its end as a false positive', async () => {
  const { parties } = await product.upstream('/compliance/parties?limit=200')
  const person = parties.find(
    (one: { kind: string; frozen: boolean }) => one.kind === 'person' && !one.frozen,
  )
  await inForce(
    filler +
      row(501, 'VELTHUIZEN, Anselm Corwin', 'DOB 04 Mar 1972; nationality Germany.') +
      row(601, person.name.replaceAll('"', '')),
  )
  const [item] = await openHits(person.id)
  const hit = String(item)
  const target = { kind: 'party', id: person.id }
  const wrong = await compliance.post('/v1/actions/transfers.freeze_entity/preview', {
    target,
    input: { hit_id: 'scr_0' },
    reason: { code: 'sanctions_match' },
  })
  expect(wrong.body).toMatchObject({
    errors: [{ field: 'input.hit_id', allowed: expect.arrayContaining([hit]) }],
  })
  const freeze = await agreedTo('freeze_entity', {
    target,
    input: { hit_id: hit },
    reason: { code: 'sanctions_match' },
  })
  await eventually('the hit to be a true match', async () => (await hitOf(hit)).state === 'true_match')
  expect(await openHits(person.id)).toEqual([])
  await agreedTo('unfreeze_entity', {
    target,
    input: { override_hit_id: hit },
    reason: { code: 'false_positive' },
    undoes: freeze,
  })
  await eventually('the hit to be cleared', async () => (await hitOf(hit)).state === 'cleared')
  await eventually('that to count for the rule, by who asked for it', async () => {
    const { rows } = await product.superuser.query(
      `SELECT FROM transfers.screening_hit WHERE hit_id = $1 AND state = 'cleared' AND decided_by = 'transfers-COMPLIANCE'`,
      [hit],
    )
    return rows.length === 1
  })
})

test('T-06 K-20 an emergency freeze confirms nothing before others have agreed to it', async () => {
  const { parties } = await product.upstream('/compliance/parties?limit=200')
  const person = parties.findLast(
    (one: { kind: string; frozen: boolean }) => one.kind === 'person' && !one.frozen,
  )
  await inForce(
    filler +
      row(501, 'VELTHUIZEN, Anselm Corwin', 'DOB 04 Mar 1972; nationality Germany.') +
      row(602, person.name.replaceAll('"', '')),
  )
  const [hit = ''] = await openHits(person.id)
  const target = { kind: 'party', id: person.id }
  const body = {
    ...{ target, input: { hit_id: hit }, emergency: true },
    reason: { code: 'sanctions_match', note: 'money leaves in a minute' },
  }
  const asked = await ask('freeze_entity', body)
  await eventually('the party to be frozen', async () => {
    const { rows } = await product.superuser.query('SELECT frozen FROM transfers.party WHERE id = $1', [
      person.id,
    ])
    return rows[0]?.frozen
  })
  await screened()
  expect((await hitOf(hit)).state).toBe('open')
  await agree(asked.body.id)
  await eventually('the hit to be a true match', async () => (await hitOf(hit)).state === 'true_match')
})

test('T-06 a hit that Compliance raised is cleared there, or is a true match by the freeze that names it', async () => {
  const { hits } = await product.upstream('/compliance/hits?state=open&limit=200')
  const [cleared, matched] = hits
  const asked = await compliance.post('/v1/actions/transfers.clear_compliance_hit', {
    target: { kind: 'hit', id: cleared.id },
    reason: { code: 'other_birth_date' },
  })
  expect(asked.status, asked.text).toBe(202)
  await agreedTo('freeze_entity', {
    target: { kind: 'party', id: matched.party_id },
    input: { hit_id: matched.id },
    reason: { code: 'sanctions_match' },
  })
  await eventually('both to be decided', async () => {
    const { rows } = await product.superuser.query(
      `SELECT state FROM transfers.screening_hit WHERE hit_id = ANY ($1) ORDER BY state`,
      [[cleared.id, matched.id]],
    )
    return rows.map(({ state }) => state).join() === 'cleared,true_match'
  })
  const there = async (id: string) => (await product.upstream(`/compliance/hits/${id}`)).state
  expect([await there(cleared.id), await there(matched.id)]).toEqual(['cleared', 'true_match'])
  const ours = await openHits('pty_listed')
  const refused = await compliance.post('/v1/actions/transfers.clear_compliance_hit', {
    target: { kind: 'hit', id: String(ours[0]) },
    reason: { code: 'other_name' },
  })
  expect(refused.body.code).toBe('ours')
})

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
    target: { kind: 'hit', id: String(item) },
    reason: { code: 'other_name' },
  })
  expect(refused.status).toBe(403)
})

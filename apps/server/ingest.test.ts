import { createHmac, randomUUID } from 'node:crypto'
import { keepDeadLetter } from '@countersign/kernel/events/ingest-events.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'
import { fromWritten } from '@countersign/kernel/languages/say.ts'
import { makeSealer } from '@countersign/kernel/personal-data/sealing.ts'
import { countersignedReturns } from '@countersign/testkit/countersigned-returns.ts'
import {
  type Answer,
  type Client,
  eventually,
  type Product,
  startProduct,
} from '@countersign/testkit/product.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

const REPLAY_WINDOW_S = 300
const BODY_MAX_BYTES = 1024 * 1024
const FUZZED_BATCHES = 60

let product: Product
/** Transfers of the seeded world whose return nobody has booked. */
let openReturns: string[]
let template: UpstreamEvent

type UpstreamEvent = {
  id: string
  type: string
  sequence: number
  subject: { kind: string; id: string }
  subject_version: number
  refs: { kind: string; id: string }[]
  // biome-ignore lint/suspicious/noExplicitAny: a record of CTS, taken from its own feed and changed by the tests
  data: any
}

beforeAll(async () => {
  product = await startProduct()
  const returns = await countersignedReturns(product)
  openReturns = Array.from({ length: 10 }, returns.take)
  const { events } = await upstream('GET', '/cts/events?after=0&limit=500')
  template = events.find(
    ({ type, data }: UpstreamEvent) => type === 'transfer.return_received' && data.rail === 'ach',
  )
}, 120_000)
afterAll(() => product?.close())
beforeEach(() => misbehave('off'))

// biome-ignore lint/suspicious/noExplicitAny: whatever was said; tests look into it by path and compare
type Said = any

async function upstream(method: string, path: string, body?: object): Promise<Said> {
  const answer = await fetch(`${product.sandboxUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${product.sandbox.apiKey}`,
      'idempotency-key': randomUUID(),
      'if-match': '*',
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    body: body && JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

async function projections(): Promise<Said> {
  const ready = (await (await fetch(`${product.url}/readyz`)).json()) as Said
  return ready.projections
}

const misbehave = (mode: string, count?: number) =>
  upstream('POST', '/_sandbox/misbehave', { upstream: 'cts', mode, ...(count ? { count } : {}) })

/** An event of a transfer of its own, unless told which. */
function anEvent(
  change: { transfer?: string; version?: number; type?: string; data?: object } = {},
): UpstreamEvent {
  const id = change.transfer ?? `tr_${randomUUID()}`
  const version = change.version ?? 1
  return {
    ...template,
    id: `evt_${randomUUID()}`,
    type: change.type ?? template.type,
    subject: { kind: 'transfer', id },
    subject_version: version,
    refs: [],
    data: { ...template.data, id, version, ...change.data },
  }
}

type Signing = { secret?: string; at?: number; header?: string; source?: string; type?: string }

async function send(body: unknown, signing: Signing = {}): Promise<Answer> {
  const {
    secret = product.webhookSecrets.cts[0],
    source = 'cts',
    at = Math.floor(Date.now() / 1000),
  } = signing
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
  const response = await fetch(`${product.url}/v1/ingest/${source}`, {
    method: 'POST',
    headers: {
      'content-type': signing.type ?? 'application/json',
      'countersign-signature': signing.header ?? `t=${at},v1=${sign(secret, at, bytes)}`,
    },
    body: new Uint8Array(bytes),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text === '' ? null : JSON.parse(text),
  }
}

function sign(secret: string, at: number, body: Buffer): string {
  return createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')
}

async function keptOf(transfer: string): Promise<{ version: number; type: string }[]> {
  const { rows } = await product.superuser.query(
    `SELECT (payload ->> 'version')::integer AS version, type FROM kernel.event WHERE stream = $1 ORDER BY version`,
    [`transfers.transfer/${transfer}`],
  )
  return rows
}

const kept = async (event: UpstreamEvent) => (await keptOf(event.subject.id)).length

test('C-15 K-23 who cannot sign is not believed, and nothing is kept', async () => {
  const event = anEvent()
  const now = Math.floor(Date.now() / 1000)
  const body = Buffer.from(JSON.stringify(event))
  const genuine = sign(product.webhookSecrets.cts[0], now, body)
  const refusals: Signing[] = [
    { secret: 'a secret that nobody agreed on' },
    { header: '' },
    { header: genuine },
    { header: `t=${now}` },
    { header: `t=${now},v1=` },
    { header: `t=${now},v1=zz${genuine.slice(2)}` },
    { header: `t=${now + 1},v1=${genuine}` },
    { header: `t=${now},v0=${genuine}` },
    { header: `t=${now},v1=${genuine}${'0'.repeat(2_000)}` },
    { header: `t=${now},v1=${genuine}zz` },
    { header: `t=${now},v1=${genuine}=00` },
    { header: `t=${now},t=${now},v1=${genuine}` },
    { header: `t=${now},v1=${genuine}`, source: 'ledger' },
    { secret: product.webhookSecrets.recon[1] },
    { source: 'ledgers' },
    { source: '..%2Fcts' },
  ]
  for (const refusal of refusals) {
    const answer = await send(body, refusal)
    expect(answer.status, JSON.stringify(refusal)).toBeGreaterThanOrEqual(400)
    expect(answer.status, JSON.stringify(refusal)).toBeLessThan(500)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  }
  const tampered = Buffer.from(JSON.stringify({ ...event, subject_version: 99 }))
  const answer = await send(tampered, { header: `t=${now},v1=${genuine}` })
  expect(answer.status).toBe(401)
  expect(answer.body).toMatchObject({
    code: 'invalid_signature',
    errors: [{ field: 'Countersign-Signature' }],
  })
  expect(await kept(event)).toBe(0)
  expect((await send(body, { header: `t=${now},v1=${genuine}` })).status).toBe(202)
})

test('C-15 K-23 a signature is good for five minutes; sent again within them it is a duplicate', async () => {
  const now = Math.floor(Date.now() / 1000)
  const event = anEvent()
  for (const at of [now - REPLAY_WINDOW_S - 5, now + REPLAY_WINDOW_S + 5]) {
    expect((await send(event, { at })).status).toBe(401)
  }
  expect(await kept(event)).toBe(0)
  const at = now - REPLAY_WINDOW_S + 60
  expect((await send(event, { at })).body).toEqual({ accepted: 1, duplicate: 0, dead_lettered: 0 })
  expect((await send(event, { at })).body).toEqual({ accepted: 0, duplicate: 1, dead_lettered: 0 })
  expect(await kept(event)).toBe(1)
})

test('C-15 O-15 while a secret is being replaced both are in force, also in one header', async () => {
  const [current, next] = product.webhookSecrets.cts
  expect((await send(anEvent(), { secret: next })).body.accepted).toBe(1)
  const event = anEvent()
  const at = Math.floor(Date.now() / 1000)
  const body = Buffer.from(JSON.stringify(event))
  const header = `t=${at},v1=${sign('an old secret of long ago', at, body)},v1=${sign(current, at, body)}`
  expect((await send(body, { header })).body.accepted).toBe(1)
})

test('C-15 K-23 duplicates are told apart, in one batch and between batches', async () => {
  const [one, two, three] = [anEvent(), anEvent(), anEvent()]
  expect((await send([one, two, one])).body).toEqual({ accepted: 2, duplicate: 1, dead_lettered: 0 })
  const answers = await Promise.all(Array.from({ length: 8 }, () => send([two, three])))
  const sum = (name: string) => answers.reduce((total, { body }) => total + body[name], 0)
  expect([sum('accepted'), sum('duplicate')]).toEqual([1, 15])
  expect(await Promise.all([one, two, three].map(kept))).toEqual([1, 1, 1])
})

test('K-23 K-24 in whatever order events come, the highest version of their subject is what is shown', async () => {
  const transfer = `tr_${randomUUID()}`
  const versions = [
    anEvent({ transfer, version: 2 }),
    anEvent({ transfer, version: 3, type: 'transfers.returned', data: { state: 'returned' } }),
    anEvent({
      transfer,
      version: 1,
      type: 'transfer.settled',
      data: { state: 'settled', return: undefined },
    }),
  ]
  for (const event of versions.slice(1)) await send(event)
  await send(versions.slice(0, 1))
  const shown = await eventually('all three to be projected', async () => {
    const { rows } = await product.superuser.query(
      `SELECT t.version, t.state, i.state AS item FROM transfers.transfer t JOIN transfers.returns_item i ON i.item_id = t.id
        WHERE t.id = $1 AND (SELECT count(*) FROM kernel.timeline l WHERE l.kind = 'transfer' AND l.id = t.id) = 3`,
      [transfer],
    )
    return rows[0]
  })
  expect(shown).toEqual({ version: 3, state: 'returned', item: 'done' })
  expect((await keptOf(transfer)).map(({ type }) => type)).toHaveLength(3)
})

test('C-15 K-23 what cannot be understood is kept with its reason, sealed; the rest of the batch is kept as always', async () => {
  const { rows: before } = await product.superuser.query(
    'SELECT count(*)::integer AS n FROM kernel.dead_letter',
  )
  const good = [anEvent(), anEvent()]
  const name = 'A name that must not lie about in clear'
  const malformed: [unknown, RegExp][] = [
    [42, /must be an object/],
    [null, /must be an object/],
    [{}, /Missing: id, /],
    [{ ...anEvent(), subject: { kind: 'transfer', id: 'no/id' } }, /subject\.id/],
    [{ ...anEvent(), subject_version: 2 ** 40 }, /subject_version/],
    [{ ...anEvent(), occurred_at: 'yesterday' }, /occurred_at/],
    [{ ...anEvent(), occurred_at: '0000-01-01T00:00:00Z' }, /occurred_at/],
    [{ ...anEvent(), occurred_at: '9999-12-31T23:59:59.999Z' }, /occurred_at/],
    [{ ...anEvent(), occurred_at: `2026-01-01T00:00:00.${'1'.repeat(300)}Z` }, /occurred_at/],
    [anEvent({ transfer: 'tr_1:change' }), /must not end in :change/],
    [anEvent({ data: { version: 2 ** 40 } }), /version/],
    [anEvent({ data: { settled_at: '0000-01-01T00:00:00Z' } }), /settled_at/],
    [
      anEvent({ data: { return: { ...template.data.return, received_at: '0000-01-01T00:00:00Z' } } }),
      /received_at/,
    ],
    [anEvent({ data: { state: 'lost' } }), /state/],
    [anEvent({ data: { amount: { amount: '12.345', currency: 'USD' } } }), /amount/],
    [anEvent({ data: { return: { ...template.data.return, received_at: 'yesterday' } } }), /received_at/],
    [anEvent({ data: { originator: { party_id: 'p\0', name, account: '1' } } }), /party_id/],
    [anEvent({ data: { reference: 'zero \0 within' } }), /unicode|0x00/i],
    [anEvent({ data: { reference: 'half a pair \ud800' } }), /surrogate|unicode/i],
  ]
  const answer = await send([good[0], ...malformed.map(([event]) => event), good[1]])
  expect(answer.status).toBe(202)
  expect(answer.body).toEqual({ accepted: 2, duplicate: 0, dead_lettered: malformed.length })
  expect(await Promise.all(good.map(kept))).toEqual([1, 1])

  const { rows } = await product.superuser.query<{ source: string; error: string; body_sealed: string }>(
    'SELECT source, error, body_sealed FROM kernel.dead_letter ORDER BY dead_letter_id OFFSET $1',
    [before[0].n],
  )
  expect(rows).toHaveLength(malformed.length)
  for (const [, why] of malformed)
    expect(rows.filter(({ error }) => why.test(english(fromWritten(error)))).length).toBeGreaterThan(0)
  expect(rows.every(({ source }) => source === 'cts')).toBe(true)
  expect(JSON.stringify(rows)).not.toContain(name)

  expect((await projections()).failing).toEqual([])
})

test('C-15 K-23 a signed body that is no JSON is kept as it came, so that what follows it does not wait', async () => {
  for (const body of ['{"id": ', '', 'id=1', '\xff\xfe']) {
    const answer = await send(Buffer.from(body, 'latin1'))
    expect(answer.body).toEqual({ accepted: 0, duplicate: 0, dead_lettered: 1 })
  }
  expect((await send(anEvent(), { type: 'text/plain' })).status).toBe(415)
})

test('C-15 K-23 what cannot be held as it was sent is a dead letter, exactly as it was sent', async () => {
  const sealer = makeSealer(
    product.database.pool('app'),
    Buffer.from(String(product.serverEnvironment.SEALING_KEY), 'hex'),
  )
  const good = anEvent()
  const id = randomUUID()
  const odd = [
    `{"id":"${id}","p":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
    `{"id": "${id}",  "x": 1e400}`,
    `${'['.repeat(30_000)}"${id}"${']'.repeat(30_000)}`,
  ]
  const answer = await send(Buffer.from(`[${odd.join(', ')}, ${JSON.stringify(good)}]`))
  expect(answer.status).toBe(202)
  expect(answer.body).toEqual({ accepted: 1, duplicate: 0, dead_lettered: 3 })
  expect(await kept(good)).toBe(1)
  const { rows } = await product.superuser.query<{ body_sealed: string; error: string }>(
    'SELECT body_sealed, error FROM kernel.dead_letter ORDER BY dead_letter_id DESC LIMIT 3',
  )
  expect(rows.map(({ body_sealed }) => sealer.openForInstallation(body_sealed)).sort()).toEqual(
    [...odd].sort(),
  )
  expect(rows.filter(({ error }) => error.includes('nested'))).toHaveLength(2)
  const alone = await send(Buffer.from(odd[0] ?? ''))
  expect(alone.body).toEqual({ accepted: 0, duplicate: 1, dead_lettered: 0 })
})

test('C-15 K-23 a malformed delivery that is sent again is the same dead letter', async () => {
  const count = async () =>
    (
      await product.superuser.query(
        'SELECT count(*)::integer AS letters, max(times) AS times FROM kernel.dead_letter WHERE body_digest IS NOT NULL',
      )
    ).rows[0]
  const malformed = { ...anEvent(), occurred_at: `never ${randomUUID()}` }
  const cut = Buffer.from(`{"id": "${randomUUID()}`)
  const before = (await count()).letters
  for (const [round, again] of [false, true, true].entries()) {
    const expected = { accepted: 0, duplicate: again ? 1 : 0, dead_lettered: again ? 0 : 1 }
    expect([round, (await send([malformed])).body]).toEqual([round, expected])
    expect([round, (await send(cut)).body]).toEqual([round, expected])
  }
  expect(await count()).toEqual({ letters: before + 2, times: 3 })
})

test('C-15 500 events at a time, and no more', async () => {
  const many = Array.from({ length: 501 }, () => anEvent({ data: { addenda: undefined } }))
  const refused = await send(many)
  expect(refused.status).toBe(400)
  expect(refused.body.errors[0]).toMatchObject({ field: 'body', message: expect.stringContaining('500') })
  expect(await kept(many[0] as UpstreamEvent)).toBe(0)
  expect((await send(many.slice(1))).body).toEqual({ accepted: 500, duplicate: 0, dead_lettered: 0 })
})

test('C-15 a body of 1 MiB, and no more', async () => {
  const event = anEvent()
  const padded = (bytes: number) => {
    const body = JSON.stringify({ ...event, padding: '' })
    return Buffer.from(body.replace('"padding":""', `"padding":"${'x'.repeat(bytes - body.length)}"`))
  }
  const refused = await send(padded(BODY_MAX_BYTES + 1))
  expect(refused.status).toBe(413)
  expect(refused.body.code).toBe('body_too_large')
  expect((await send(padded(BODY_MAX_BYTES))).body.accepted).toBe(1)
})

test('C-15 K-23 whatever is signed and sent is counted, one way or another, and never a fault of ours', async () => {
  const anything = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' })
  const nearly = fc
    .record({
      member: fc.constantFrom(
        'id',
        'type',
        'schema_version',
        'sequence',
        'occurred_at',
        'subject',
        'refs',
        'data',
      ),
      value: anything,
    })
    .map(({ member, value }) => ({ ...anEvent(), [member]: value }))
  const inside = fc
    .record({ member: fc.constantFrom(...Object.keys(template.data)), value: anything })
    .map(({ member, value }) => anEvent({ data: { [member]: value } }))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(anything, nearly, inside), { maxLength: 8 }), async (events) => {
      const answer = await send(events)
      expect(answer.status).toBe(202)
      const { accepted, duplicate, dead_lettered } = answer.body
      expect(accepted + duplicate + dead_lettered).toBe(events.length)
    }),
    { numRuns: FUZZED_BATCHES },
  )
  await eventually('the projections to have digested it', async () => {
    const { failing, behind } = await projections()
    expect(failing).toEqual([])
    return behind === 0
  })
})

async function bookAtCts(transfer: string | undefined): Promise<void> {
  const record = await upstream('GET', `/cts/transfers/${transfer}`)
  await upstream('POST', `/cts/transfers/${transfer}/returns`, { case: 'book', reason: record.return.code })
}

const returnedEvents = async (transfer: string | undefined) =>
  (await keptOf(String(transfer))).filter(({ type }) => type === 'transfers.transfer.returned')

test('K-23 K-37 an event whose webhook never comes is read from the upstream’s own history', async () => {
  const transfer = openReturns.pop()
  await misbehave('drop_webhook', 1)
  await bookAtCts(transfer)
  await eventually('the event by another way', async () => (await returnedEvents(transfer)).length > 0)
  const { upstreams } = await upstream('GET', '/_sandbox/misbehave')
  expect(upstreams.find(({ upstream: name }: { upstream: string }) => name === 'cts').rules).toEqual([])
  expect(await returnedEvents(transfer)).toHaveLength(1)
})

test.each(['duplicate_webhook', 'reorder_webhook'])(
  'K-23 K-37 under %s each event is kept once, and the queue is right',
  async (mode) => {
    await misbehave(mode)
    const transfers = [openReturns.pop(), openReturns.pop(), openReturns.pop()]
    await Promise.all(transfers.map(bookAtCts))
    await eventually('the items to be done', async () => {
      const { rows } = await product.superuser.query(
        `SELECT count(*)::integer AS done FROM transfers.returns_item WHERE item_id = ANY ($1) AND state = 'done'`,
        [transfers],
      )
      return rows[0].done === transfers.length
    })
    // Long enough for the second copy: it is sent in the request after the first.
    await eventually('every webhook to be delivered', async () => {
      const { body } = await (await product.as('transfers/OPS')).get('/v1/connectors')
      const { events } = await upstream('GET', `/cts/events?after=${cts(body).history.after}&limit=1`)
      return events.length === 0
    })
    for (const transfer of transfers) expect(await returnedEvents(transfer)).toHaveLength(1)
  },
)

function cts(body: Said): Said {
  return body.connectors.find(({ name }: { name: string }) => name === 'cts')
}

/** What could not be understood when it came, and can be now: as after a mapping was mended. */
async function letterOf(event: UpstreamEvent, error: string): Promise<string> {
  const app = product.database.pool('app')
  const sealer = makeSealer(app, Buffer.from(String(product.serverEnvironment.SEALING_KEY), 'hex'))
  expect(await keepDeadLetter(app, sealer, 'cts', JSON.stringify(event), new Error(error))).toBe(true)
  const { rows } = await product.superuser.query<{ id: string }>(
    'SELECT dead_letter_id AS id FROM kernel.dead_letter ORDER BY dead_letter_id DESC LIMIT 1',
  )
  return `transfers.cts.${rows[0]?.id}`
}

type DeadLetterKind = { id: string; source: string; error: string; letters: number; times: number }
async function kindsOf(by: Client, state = 'waiting'): Promise<DeadLetterKind[]> {
  return (await by.get(`/v1/dead-letters?state=${state}`)).body.kinds
}
const letters = (by: Client, id: string) => by.get(`/v1/entities/dead_letter/${id}`)
const actOn = (by: Client, action: 'replay' | 'discard', id: string) =>
  by.post(`/v1/actions/kernel.${action}_dead_letter`, {
    target: { kind: 'dead_letter', id },
    input: {},
    reason: { code: action === 'replay' ? 'cause_mended' : 'not_an_event' },
  })
const replayedAll = (by: Client, id: string) =>
  eventually('it to have been read once more', async () => {
    const { data } = (await letters(by, id)).body
    return data.replaying === 0 && data
  })

test('K-23 K-30 dead letters are listed by source and error, with how often and since when, and without what they say', async () => {
  const ops = await product.as('transfers/OPS')
  const name = 'Ottokar Finsterwalde'
  const bad = anEvent({ data: { originator: { party_id: 'p 1', name, account: '12345' } } })
  await send(bad)
  await send(bad)
  await send(anEvent({ data: { originator: { party_id: 'p 2', name, account: '12345' } } }))
  // A parser quotes what it stumbles over.
  await send(Buffer.from(`{"name": "${name}" oh no`))
  const list = await ops.get('/v1/dead-letters')
  const kind = list.body.kinds.find(({ error }: DeadLetterKind) =>
    error.startsWith('Not allowed: originator.party_id ('),
  )
  expect(kind).toMatchObject({ source: 'cts', letters: 2, times: 3 })
  expect(Date.parse(kind.first_at)).toBeLessThanOrEqual(Date.parse(kind.last_at))
  expect(list.body.kinds.map(({ error }: DeadLetterKind) => error)).toContain('it is no JSON')
  const french = await ops.get('/v1/dead-letters', { 'accept-language': 'fr' })
  const whys = french.body.kinds.map(({ error }: DeadLetterKind) => error)
  expect(whys).toContainEqual(expect.stringMatching(/^Non admis\u00a0: originator\.party_id \(/))

  const whole = await letters(ops, kind.id)
  expect(whole.body.related).toHaveLength(2)
  for (const { title } of whole.body.related) expect(title).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/)
  // Of several, the newest is shown as it came.
  expect(whole.body.data).toMatchObject({ single: false, shape: { data: { originator: { name: '••••' } } } })
  const single = await letters(ops, whole.body.related[1].id)
  expect(single.body.data.shape).toMatchObject({
    id: bad.id,
    type: bad.type,
    subject: { kind: 'transfer', id: bad.subject.id },
    data: { originator: { party_id: '••••', name: '••••', account: '••••' } },
  })
  for (const { text } of [list, whole, single]) expect(text).not.toContain(name)
  const { rows } = await product.superuser.query(
    `SELECT FROM kernel.dead_letter d WHERE d::text LIKE '%Finsterwalde%'`,
  )
  expect(rows).toEqual([])
  expect((await (await product.as('hub/OPERATOR')).get('/v1/dead-letters')).status).toBe(403)
  // Of another console's upstreams nothing is told.
  const platform = await product.as('platform/OPS_ADMIN')
  expect((await platform.get('/v1/dead-letters')).body.kinds).toEqual([])
  expect((await letters(platform, kind.id)).status).toBe(404)
  expect((await letters(ops, kind.id.replace('transfers.', 'treasury.'))).status).toBe(404)
})

test('K-23 K-11 a dead letter is replayed by a governed action: what is understood now becomes an event, once; what is not waits with its reason', async () => {
  const ops = await product.as('transfers/OPS')
  const [one, two, three] = [anEvent(), anEvent(), anEvent()]
  const id = await letterOf(one, 'a member that nobody knew')
  await letterOf(two, 'a member that nobody knew')
  // Told since in another way: a duplicate.
  await letterOf(three, 'a member that nobody knew')
  await send(three)
  expect(await kept(one)).toBe(0)

  const { body: asked, status } = await actOn(ops, 'replay', id)
  expect([status, asked.state]).toEqual([200, 'executed'])
  expect(await replayedAll(ops, id)).toMatchObject({ replayed: 1, became: 'event', tried: 1 })
  expect(await kept(one)).toBe(1)
  expect((await actOn(ops, 'replay', id)).body.error).toBe('Nothing of it waits.')
  await eventually('the replay to be on its timeline', async () => {
    const { body: timeline } = await ops.get(`/v1/entities/dead_letter/${id}/timeline`)
    return timeline.entries.some(
      ({ type }: { type: string }) => type === 'kernel.dead_letter.replay_requested',
    )
  })
  const admin = await product.as('transfers/ADMIN')
  const { body: audit } = await admin.get('/v1/audit?action=kernel.replay_dead_letter')
  expect(audit.entries).toContainEqual(
    expect.objectContaining({ outcome: 'executed', target: { kind: 'dead_letter', id } }),
  )

  // All of a kind at once.
  const kind = (await kindsOf(ops)).find(({ error }) => error === 'a member that nobody knew')
  expect(kind?.letters).toBe(2)
  await actOn(ops, 'replay', kind?.id ?? '')
  expect(await replayedAll(ops, kind?.id ?? '')).toMatchObject({ waiting: 0, replayed: 3 })
  expect(await Promise.all([one, two, three].map(kept))).toEqual([1, 1, 1])
  expect((await kindsOf(ops, 'replayed')).find(({ id }) => id === kind?.id)?.letters).toBe(3)

  // What is still not understood waits again, with why; it is no other letter.
  const bad = await letterOf({ ...anEvent(), subject_version: -1 }, 'it was something else before')
  const before = (await kindsOf(ops)).reduce((sum, { letters }) => sum + letters, 0)
  await actOn(ops, 'replay', bad)
  const again = await replayedAll(ops, bad)
  expect(again).toMatchObject({ waiting: 1, tried: 1 })
  expect(again.error).toMatch(/^(Missing|Not allowed): subject_version/)
  expect((await kindsOf(ops)).reduce((sum, { letters }) => sum + letters, 0)).toBe(before)
})

test('K-23 what is discarded is kept, is shown as such, and stays so when it is sent again', async () => {
  const ops = await product.as('transfers/OPS')
  const bad = { ...anEvent(), schema_version: 77 }
  await send(bad)
  const kind = (await kindsOf(ops)).find(({ error }) => /^Not allowed: schema_version/.test(error))
  const id = kind?.id ?? ''
  const machine = await product.as('transfers/OPS', { sub: 'batch', azp: 'batch', gty: 'client-credentials' })
  expect((await actOn(machine, 'discard', id)).status).toBe(403)
  expect((await actOn(ops, 'discard', id)).body.state).toBe('executed')
  expect((await kindsOf(ops)).map((one) => one.id)).not.toContain(id)
  expect((await send(bad)).body).toEqual({ accepted: 0, duplicate: 1, dead_lettered: 0 })
  expect((await kindsOf(ops)).map((one) => one.id)).not.toContain(id)
  expect((await kindsOf(ops, 'discarded')).find((one) => one.id === id)).toMatchObject({
    letters: kind?.letters,
    times: (kind?.times ?? 0) + 1,
  })
  expect((await actOn(ops, 'replay', id)).body.error).toBe('Nothing of it waits.')
})

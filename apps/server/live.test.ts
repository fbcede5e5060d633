import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { signatureHeader } from '@countersign/kernel/events/webhook-signature.ts'
import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { type EventStream, openEventStream } from '@countersign/testkit/event-stream.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

const BURST_BATCHES = 12
const BURST_BATCH_EVENTS = 250
/** What one connection may be behind before it is let go; the burst must be more. */
const BACKLOG_MAX_BYTES = 512 * 1024

let product: Product
let returns: CountersignedReturns
let compliance: Client
let template: Record<string, unknown> & { data: Record<string, unknown> }
const open: EventStream[] = []

beforeAll(async () => {
  product = await startProduct()
  returns = await countersignedReturns(product)
  compliance = await product.as('transfers/COMPLIANCE')
  const feed = await fetch(`${product.sandboxUrl}/cts/events?after=0&limit=500`, {
    headers: { authorization: `Bearer ${product.sandbox.apiKey}` },
  })
  const { events } = (await feed.json()) as { events: (typeof template)[] }
  const found = events.find(({ type }) => type === 'transfer.settled')
  if (!found) throw new Error('the seeded world has no settled transfer')
  template = found
}, 120_000)
afterAll(() => product?.close())
afterEach(() => {
  for (const stream of open.splice(0)) stream.cut()
})

async function listen(headers: Record<string, string>, resumeAfter?: string): Promise<EventStream> {
  const stream = await openEventStream(product.url, headers, { resumeAfter })
  open.push(stream)
  return stream
}

const bearer = ({ token }: Client) => ({ authorization: `Bearer ${token}` })

/** Facts from CTS that nobody has heard of, so many at a time; gives the transfers they are about. */
async function burst(events: number): Promise<string[]> {
  const batch = Array.from({ length: events }, () => {
    const id = `tr_${randomUUID()}`
    return {
      ...template,
      id: `evt_${randomUUID()}`,
      subject: { kind: 'transfer', id },
      subject_version: 1,
      data: { ...template.data, id, version: 1 },
    }
  })
  const body = Buffer.from(JSON.stringify(batch))
  const answer = await fetch(`${product.url}/v1/ingest/cts`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'countersign-signature': signatureHeader(body, product.webhookSecrets.cts[0], new Date()),
    },
    body: new Uint8Array(body),
  })
  expect(answer.status).toBe(202)
  return batch.map(({ subject }) => subject.id)
}

/** What there was to hear after a position, and up to another: one line for each record that each fact concerns. */
async function toBeHeard(after: number, until = Number.MAX_SAFE_INTEGER): Promise<string[]> {
  const { rows } = await product.superuser.query<{ position: string; refs: string[] }>(
    // What other consoles were told is for their people.
    `SELECT position, refs FROM kernel.ordered_event
      WHERE position > $1 AND position <= $2 AND type !~ '^(platform|treasury)[.]' ORDER BY position`,
    [after, until],
  )
  return rows.flatMap(({ position, refs }) => refs.map((ref) => `${position} ${ref}`))
}

const heard = (changes: EventStream['changes']) =>
  changes.map(({ position, kind, subject }) => `${position} ${kind}/${subject}`)

async function head(): Promise<number> {
  return eventually('the projections to have caught up', async () => {
    const { rows } = await product.superuser.query(
      'SELECT (SELECT position FROM kernel.event_head)::integer AS head, min(position)::integer AS projected FROM kernel.projection',
    )
    return rows[0].head === rows[0].projected && Number(rows[0].head)
  })
}

test('C-11 K-29 what one person does reaches everybody else who may see it', async () => {
  const streams = await Promise.all(
    [returns.ops, returns.admin, compliance].map((client) => listen(bearer(client))),
  )
  const { id, transfer } = await returns.authorise()
  await returns.reaches(id, 'executed')
  const [ofOps, ofAdmin, ofCompliance] = streams.map(
    ({ changes }) =>
      (topic: string, subject: string) =>
        changes.some((change) => change.topic === topic && change.subject === subject),
  )
  for (const about of [ofOps, ofAdmin]) {
    await eventually(
      'the whole story',
      async () =>
        ['requested', 'authorized', 'executed'].every((step) =>
          [id, transfer].every((subject) => about?.(`kernel.action_request.${step}`, subject)),
        ) && about?.('transfers.transfer.returned', transfer),
    )
  }
  // Who may read transfers and not see requests to return them hears of the transfer alone.
  await eventually('the return', async () => ofCompliance?.('transfers.transfer.returned', transfer))
  expect(streams[2]?.changes.filter(({ topic }) => topic.startsWith('kernel.action_request.'))).toEqual([])
  expect((await compliance.get(`/v1/requests/${id}`)).status).toBe(404)
})

test('C-11 K-29 a connection cut in the middle of a burst, again and again, misses nothing', async () => {
  const from = await head()
  const sent: string[] = []
  const sending = (async () => {
    for (let batch = 0; batch < BURST_BATCHES; batch += 1) sent.push(...(await burst(BURST_BATCH_EVENTS)))
  })()
  const lines = new Set<string>()
  const subjects = new Set<string>()
  let lastId: string = String(from)
  let cuts = 0
  let done = false
  void sending.then(() => {
    done = true
  })
  while (!(done && sent.every((id) => subjects.has(id)))) {
    // Cut by bytes, so that it happens anywhere, also inside a frame.
    let left = 20_000 + Math.floor(Math.random() * 60_000)
    const stream: EventStream = await openEventStream(product.url, bearer(returns.ops), {
      resumeAfter: lastId,
      onBytes: (bytes) => {
        left -= bytes
        if (left < 0) stream.cut()
      },
    })
    // Once all is sent, what is left may be less than the cut waits for.
    let seen: string | undefined
    const cutWhenIdle = setInterval(() => {
      if (done && stream.lastId() === seen) stream.cut()
      seen = stream.lastId()
    }, 1_000)
    await stream.ended
    clearInterval(cutWhenIdle)
    cuts += 1
    for (const line of heard(stream.changes)) lines.add(line)
    for (const { subject } of stream.changes) subjects.add(subject)
    lastId = stream.lastId() ?? lastId
  }
  await sending
  expect(cuts).toBeGreaterThan(5)
  // The product goes on by itself: what has happened since the last of these is not asked for.
  const last = Number(lastId)
  const wanted = await toBeHeard(from, last)
  expect(wanted.length).toBeGreaterThan(BURST_BATCHES * BURST_BATCH_EVENTS)
  expect([...lines].filter((line) => Number.parseInt(line, 10) <= last).sort()).toEqual([...wanted].sort())
})

test('C-11 K-29 whoever comes back after a long while hears all of it, however much it is', async () => {
  let bytes = 0
  const stream = await openEventStream(product.url, bearer(returns.ops), {
    resumeAfter: '0',
    onBytes: (more) => {
      bytes += more
    },
  })
  open.push(stream)
  const wanted = await toBeHeard(0)
  await eventually('everything since the beginning', async () => stream.changes.length >= wanted.length)
  expect(heard(stream.changes)).toEqual(wanted)
  expect(bytes).toBeGreaterThan(BACKLOG_MAX_BYTES)
  // And it goes on from there.
  const before = stream.changes.length
  await burst(1)
  await eventually('what is new', async () => stream.changes.length > before)
})

test('C-11 P-11 who runs the platform hears of it, and of nothing that another console was told or did', async () => {
  const { rows } = await product.superuser.query<{ line: string }>(
    `SELECT position || ' ' || unnest(refs) AS line FROM kernel.ordered_event WHERE type LIKE 'platform.%'
      ORDER BY position`,
  )
  const administrator = await product.as('platform/PLATFORM_ADMIN')
  const stream = await openEventStream(product.url, bearer(administrator), { resumeAfter: '0' })
  open.push(stream)
  const theirs = rows.map(({ line }) => line)
  expect(theirs.length).toBeGreaterThan(50)
  await eventually('everything of the platform', async () => stream.changes.length >= theirs.length)
  const others = stream.changes.filter((change) => !theirs.includes(heard([change])[0] ?? ''))
  for (const { kind, subject } of others) {
    const { status, body } = await administrator.get(`/v1/entities/${kind}/${subject}`)
    expect([kind, status, body.data?.type ?? body]).toEqual([kind, 200, expect.stringMatching(/^kernel\./)])
  }
  expect(heard(stream.changes).filter((line) => theirs.includes(line))).toEqual(theirs)
})

test('C-11 positions that no stream gave are refused by name', async () => {
  for (const nonsense of ['-1', 'abc', '1e3', '9'.repeat(40)]) {
    const answer = await returns.ops.get('/v1/stream', { 'last-event-id': nonsense })
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0].field).toBe('Last-Event-ID')
  }
})

test('C-11 K-29 who holds no role of a console here hears nothing', async () => {
  for (const persona of ['hub/OPERATOR', 'treasury/ops']) {
    const stream = await listen(bearer(await product.as(persona)))
    expect(stream.status).toBe(403)
    await stream.ended
    expect(stream.changes).toEqual([])
  }
  expect((await listen({})).status).toBe(401)
})

/** A signed-in browser of this persona. */
async function signIn(persona: string): Promise<{ session: string; cookie: string }> {
  const client = await product.as(persona)
  await client.get('/v1/me')
  const token = randomBytes(32)
  const session = randomUUID()
  await product.superuser.query(
    `SELECT kernel.open_session($1, $2, person_id, NULL, NULL, now(), 3600, 3600) FROM kernel.person WHERE subject = $3`,
    [session, createHash('sha256').update(token).digest(), client.id],
  )
  return { session, cookie: `countersign_session=${token.toString('base64url')}` }
}

test('K-03 K-29 a session that is ended, and one whose person loses the role, stop hearing', async () => {
  const [ended, demoted, other] = await Promise.all(
    ['transfers/OPS-2', 'transfers/COMPLIANCE-2', 'transfers/ADMIN-2'].map(signIn),
  )
  const streams = await Promise.all(
    [ended, demoted, other].map((who) => listen({ cookie: who?.cookie ?? '' })),
  )
  expect(streams.map(({ status }) => status)).toEqual([200, 200, 200])

  await product.superuser.query(`SELECT kernel.end_sessions($1, NULL, NULL, 'signed out')`, [ended?.session])
  await (await product.as('transfers/COMPLIANCE-2', { roles: [] })).get('/v1/me')
  await Promise.all(streams.slice(0, 2).map((stream) => stream.ended))
  const before = streams.map(({ changes }) => changes.length)
  await burst(1)
  await eventually('the third to hear it', async () => Number(streams[2]?.changes.length) > Number(before[2]))
  expect(streams.slice(0, 2).map(({ changes }) => changes.length)).toEqual(before.slice(0, 2))
})

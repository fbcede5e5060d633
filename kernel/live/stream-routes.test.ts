import { randomBytes, randomUUID } from 'node:crypto'
import { openEventStream } from '@countersign/testkit/event-stream.ts'
import { eventually } from '@countersign/testkit/product.ts'
import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import type { FastifyInstance } from 'fastify'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ok } from '../actions/failure.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { makeAdmission } from '../http/admission.ts'
import { makeHttpServer } from '../http/make-http-server.ts'
import { makeRateLimit } from '../http/rate-limit.ts'
import type { Principal } from '../identity/principal.ts'
import { kernelProjections } from '../projections/kernel-projections.ts'
import { LIVE_CHANNEL, runProjector } from '../projections/projector.ts'
import { type LiveFeed, startLiveFeed } from './live-feed.ts'
import { postgresHints } from './postgres-hints.ts'
import { streamRoutes } from './stream-routes.ts'
import { watchSessions } from './watch-sessions.ts'

let small: SmallProduct
let feed: LiveFeed
let app: FastifyInstance
let url: string
let projecting: Promise<void>
const people = new Map<string, Principal>()
const stopping = new AbortController()
const admission = makeAdmission()

beforeAll(async () => {
  small = await startSmallProduct({ class: 'A' })
  people.set('porter', await small.person('porter', ['hall/PORTER']))
  people.set('guest', await small.person('guest', ['hall/PORTER']))
  people.set('keeper', await small.person('keeper', ['yard/KEEPER']))
  projecting = runProjector({
    pool: small.database.pool('sequencer'),
    projections: kernelProjections,
    signal: stopping.signal,
    report: () => undefined,
  })
  const { app: kernel } = small.kernels
  feed = await startLiveFeed({
    pool: kernel.pool,
    hints: postgresHints({
      channel: LIVE_CHANNEL,
      connectionString: small.database.url('app'),
      report: () => undefined,
    }),
    report: () => undefined,
  })
  const who = (name: string | undefined) => people.get(name?.replace('Bearer ', '') ?? '')
  app = await makeHttpServer({
    kernel,
    authenticate: async ({ headers }) => {
      const person = who(headers.authorization)
      if (!person) throw new Error('the test knows nobody of that name')
      return ok(person)
    },
    routes: streamRoutes(
      kernel,
      feed,
      async ({ headers }) => who(headers.authorization),
      watchSessions(kernel.pool, () => undefined),
    ),
    admission,
    addresses: makeRateLimit(1_000_000, () => new Date()),
    allowedOrigins: [],
    trustProxy: [],
    logger: pino({ level: 'silent' }),
    observe: () => undefined,
    readOnlyBecause: async () => undefined,
  })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  app?.server.closeAllConnections()
  await app?.close()
  await feed?.close()
  stopping.abort()
  await projecting
  await small?.database.drop()
})

const REFS = [
  'door/front',
  'work_item/hall.desk:1',
  'approval_policy/hall',
  'work_item/cellar.wine:1',
  'ghost/of-a-kind-that-nobody-declared',
]

async function happen(refs: readonly string[]): Promise<void> {
  const event = {
    event_id: uuidV7(),
    source_event_id: uuidV7(),
    stream: `hall.door/${uuidV7()}`,
    type: 'hall.door.opened',
    schema_version: 1,
    source: 'test',
    refs,
    payload: {},
  }
  await small.kernels.app.pool.query('SELECT kernel.ingest_events($1, $2::jsonb)', [
    'test',
    JSON.stringify([event]),
  ])
}

test('K-29 K-08 each hears of what they may read, and of nothing else', async () => {
  const [porter, keeper] = await Promise.all(
    ['porter', 'keeper'].map((name) => openEventStream(url, { authorization: `Bearer ${name}` })),
  )
  if (!porter || !keeper) throw new Error('two streams were opened')
  expect([porter.status, keeper.status]).toEqual([200, 200])
  await happen(REFS)
  await happen(['door/back'])
  const of = ({ changes }: typeof porter) => changes.map(({ kind, subject }) => `${kind}/${subject}`)
  await eventually('the second door', async () => of(porter).includes('door/back'))
  expect(of(porter)).toEqual([...REFS.slice(0, 3), 'door/back'])
  expect(of(keeper)).toEqual([])

  // Whatever was open to them live is open to them after the fact, and no more.
  const later = await openEventStream(url, { authorization: 'Bearer keeper' }, { resumeAfter: '0' })
  const again = await openEventStream(url, { authorization: 'Bearer porter' }, { resumeAfter: '0' })
  await eventually('the past', async () => of(again).includes('door/back'))
  expect(of(again)).toEqual(of(porter))
  expect(of(later)).toEqual([])
  for (const stream of [porter, keeper, later, again]) {
    stream.cut()
    await stream.ended
  }
})

test('K-29 K-08 of a view that is not theirs nobody hears, nor of what is done beside it; of one that was shared with them, that it is no more', async () => {
  const owner = people.get('porter')?.id
  const view = `view/hall.desk:${randomUUID()}`
  let version = 0
  const saved = (shared: boolean, roles: string[] = []) =>
    small.database.pool('superuser').query(
      `WITH appended AS (
         INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, refs, payload, occurred_at)
         VALUES ($1, 'kernel.' || $2, $3, 'kernel.view.saved', 1, 'countersign', ARRAY[$2], $4, now()) RETURNING seq)
       INSERT INTO kernel.event_pending (seq) SELECT seq FROM appended`,
      [
        uuidV7(),
        view,
        ++version,
        {
          owner,
          queue: 'hall.desk',
          view: view.slice(5),
          name: 'Mine',
          list: {},
          shared,
          deleted: false,
          roles,
        },
      ],
    )
  const [porter, guest] = await Promise.all(
    ['porter', 'guest'].map((name) => openEventStream(url, { authorization: `Bearer ${name}` })),
  )
  if (!porter || !guest) throw new Error('two streams were opened')
  const heard = ({ changes }: typeof porter) =>
    changes.filter(({ kind, subject }) => `${kind}/${subject}` === view).length
  const told = async (of: { porter: number; guest: number }) => {
    const after = `after-${randomUUID()}`
    await happen([`door/${after}`])
    await eventually('both to have heard all', async () =>
      [porter, guest].every(({ changes }) => changes.at(-1)?.subject === after),
    )
    expect({ porter: heard(porter), guest: heard(guest) }).toEqual(of)
  }
  await saved(false)
  await happen([view])
  await told({ porter: 2, guest: 0 })
  await saved(true, ['hall/OTHERS'])
  await told({ porter: 3, guest: 0 })
  await saved(true, ['hall/PORTER'])
  await told({ porter: 4, guest: 1 })
  await saved(false)
  await told({ porter: 5, guest: 2 })
  await saved(false)
  await told({ porter: 6, guest: 2 })
  for (const stream of [porter, guest]) {
    stream.cut()
    await stream.ended
  }
})

test('K-29 O-15 whoever listens takes the place of no request', async () => {
  const streams = await Promise.all(
    Array.from({ length: 5 }, () => openEventStream(url, { authorization: 'Bearer porter' })),
  )
  await happen(['door/side'])
  await eventually('all to hear', async () => streams.every(({ changes }) => changes.length === 1))
  expect(admission.underWay()).toBe(0)
  for (const stream of streams) {
    stream.cut()
    await stream.ended
  }
})

test('K-29 O-15 all who come back from the same place are told of one reading of the past', async () => {
  const read: unknown[] = []
  const { pool } = small.kernels.app
  const query = vi.spyOn(pool, 'query').mockImplementation(((...asked: [{ name?: string }]) => {
    if (asked[0].name === 'live-frames') read.push(asked)
    return pg.Pool.prototype.query.apply(pool, asked as never)
  }) as never)
  await happen(['door/cellar'])
  const first = await openEventStream(url, { authorization: 'Bearer porter' }, { resumeAfter: '0' })
  await eventually('what has happened to be told', async () => first.changes.at(-1)?.subject === 'cellar')
  first.cut()
  await first.ended
  read.length = 0
  const streams = await Promise.all(
    Array.from({ length: 20 }, () =>
      openEventStream(url, { authorization: 'Bearer porter' }, { resumeAfter: '0' }),
    ),
  )
  await eventually('all to have heard all', async () =>
    streams.every(({ changes }) => changes.at(-1)?.subject === 'cellar'),
  )
  expect(new Set(streams.map(({ changes }) => changes.length)).size).toBe(1)
  expect(read.length).toBeLessThanOrEqual(1)
  query.mockRestore()
  for (const stream of streams) {
    stream.cut()
    await stream.ended
  }
})

test('K-29 O-15 one person has a hundred streams at most; another still has theirs', async () => {
  const open = await Promise.all(
    Array.from({ length: 101 }, () => openEventStream(url, { authorization: 'Bearer guest' })),
  )
  expect(open.map(({ status }) => status).toSorted()).toEqual([...Array(100).fill(200), 429])
  const other = await openEventStream(url, { authorization: 'Bearer keeper' })
  expect(other.status).toBe(200)
  for (const stream of [...open, other]) {
    stream.cut()
    await stream.ended
  }
  const again = await eventually('the places to be free again', async () => {
    const stream = await openEventStream(url, { authorization: 'Bearer guest' })
    return stream.status === 200 && stream
  })
  again.cut()
  await again.ended
})

test('K-29 of a fact that concerns several records, the resumable position is the last one’s', async () => {
  const stream = await openEventStream(url, { authorization: 'Bearer porter' })
  await happen(['door/a', 'door/b', 'door/c'])
  await eventually('all three', async () => stream.changes.length === 3)
  const [first, second, third] = stream.changes
  expect([first?.position, second?.position]).toEqual([third?.position, third?.position])
  expect(third?.id).toBe(String(third?.position))
  stream.cut()
  await stream.ended

  // A connection that broke after the second is told all three again: two twice, none never.
  const again = await openEventStream(url, { authorization: 'Bearer porter' }, { resumeAfter: second?.id })
  await eventually('all three again', async () => again.changes.length === 3)
  expect(again.changes.map(({ subject }) => subject)).toEqual(['a', 'b', 'c'])
  again.cut()
  await again.ended
})

test('K-03 K-29 a session that is ended anywhere stops hearing by that alone, and no other does', async () => {
  const { pool } = small.kernels.app
  const signedIn = await Promise.all(
    ['stays', 'leaves'].map(async (name) => {
      const person = await small.person(name, ['hall/PORTER'])
      const sessionId = randomUUID()
      await pool.query('SELECT kernel.open_session($1, $2, $3, NULL, NULL, now(), 3600, 3600)', [
        sessionId,
        randomBytes(32),
        person.id,
      ])
      // This server goes on to know who it is: what ends the stream is the session's end.
      people.set(name, { ...person, credential: { ...person.credential, kind: 'session', sessionId } })
      return { sessionId, stream: await openEventStream(url, { authorization: `Bearer ${name}` }) }
    }),
  )
  const [stays, leaves] = signedIn
  await small.database
    .pool('superuser')
    .query(`SELECT kernel.end_sessions($1, NULL, NULL, 'signed out')`, [leaves?.sessionId])
  await leaves?.stream.ended
  await happen(['door/after'])
  await eventually('the other to hear', async () => stays?.stream.changes.length === 1)
  expect(leaves?.stream.changes).toEqual([])
  stays?.stream.cut()
  await stays?.stream.ended
})

test('K-03 K-29 whose role is taken away stops hearing as that is heard of, or with the next look at who they are', async () => {
  const [unheard, heard] = await Promise.all(
    ['unheard', 'heard'].map(async (name) => {
      const person = await small.person(name, ['hall/PORTER'])
      people.set(name, person)
      return { name, person }
    }),
  )
  if (!unheard || !heard) throw new Error('two people were made')
  // The one that is looked at first, were it by the clock alone.
  const first = await openEventStream(url, { authorization: 'Bearer unheard' })
  const second = await openEventStream(url, { authorization: 'Bearer heard' })
  for (const { name, person } of [unheard, heard]) people.set(name, { ...person, roles: [] })
  const ended: string[] = []
  const both = Promise.all([
    first.ended.then(() => ended.push('unheard')),
    second.ended.then(() => ended.push('heard')),
  ])
  await happen([`person/${heard.person.id}`])
  await both
  expect(ended).toEqual(['heard', 'unheard'])
})

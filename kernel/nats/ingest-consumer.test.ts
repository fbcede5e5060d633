import { randomBytes, randomUUID } from 'node:crypto'
import { type EventBus, openEventBus } from '@countersign/testkit/event-bus.ts'
import { natsServerForTests } from '@countersign/testkit/find-nats-server.ts'
import {
  type NatsServer,
  startNatsCluster,
  startNatsServer,
} from '@countersign/testkit/nats-server-process.ts'
import { eventually } from '@countersign/testkit/product.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { z } from 'zod'
import { ingestEvents } from '../events/ingest-events.ts'
import type { IngestSource } from '../events/ingest-source.ts'
import { english } from '../languages/make-teller.ts'
import { fromWritten } from '../languages/say.ts'
import { kernelMigrations } from '../migration-source.ts'
import { makeSealer } from '../personal-data/sealing.ts'
import { type IngestOutcome, ingestFromNats, ingestStanding } from './ingest-consumer.ts'
import { type NatsLink, type NatsSettings, openNatsLink } from './nats-link.ts'

const program = await natsServerForTests()
const SECRET = randomBytes(16).toString('hex')
const MINUTE_MS = 60_000
/** Three servers agree on who leads, twice. */
const CLUSTER_TIMEOUT_MS = 180_000
/** As by webhook. */
const MESSAGE_MAX_BYTES = 1024 * 1024
/** More than one call of the ingest routine takes, and what one message may hold all the same. */
const LARGE_BATCH_EVENTS = 1_203
/** As many as all workers together may have without an answer. */
const UNACKNOWLEDGED_MAX = 256

const event = z.object({ id: z.string(), door: z.string() })
const source: IngestSource = {
  source: 'doors',
  map(raw) {
    const { id, door } = event.parse(raw)
    return {
      ...{
        id,
        type: 'hall.door.opened',
        schemaVersion: 1,
        stream: `hall.door/${door}`,
        occurredAt: new Date(0),
      },
      refs: [{ kind: 'door', id: door }],
      payload: { door },
    }
  },
}
const anEvent = () => ({ id: `evt_${randomUUID()}`, door: randomUUID() })

let database: TestDatabase
let nats: NatsServer
let bus: EventBus
const running: { readonly stop: AbortController; readonly link: NatsLink }[] = []

beforeAll(async () => {
  if (program.path === undefined) return
  database = await createTestDatabase([kernelMigrations])
  // It would take more in one message than we do.
  nats = await startNatsServer(program.path, `max_payload: ${8 * MESSAGE_MAX_BYTES}`)
  bus = await openEventBus(nats.port)
})
afterEach(stopAll)
afterAll(async () => {
  await bus?.close()
  await nats?.close()
  await database?.drop()
})

async function stopAll(): Promise<void> {
  vi.useRealTimers()
  for (const { stop } of running) stop.abort()
  await Promise.all(running.splice(0).map(({ link }) => link.closed))
}

type Start = { servers?: readonly string[]; replicas?: number; identity?: NatsSettings['identity'] }

/** What a worker does, and what it saw; it is at work when this resolves. */
async function start({ servers, replicas = 1, ...more }: Start = {}) {
  const stop = new AbortController()
  const seen: IngestOutcome[] = []
  const said: string[] = []
  const rung: string[] = []
  const pool = database.pool('sequencer', { max: 4 })
  const link = openNatsLink({
    settings: { servers: servers ?? [`127.0.0.1:${nats.port}`], ...more },
    name: 'test',
    signal: stop.signal,
    report: () => undefined,
    work: (connection, signal) =>
      ingestFromNats(
        connection,
        {
          ...{ pool, sealer: makeSealer(pool, randomBytes(32)), source, secrets: [SECRET], replicas },
          bell: { ring: () => rung.push('for new events') },
          report: ({ message }) => said.push(message),
          observe: ({ outcome }) => seen.push(outcome),
        },
        signal,
      ),
  })
  running.push({ stop, link })
  await eventually('the consumer', () => bus.consumer(source.source).catch(() => undefined))
  return { seen, said, rung, link }
}

async function kept(): Promise<string[]> {
  const { rows } = await database
    .pool('superuser')
    .query<{ event_id: string }>('SELECT event_id FROM kernel.ingested WHERE source = $1 ORDER BY 1', [
      source.source,
    ])
  return rows.map(({ event_id }) => event_id)
}
const isKept = ({ id }: { id: string }) =>
  eventually('the event', async () => (await kept()).includes(id) || undefined)
const allAnswered = () =>
  eventually('all answers', async () => {
    const info = await bus.consumer(source.source)
    return info?.num_pending === 0 && info.num_ack_pending === 0 && (await bus.waiting(source.source)) === 0
  })
const deadLetters = async () => {
  const { rows } = await database
    .pool('superuser')
    .query<{ error: string; times: number }>(
      'SELECT error, times FROM kernel.dead_letter ORDER BY received_at',
    )
  return rows.map(({ error, times }) => ({ error: english(fromWritten(error)), times }))
}

describe.skipIf(program.path === undefined)(
  `ingest from JetStream (${program.remedy ?? program.version})`,
  () => {
    test('K-23 S-04 an event is kept, called for and its message gone; the same again, by whatever way, is a duplicate', async () => {
      const { seen, rung } = await start()
      const first = anEvent()
      await bus.publish('doors', first, { secret: SECRET })
      await isKept(first)
      await bus.publish('doors', [first, anEvent()], { secret: SECRET })
      await bus.publish('doors', first, { secret: SECRET })
      await eventually('all three', async () => seen.length === 3)
      await allAnswered()
      const pool = database.pool('sequencer')
      const again = await ingestEvents(pool, makeSealer(pool, randomBytes(32)), source, [first])
      expect(again).toEqual({ accepted: 0, duplicate: 1, dead_lettered: 0 })
      const { rows } = await pool.query('SELECT count(*)::int AS events FROM kernel.event')
      expect([rows[0].events, (await kept()).length, seen]).toEqual([2, 2, ['kept', 'kept', 'kept']])
      expect(rung).toHaveLength(2)
    })

    test('K-23 what the source has not signed is refused: no event, no dead letter, and it does not come back', async () => {
      const { seen, said } = await start()
      const [before, dead] = [await kept(), await deadLetters()]
      const body = Buffer.from(JSON.stringify(anEvent()))
      const late = new Date(Date.now() - 6 * MINUTE_MS)
      await bus.publish('doors', body, { secret: SECRET, header: null })
      await bus.publish('doors', body, { secret: SECRET, header: 't=1,v1=00' })
      await bus.publish('doors', body, { secret: randomBytes(16).toString('hex') })
      // Captured, and published again when the broker's clock is past the window.
      await bus.publish('doors', body, { secret: SECRET, at: late })
      await eventually('all four', async () => seen.length === 4)
      await allAnswered()
      expect(seen).toEqual(['refused', 'refused', 'refused', 'refused'])
      // However many there are, the log is told of them once a minute.
      expect(said.filter((message) => message.includes('not accepted'))).toHaveLength(1)
      expect([await kept(), await deadLetters()]).toEqual([before, dead])
    })

    test('K-23 events that waited at the broker for longer than the window of replays are good all the same', async () => {
      const event = anEvent()
      await bus.publish('doors', event, { secret: SECRET })
      // Seen from here the broker took it, and the source signed it, an hour ago.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60 * MINUTE_MS })
      const { seen } = await start()
      await isKept(event)
      expect(seen).toEqual(['kept'])
    })

    test('K-23 what holds no event is a dead letter with its reason; what came with it is kept', async () => {
      const { seen } = await start()
      const good = anEvent()
      const from = (await deadLetters()).length
      await bus.publish('doors', Buffer.from('{"id": "evt'), { secret: SECRET })
      await bus.publish('doors', [{ id: 'evt_of_no_door' }, good], { secret: SECRET })
      await bus.publish('doors', Buffer.from('{"id": "evt'), { secret: SECRET })
      await isKept(good)
      await eventually('all three', async () => seen.length === 3)
      await allAnswered()
      const dead = (await deadLetters()).slice(from)
      expect(dead).toHaveLength(2)
      expect(dead.map(({ error }) => error).sort()).toEqual([
        expect.stringContaining('door'),
        expect.stringContaining('JSON'),
      ])
      // The third is the first once more: one dead letter, which came twice.
      expect(dead.map(({ times }) => times).sort()).toEqual([1, 2])
      expect(seen).toEqual(['dead_letter', 'dead_letter', 'dead_letter'])
    })

    test('K-23 one message may hold more events than one call of the ingest routine takes', async () => {
      await start()
      const events = Array.from({ length: LARGE_BATCH_EVENTS }, anEvent)
      await bus.publish('doors', events, { secret: SECRET })
      await allAnswered()
      expect(await kept()).toEqual(expect.arrayContaining(events.map(({ id }) => id)))
    })

    test('K-23 a message that is larger than a webhook may be is refused to its publisher, and the others go on', async () => {
      await start()
      const large = { ...anEvent(), padding: 'x'.repeat(MESSAGE_MAX_BYTES) }
      await expect(bus.publish('doors', large, { secret: SECRET })).rejects.toThrow(/size exceeds/)
      const next = anEvent()
      await bus.publish('doors', next, { secret: SECRET })
      await isKept(next)
    })

    test('K-23 while the database is away nothing is lost, and no more is taken than a limit', async () => {
      const { seen, link } = await start()
      const admin = new pg.Client({ connectionString: inject('postgresUrl') })
      await admin.connect()
      // As a database that restarts: nobody gets in, and who was in is out.
      await admin.query(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS false`)
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
        database.name,
      ])
      const events = Array.from({ length: UNACKNOWLEDGED_MAX + 100 }, anEvent)
      await Promise.all(events.map((event) => bus.publish('doors', event, { secret: SECRET })))
      const connection = link.current()
      if (!connection) throw new Error('NATS is not away')
      const standing = await eventually('the limit', async () => {
        const [doors] = await ingestStanding(connection, ['doors'])
        return doors && doors.redelivered > 0 && doors.pending > 0 && doors
      })
      expect(standing.unacknowledged).toBeLessThanOrEqual(UNACKNOWLEDGED_MAX)
      expect(new Set(seen)).toEqual(new Set(['retried']))
      await admin.query(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS true`)
      await admin.end()
      await allAnswered()
      expect(await kept()).toEqual(expect.arrayContaining(events.map(({ id }) => id)))
    })

    test('K-23 two workers share what there is', async () => {
      const workers = await Promise.all([start(), start()])
      const events = Array.from({ length: 400 }, anEvent)
      await Promise.all(events.map((event) => bus.publish('doors', event, { secret: SECRET })))
      await allAnswered()
      expect(await kept()).toEqual(expect.arrayContaining(events.map(({ id }) => id)))
      for (const { seen } of workers) expect(seen.length).toBeGreaterThan(0)
      expect(workers.reduce((sum, { seen }) => sum + seen.length, 0)).toBe(events.length)
    })

    test('K-23 NATS killed in the middle and started again: all events are kept once, and nothing is left behind', async () => {
      await start()
      const events = Array.from({ length: 300 }, anEvent)
      const publish = (some: readonly object[]) =>
        Promise.all(some.map((event) => bus.publish('doors', event, { secret: SECRET })))
      const firstHalf = events.slice(0, events.length / 2)
      await publish(firstHalf)
      await bus.close()
      await nats.kill()
      await nats.start()
      bus = await openEventBus(nats.port)
      // What a single server has confirmed in its last moment may not be on its disk: who is not sure says it again.
      await publish(firstHalf)
      await publish(events.slice(events.length / 2))
      await allAnswered()
      const { rows } = await database
        .pool('superuser')
        .query<{ door: string }>(
          `SELECT payload ->> 'door' AS door FROM kernel.event WHERE payload ->> 'door' = ANY ($1) ORDER BY 1`,
          [events.map(({ door }) => door)],
        )
      expect(rows.map(({ door }) => door)).toEqual(events.map(({ door }) => door).sort())
    })

    test(
      'K-23 O-06 of three servers with three copies one is killed: what the others confirmed is not lost',
      async () => {
        const cluster = await startNatsCluster(program.path ?? '', 3)
        const usual = { nats, bus }
        const [first, second, third] = cluster
        if (!first || !second || !third) throw new Error('three servers were started')
        try {
          nats = first
          bus = await openEventBus(first.port)
          const servers = cluster.map(({ port }) => `127.0.0.1:${port}`)
          const { link } = await start({ servers, replicas: 3 })
          const stream = await eventually('three copies', async () => {
            const { config, cluster: where } = await bus.stream('doors')
            return where?.replicas?.every(({ current }) => current) && { config, leader: where.leader }
          })
          expect(stream.config.num_replicas).toBe(3)
          const events = Array.from({ length: 200 }, anEvent)
          await Promise.all(
            events.slice(0, 100).map((event) => bus.publish('doors', event, { secret: SECRET })),
          )
          // The one that leads the stream, so that another has to.
          const leader = cluster[Number(stream.leader?.replace('node-', ''))]
          if (!leader) throw new Error(`${stream.leader} leads, and is none of ours`)
          await bus.close()
          await leader.kill()
          nats = leader === first ? second : first
          bus = await openEventBus(nats.port)
          for (const event of events.slice(100)) {
            await eventually('the broker to take it', () =>
              bus.publish('doors', event, { secret: SECRET }).then(
                () => true,
                () => undefined,
              ),
            )
          }
          await eventually('all of them', async () => {
            const all = new Set(await kept())
            return events.every(({ id }) => all.has(id))
          })
          await eventually('the connection', async () => link.current())
        } finally {
          await stopAll()
          await bus.close()
          await Promise.all(cluster.map((server) => server.close()))
          nats = usual.nats
          bus = usual.bus
        }
      },
      CLUSTER_TIMEOUT_MS,
    )

    test('K-23 O-06 a worker and an upstream need no more at the broker than the guide says', async () => {
      const usual = { nats, bus }
      const user = (name: string, publish: string, subscribe: string) =>
        `{ user: ${name}, password: secret, permissions: { publish: ${publish}, subscribe: ${subscribe} } }`
      nats = await startNatsServer(
        program.path ?? '',
        `authorization { users: [
           { user: root, password: secret }
           ${user('worker', '["countersign.live", "$JS.API.>", "$JS.ACK.>"]', '"_INBOX.>"')}
           ${user('cts', '"countersign.ingest.doors"', '"_INBOX.>"')} ] }`,
      )
      bus = await openEventBus(nats.port, { user: 'root', pass: 'secret' })
      const upstream = await openEventBus(nats.port, { user: 'cts', pass: 'secret' })
      try {
        const { seen } = await start({ identity: { user: 'worker', password: 'secret' } })
        const event = anEvent()
        await upstream.publish('doors', event, { secret: SECRET })
        await isKept(event)
        await allAnswered()
        expect(seen).toEqual(['kept'])
        await expect(upstream.publish('windows', event, { secret: SECRET })).rejects.toThrow(/permission/i)
      } finally {
        await stopAll()
        await upstream.close()
        await bus.close()
        await nats.close()
        nats = usual.nats
        bus = usual.bus
      }
    })

    test('K-23 a stream that somebody else has made for the subject is used as it is', async () => {
      await stopAll()
      const other = await startNatsServer(program.path ?? '')
      const otherBus = await openEventBus(other.port)
      const usual = nats
      try {
        await otherBus.makeStream({ name: 'OURS', subjects: ['countersign.ingest.doors'] })
        nats = other
        const event = anEvent()
        await otherBus.publish('doors', event, { secret: SECRET })
        await start()
        await isKept(event)
        expect((await otherBus.consumer('doors'))?.stream_name).toBe('OURS')
      } finally {
        await stopAll()
        nats = usual
        await otherBus.close()
        await other.close()
      }
    })
  },
)

import { randomUUID } from 'node:crypto'
import { signatureHeader } from '@countersign/kernel/events/webhook-signature.ts'
import { startLiveFeed } from '@countersign/kernel/live/live-feed.ts'
import { LIVE_SUBJECT, natsHints } from '@countersign/kernel/nats/nats-hints.ts'
import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { type EventBus, openEventBus } from '@countersign/testkit/event-bus.ts'
import { type EventStream, openEventStream } from '@countersign/testkit/event-stream.ts'
import { natsServerForTests } from '@countersign/testkit/find-nats-server.ts'
import { freePort } from '@countersign/testkit/free-port.ts'
import { type NatsServer, startNatsServer } from '@countersign/testkit/nats-server-process.ts'
import { eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type ServerProcess, startServerProcess } from '@countersign/testkit/server-process.ts'
import type { WorkerProcess } from '@countersign/testkit/worker-process.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const START_TIMEOUT_MS = 180_000
const TEST_TIMEOUT_MS = 120_000
const BURSTS = 12
const BURST_EVENTS = 40
/** So long that nothing is found by looking from time to time. */
const NEVER_MS = 3_600_000

const program = await natsServerForTests()

let nats: NatsServer
let bus: EventBus
let product: Product
let returns: CountersignedReturns
let second: ServerProcess
let template: Record<string, unknown> & { data: Record<string, unknown> }
const workers: { readonly url: string; readonly process: WorkerProcess }[] = []

beforeAll(async () => {
  if (program.path === undefined) return
  nats = await startNatsServer(program.path)
  bus = await openEventBus(nats.port)
  const environment = { NATS_URL: nats.url }
  product = await startProduct({
    worker: false,
    serverEnvironment: environment,
    workerEnvironment: environment,
  })
  await startWorkers(2)
  second = await startServerProcess(product)
  returns = await countersignedReturns(product)
  const { events } = await product.upstream('/cts/events?after=0&limit=500')
  template = events.find(({ type }: { type: string }) => type === 'transfer.settled')
}, START_TIMEOUT_MS)
afterAll(async () => {
  await second?.stop()
  await product?.close()
  await bus?.close()
  await nats?.close()
})

async function startWorkers(count: number): Promise<void> {
  for (let nth = 0; nth < count; nth += 1) {
    const port = await freePort()
    const process = product.spawnWorker({ WORKER_PORT: String(port) })
    workers.push({ url: `http://127.0.0.1:${port}`, process })
  }
  for (const { url } of workers) {
    await eventually('a worker with its bus', async () => (await readiness(url))?.nats?.state === 'ok')
  }
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the worker said; tests look into it by path and compare
async function readiness(url: string): Promise<any> {
  const answer = await fetch(`${url}/readyz`).catch(() => undefined)
  return answer?.json()
}

/** What CTS would tell of transfers that nobody has heard of. */
function facts(count: number) {
  return Array.from({ length: count }, () => {
    const id = `tr_${randomUUID()}`
    return {
      ...template,
      id: `evt_${randomUUID()}`,
      subject: { kind: 'transfer', id },
      subject_version: 1,
      data: { ...template.data, id, version: 1 },
    }
  })
}
type Fact = ReturnType<typeof facts>[number]

const publish = (some: readonly Fact[]) => bus.publish('cts', some, { secret: product.webhookSecrets.cts[0] })
const subjects = (some: readonly Fact[]) => some.map(({ subject }) => subject.id)
const hears = (stream: EventStream, some: readonly Fact[]) =>
  eventually('everybody to hear of it', async () => {
    const heard = new Set(stream.changes.map(({ subject }) => subject))
    return subjects(some).every((id) => heard.has(id))
  })
const bearer = () => ({ authorization: `Bearer ${returns.ops.token}` })

async function keptOf(some: readonly Fact[]): Promise<number> {
  const { rows } = await product.superuser.query<{ kept: number }>(
    'SELECT count(*)::integer AS kept FROM kernel.event WHERE stream = ANY ($1)',
    [subjects(some).map((id) => `transfers.transfer/${id}`)],
  )
  return rows[0]?.kept ?? 0
}

describe.skipIf(program.path === undefined)(`with NATS (${program.remedy ?? program.version})`, () => {
  test(
    'K-23 K-29 O-06 what CTS publishes is kept by a worker, shown, and heard of at every server',
    async () => {
      const streams = await Promise.all(
        [product.url, second.url].map((url) => openEventStream(url, bearer())),
      )
      const told = facts(3)
      await publish(told)
      for (const stream of streams) await hears(stream, told)
      const record = await returns.ops.get(`/v1/entities/transfer/${told[0]?.subject.id}/timeline`)
      expect([record.status, record.body.entries.length]).toEqual([200, 1])
      for (const stream of streams) stream.cut()
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'K-29 O-06 new positions come by NATS alone, and a message says nothing but a position',
    async () => {
      const said: string[] = []
      await bus.listen(LIVE_SUBJECT, (text) => said.push(text))
      const feed = await startLiveFeed({
        pool: product.database.pool('app'),
        healIntervalMs: NEVER_MS,
        report: () => undefined,
        ...natsHints({
          settings: { servers: [`127.0.0.1:${nats.port}`] },
          name: 'test',
          report: () => undefined,
        }),
      })
      try {
        const from = feed.position()
        const told = facts(2)
        await publish(told)
        const head = await eventually(
          'the feed to move',
          async () => feed.position() > from && feed.position(),
        )
        expect(said.map((text) => Object.keys(JSON.parse(text)))).toEqual(said.map(() => ['position']))
        // Whoever can publish there makes nobody believe anything: the database is asked.
        await bus.say(LIVE_SUBJECT, JSON.stringify({ position: head + 1_000 }))
        await bus.say(LIVE_SUBJECT, 'nonsense')
        const more = facts(1)
        await publish(more)
        await eventually('the feed to move on', async () => feed.position() > head)
        const { rows } = await product.superuser.query<{ head: number }>(
          'SELECT position::integer AS head FROM kernel.event_head',
        )
        expect(feed.position()).toBeLessThanOrEqual(rows[0]?.head ?? 0)
      } finally {
        await feed.close()
      }
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'K-29 K-23 O-06 NATS is killed and started again in the middle: whoever listens, and comes back, misses nothing',
    async () => {
      const streams = await Promise.all(
        [product.url, second.url].map((url) => openEventStream(url, bearer())),
      )
      const told: Fact[] = []
      let rejoined: { readonly before: EventStream; after?: EventStream } | undefined
      for (let burst = 0; burst < BURSTS; burst += 1) {
        const some = facts(BURST_EVENTS)
        told.push(...some)
        if (burst === 4) {
          await bus.close()
          await nats.kill()
        }
        if (burst === 8) {
          await nats.start()
          bus = await openEventBus(nats.port)
        }
        // While the bus is away the upstream's webhooks and our poller go on; so does what people do.
        if (burst >= 4 && burst < 8) await ingestDirectly(some)
        else await publish(some)
        if (burst === 5) {
          const before = await openEventStream(second.url, bearer(), { resumeAfter: streams[1]?.lastId() })
          rejoined = { before }
          before.cut()
          await before.ended
        }
      }
      // What the broker confirmed in the moment before its crash may be lost with it; its publisher says it again.
      await publish(told)
      for (const stream of streams) await hears(stream, told)
      if (rejoined === undefined) throw new Error('nobody came back')
      rejoined.after = await openEventStream(product.url, bearer(), {
        resumeAfter: rejoined.before.lastId() ?? '0',
      })
      await hears(rejoined.after, told.slice(BURST_EVENTS * 6))
      for (const stream of [...streams, rejoined.after]) {
        // In order, and nothing in between is left out: the database's own list says so.
        const positions = [...new Set(stream.changes.map(({ position }) => position))]
        expect(positions).toEqual([...positions].sort((a, b) => a - b))
        const { rows } = await product.superuser.query<{ position: number }>(
          `SELECT position::integer AS position FROM kernel.ordered_event
            WHERE position BETWEEN $1 AND $2 AND cardinality(refs) > 0 ORDER BY position`,
          [positions[0], positions.at(-1)],
        )
        expect(positions).toEqual(rows.map(({ position }) => position))
      }
      expect(await keptOf(told)).toBe(told.length)
      for (const stream of [...streams, rejoined.after]) stream.cut()
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'O-06 C-16 without NATS the product serves, says what is missing, and takes it up again',
    async () => {
      const [worker] = workers
      const ready = async () => (await (await fetch(`${product.url}/readyz`)).json()) as { nats?: string }
      expect((await ready()).nats).toBe('ok')
      await bus.close()
      await nats.kill()
      await eventually('the server to notice', async () => (await ready()).nats === 'unreachable')
      const away = await eventually('the worker to notice', async () => {
        const now = await readiness(worker?.url ?? '')
        return now?.nats?.state === 'unreachable' && now
      })
      expect(away).toMatchObject({ status: 'ready', database: 'ok' })
      const metrics = async () => (await fetch(`${worker?.url}/metrics`)).text()
      expect(await metrics()).toMatch(/^countersign_nats_connected 0$/m)
      const { id, key } = await returns.authorise()
      await returns.reaches(id, 'executed')
      expect(await returns.effects(key)).toBe(1)
      await nats.start()
      bus = await openEventBus(nats.port)
      await eventually('the bus', async () => (await readiness(worker?.url ?? ''))?.nats?.state === 'ok')
      expect(await metrics()).toMatch(/^countersign_nats_connected 1$/m)
      await eventually('the server', async () => (await ready()).nats === 'ok')
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'K-23 O-06 workers killed by SIGKILL in the middle of a flood: another takes over, each event is kept once',
    async () => {
      const told = facts(600)
      const sent = Promise.all(told.map((fact) => publish([fact])))
      await eventually('the first of them', async () => (await keptOf(told)) > 20)
      const doomed = workers.splice(0)
      for (const { process } of doomed) process.signal('SIGKILL')
      await sent
      expect(await keptOf(told)).toBeLessThan(told.length)
      await startWorkers(1)
      await eventually('all of them', async () => (await keptOf(told)) === told.length)
      const standing = await eventually('all answered for', async () => {
        const { nats: state } = await readiness(workers[0]?.url ?? '')
        return state.ingest?.cts?.pending === 0 && state.ingest.cts.unacknowledged === 0 && state
      })
      expect(Object.keys(standing.ingest).sort()).toEqual(Object.keys(product.webhookSecrets).sort())
      const metrics = await (await fetch(`${workers[0]?.url}/metrics`)).text()
      expect(metrics).toMatch(/^countersign_ingest_messages\{source="cts",state="pending"\} 0$/m)
      expect(metrics).toMatch(/^countersign_ingest_delay_seconds_count\{source="cts",outcome="kept"\} [1-9]/m)
    },
    TEST_TIMEOUT_MS,
  )
})

/** As a webhook at the second server. */
async function ingestDirectly(some: readonly Fact[]): Promise<void> {
  const body = Buffer.from(JSON.stringify(some))
  const answer = await fetch(`${second.url}/v1/ingest/cts`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'countersign-signature': signatureHeader(body, product.webhookSecrets.cts[0], new Date()),
    },
    body: new Uint8Array(body),
  })
  expect(answer.status).toBe(202)
}

import type { BenchEnvironment } from './bench-environment.ts'
import { cpuSeconds, cpuSecondsOfFamily, inOwnProcess } from './child-process.ts'
import type { IngestAnswer, IngestTask } from './ingest-process.ts'
import type { Row } from './results.ts'
import { whole } from './whole.ts'

const CONNECTIONS = 16
const ROUNDS = 5
const SINGLES = 4_000
const BATCHES = 150
const BATCH_EVENTS = 100
const TARGETS = { single: 4_000, batched: 25_000 }
/** emmett's append, on the machine of the specification. */
const PEERS = { single: '2,600/s', batched: '19,000/s' }

/**
 * S-05: events taken in by signed webhook, deduplicated, their personal data sealed, and durable when the sender is told
 * so. Real events of CTS, one a request and a hundred.
 */
export async function ingestRows(environment: BenchEnvironment): Promise<Row[]> {
  const event = await eventOf(environment)
  const round = (eventsEach: number, deliveries: number) =>
    measure(environment, event, eventsEach, deliveries)
  await round(1, SINGLES / 10)
  const singles = []
  const batches = []
  for (let n = 0; n < ROUNDS; n += 1) {
    singles.push(await round(1, SINGLES))
    batches.push(await round(BATCH_EVENTS, BATCHES))
  }
  return [
    rowOf('by signed webhook, one a request', singles, PEERS.single, TARGETS.single),
    rowOf(`the same, ${BATCH_EVENTS} a request`, batches, PEERS.batched, TARGETS.batched),
  ]
}

type Measured = { readonly perSecond: number; readonly serverMs: number; readonly postgresMs: number }

function rowOf(what: string, measured: readonly Measured[], peer: string, target: number): Row {
  const sorted = measured.toSorted((a, b) => a.perSecond - b.perSecond)
  const middle = sorted[Math.floor(sorted.length / 2)] ?? { perSecond: 0, serverMs: 0, postgresMs: 0 }
  return {
    id: 'S-05',
    what: `events taken in ${what}, ${CONNECTIONS} connections`,
    value: `${whole(middle.perSecond)}/s`,
    limit: `${peer}, emmett's append`,
    target: `≥ ${whole(target)}/s`,
    met: middle.perSecond >= target,
    note: `CPU of one event: server ${middle.serverMs.toFixed(3)} ms, PostgreSQL ${middle.postgresMs.toFixed(3)} ms; every round: ${measured.map(({ perSecond }) => whole(perSecond)).join(', ')}`,
  }
}

async function measure(
  environment: BenchEnvironment,
  event: IngestTask['event'],
  eventsEach: number,
  deliveries: number,
): Promise<Measured> {
  const used = () =>
    [cpuSeconds(environment.server().pid), cpuSecondsOfFamily(environment.postgres.pid)] as const
  const before = used()
  const answer = await inOwnProcess<IngestTask, IngestAnswer>('bench/ingest-process.ts', {
    port: environment.port,
    source: 'cts',
    secret: environment.webhookSecrets.CTS ?? '',
    connections: CONNECTIONS,
    deliveries,
    eventsEach,
    event,
  })
  const after = used()
  if (answer.complaint !== undefined) throw new Error(`a delivery was refused: ${answer.complaint}`)
  if (answer.accepted !== answer.events) {
    throw new Error(`${answer.accepted} of ${answer.events} events were accepted`)
  }
  return {
    perSecond: answer.events / answer.seconds,
    serverMs: ((after[0] - before[0]) * 1000) / answer.events,
    postgresMs: ((after[1] - before[1]) * 1000) / answer.events,
  }
}

/** One that CTS has told of a transfer. */
export async function eventOf(environment: BenchEnvironment): Promise<IngestTask['event']> {
  const answer = await fetch(`${environment.sandboxUrl}/cts/events?after=0&limit=100`, {
    headers: { authorization: `Bearer ${environment.sandboxKey}` },
  })
  const { events } = (await answer.json()) as { events: { type: string }[] }
  const event = events.find(({ type }) => type === 'transfer.settled')
  if (!event) throw new Error('CTS has told of no settled transfer')
  return event
}

import {
  AckPolicy,
  type ConsumerInfo,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream'
import { Match, type NatsConnection, nanos } from '@nats-io/transport-node'
import type pg from 'pg'
import { type Bell, unrung } from '../duties/bell.ts'
import { INGEST_BATCH_MAX, ingestEvents, keepDeadLetter } from '../events/ingest-events.ts'
import type { IngestSource } from '../events/ingest-source.ts'
import { readDelivery } from '../events/read-delivery.ts'
import { signatureProblem } from '../events/webhook-signature.ts'
import { BODY_LIMIT_BYTES } from '../http/framework-failure.ts'
import { english } from '../languages/make-teller.ts'
import type { Sealer } from '../personal-data/sealing.ts'

const INGEST_STREAM = 'COUNTERSIGN_INGEST'
const INGEST_SUBJECTS = 'countersign.ingest.>'
/** What waits for us at the broker; beyond it a publisher is refused, and keeps what it has. */
const STREAM_MAX_BYTES = 1024 * 1024 * 1024
/** A message that a worker took and did not answer for is given to another after this. */
const ACK_WAIT_MS = 10_000
/** Messages of one source that are with workers at one time, over all of them. */
const UNACKNOWLEDGED_MAX_MESSAGES = 256
/** Messages of one source that one worker has in memory, and of those, how many it keeps at once. */
const BUFFER_MAX_MESSAGES = 32
const KEPT_AT_ONCE_MAX_MESSAGES = 4
/** Removed at one connection; what is left of a larger crash goes with the next ones. */
const LEFTOVERS_MAX_MESSAGES = 10_000
/** A message that could not be kept comes back after this; doubled each time, up to the longest. */
const RETRY_FIRST_MS = 500
const RETRY_LONGEST_MS = 30_000

/** Anybody who reaches the broker can cause refusals, as many as they like; the log is told how many. */
const REFUSALS_TOLD_EVERY_MS = 60_000

/** Kept: with the database; dead_letter: kept there, as it holds no event; refused: not signed by the source. */
export type IngestOutcome = 'kept' | 'dead_letter' | 'refused' | 'retried'

export type NatsIngestOptions = {
  readonly pool: pg.Pool
  readonly sealer: Sealer
  readonly source: IngestSource
  /** The source's webhook secrets in force. */
  readonly secrets: readonly string[]
  /** Servers that keep a copy of what is not yet taken over; only where this has to make the stream. */
  readonly replicas: number
  /** Rung when something new was taken in, so that lists follow at once. */
  readonly bell?: Pick<Bell, 'ring'>
  readonly report: (what: { level: 'info' | 'warn' | 'error'; message: string; error?: unknown }) => void
  /** @param seconds since the broker took the message */
  readonly observe: (seen: {
    readonly source: string
    readonly outcome: IngestOutcome
    readonly seconds: number
  }) => void
}

/** The subject on which the events of a source are published, each message signed as its webhook would be. */
export function ingestSubject(source: string): string {
  return `countersign.ingest.${source}`
}

/**
 * Takes over the events of one source from JetStream until the signal fires. Any number of workers may: they share one
 * durable consumer. A message is acknowledged once the database has committed it; what comes again is a duplicate.
 *
 * The signature's time is held against the time at which the broker took the message, so that events which wait for us
 * stay good, and a message that was captured and is published again later is refused.
 *
 * @throws Error where the connection ends, or the stream or the consumer cannot be had
 */
export async function ingestFromNats(
  connection: NatsConnection,
  options: NatsIngestOptions,
  signal: AbortSignal,
): Promise<void> {
  const { source, replicas, report } = options
  const manager = await jetstreamManager(connection)
  const subject = ingestSubject(source.source)
  const stream = await streamOf(manager, subject, replicas)
  const { ack_floor } = await manager.consumers.add(stream.name, {
    durable_name: durableOf(source.source),
    filter_subject: subject,
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: UNACKNOWLEDGED_MAX_MESSAGES,
    max_deliver: -1,
  })
  if (stream.isOurs) await removeLeftovers(manager, subject, ack_floor.stream_seq)
  const consumer = await jetstream(connection).consumers.get(stream.name, durableOf(source.source))
  const messages = await consumer.consume({
    max_messages: BUFFER_MAX_MESSAGES,
    abort_on_missing_resource: true,
  })
  const stop = () => messages.stop()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const keep = keeper(options)
  const underWay = new Set<Promise<void>>()
  try {
    for await (const message of messages) {
      const one = keep(message).catch((error: unknown) =>
        // Kept or not, it comes again and is a duplicate then.
        report({ level: 'warn', message: `a message of ${source.source} could not be answered for`, error }),
      )
      underWay.add(one)
      void one.then(() => underWay.delete(one))
      if (underWay.size >= KEPT_AT_ONCE_MAX_MESSAGES) await Promise.race(underWay)
    }
    if (!signal.aborted) throw new Error(`the messages of ${source.source} have ended`)
  } finally {
    signal.removeEventListener('abort', stop)
    await Promise.all(underWay)
  }
}

export type IngestStanding = {
  readonly source: string
  /** Not yet given to any worker. */
  readonly pending: number
  /** With a worker, or waiting to be given to one again. */
  readonly unacknowledged: number
  /** Of those, given more than once. */
  readonly redelivered: number
}

/** @throws Error where the connection is lost, or the source's consumer is not there (yet) */
export async function ingestStanding(
  connection: NatsConnection,
  sources: readonly string[],
): Promise<IngestStanding[]> {
  const manager = await jetstreamManager(connection, { checkAPI: false })
  return Promise.all(
    sources.map(async (source) => {
      const stream = await manager.streams.find(ingestSubject(source))
      const info: ConsumerInfo = await manager.consumers.info(stream, durableOf(source))
      return {
        source,
        pending: info.num_pending,
        unacknowledged: info.num_ack_pending,
        redelivered: info.num_redelivered,
      }
    }),
  )
}

function durableOf(source: string): string {
  return `countersign-ingest-${source}`
}

/** The stream that takes this subject, whoever made it; made here where there is none. */
async function streamOf(
  manager: JetStreamManager,
  subject: string,
  replicas: number,
): Promise<{ readonly name: string; readonly isOurs: boolean }> {
  try {
    const name = await manager.streams.find(subject)
    return { name, isOurs: name === INGEST_STREAM }
  } catch (error) {
    const none = error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound
    if (!none) throw error
  }
  // Of several workers that find none all make the same, which is one.
  await manager.streams.add({
    name: INGEST_STREAM,
    subjects: [INGEST_SUBJECTS],
    storage: StorageType.File,
    // What has been taken over is in the database; what has not is never thrown away for what is newer.
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    allow_direct: true,
    max_bytes: STREAM_MAX_BYTES,
    // As much as a webhook may have: whoever publishes more is told so by the broker.
    max_msg_size: BODY_LIMIT_BYTES,
    num_replicas: replicas,
  })
  return { name: INGEST_STREAM, isOurs: true }
}

/**
 * A broker that crashed may have written that a message is acknowledged and not that it is gone: nobody would ever get it
 * again, and the stream would fill up with its like. One by one: a purge by subject makes a consumer of nats-server 2.9
 * forget what its workers have not answered for.
 *
 * @param through all messages of the subject up to this sequence number are acknowledged
 */
async function removeLeftovers(manager: JetStreamManager, subject: string, through: number): Promise<void> {
  for (let removed = 0; removed < LEFTOVERS_MAX_MESSAGES; removed += 1) {
    const first = await manager.direct.getMessage(INGEST_STREAM, { seq: 1, next_by_subj: subject })
    if (first === null || first.seq > through) return
    await manager.streams.deleteMessage(INGEST_STREAM, first.seq, false)
  }
}

/** What is done with one message, to its answer. */
function keeper({ pool, sealer, source, secrets, bell = unrung, report, observe }: NatsIngestOptions) {
  const { source: name } = source
  let failing = false
  const failed = (error: unknown) => {
    if (!failing) report({ level: 'warn', message: `events of ${name} cannot be kept; they wait`, error })
    failing = true
  }
  const kept = () => {
    if (failing) report({ level: 'info', message: `events of ${name} are kept again` })
    failing = false
  }
  let untold = 0
  let toldAt = Number.NEGATIVE_INFINITY
  const refused = (why: string) => {
    untold += 1
    if (performance.now() - toldAt < REFUSALS_TOLD_EVERY_MS) return
    report({ level: 'warn', message: `messages in the name of ${name} not accepted: ${untold}; ${why}` })
    untold = 0
    toldAt = performance.now()
  }
  return async (message: JsMsg): Promise<void> => {
    const taken = message.time
    const seen = (outcome: IngestOutcome) =>
      observe({ source: name, outcome, seconds: Math.max(0, Date.now() - taken.getTime()) / 1_000 })
    const body = Buffer.from(message.data)
    const header = message.headers?.get('Countersign-Signature', Match.IgnoreCase)
    const problem = signatureProblem(header, body, secrets, taken)
    if (problem !== undefined) {
      // Never among the dead letters: those can be replayed, and this is not known to be the source's.
      message.term()
      refused(english(problem))
      return seen('refused')
    }
    let outcome: IngestOutcome
    try {
      outcome = await keepDelivery(pool, sealer, source, bell, body)
    } catch (error) {
      failed(error)
      message.nak(retryDelayMs(message.info.deliveryCount))
      return seen('retried')
    }
    kept()
    message.ack()
    seen(outcome)
  }
}

async function keepDelivery(
  pool: pg.Pool,
  sealer: Sealer,
  source: IngestSource,
  bell: Pick<Bell, 'ring'>,
  body: Buffer,
): Promise<'kept' | 'dead_letter'> {
  const delivery = readDelivery(body)
  if ('unreadable' in delivery) {
    await keepDeadLetter(pool, sealer, source.source, delivery.text, delivery.unreadable)
    return 'dead_letter'
  }
  const { events, sent } = delivery
  let anyDead = false
  for (let from = 0; from < events.length; from += INGEST_BATCH_MAX) {
    const batch = events.slice(from, from + INGEST_BATCH_MAX)
    const told = await ingestEvents(pool, sealer, source, batch, (index) => sent(from + index))
    if (told.accepted > 0) bell.ring()
    anyDead ||= told.dead_lettered > 0
  }
  return anyDead ? 'dead_letter' : 'kept'
}

/** @param deliveries how often it has been given to a worker by now, from 1 */
function retryDelayMs(deliveries: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** Math.min(deliveries - 1, 16), RETRY_LONGEST_MS)
}

import type { BenchEnvironment } from './bench-environment.ts'
import { inOwnProcess } from './child-process.ts'
import { eventOf } from './ingest-rate.ts'
import { caughtUp } from './projections.ts'
import { quantiles } from './quantiles.ts'
import type { Row } from './results.ts'
import type { StreamAnswer, StreamTask } from './stream-process.ts'
import { whole } from './whole.ts'

const CONSOLES = 1_000
const EVENTS_PER_SECOND = 50
const SECONDS = 20
const TARGETS = { ms: 150, bytesEach: 60_000 }
/** Of the specification: frames sent to as many sockets, without events, projections or permissions. */
const BARE = { ms: '19 ms, bare fan-out', bytesEach: '28 kB, bare fan-out' }

/**
 * S-10: from an upstream's telling of a record until the consoles that listen have heard of it: taken in, its personal data sealed,
 * placed, projected, and shown to those who may read it. The worker is at work.
 */
export async function liveRows(environment: BenchEnvironment): Promise<Row[]> {
  const worker = await environment.startWorker()
  try {
    // The seeded world is told of first: nobody listens to that.
    await caughtUp(environment)
    const { sent, took, bytesEach } = await inOwnProcess<StreamTask, StreamAnswer>(
      'bench/stream-process.ts',
      {
        port: environment.port,
        serverPid: environment.server().pid,
        tokens: await Promise.all(
          Array.from({ length: CONSOLES }, (_, n) =>
            environment.token(`bench-listener-${n}`, 'transfers/OPS'),
          ),
        ),
        source: 'cts',
        secret: environment.webhookSecrets.CTS ?? '',
        eventsPerSecond: EVENTS_PER_SECOND,
        seconds: SECONDS,
        event: await eventOf(environment),
      },
    )
    const { p50, p99, max } = quantiles(took)
    return [
      {
        id: 'S-10',
        what: `event → heard by a console, ${whole(CONSOLES)} consoles, ${EVENTS_PER_SECOND} events/s`,
        value: `p99 ${p99.toFixed(0)} ms`,
        limit: BARE.ms,
        target: `≤ ${TARGETS.ms} ms`,
        met: p99 <= TARGETS.ms,
        note: `p50 ${p50.toFixed(0)} ms, max ${max.toFixed(0)} ms; ${whole(sent)} events, each heard by every console; the listeners are one process on the same cores`,
      },
      ...(bytesEach === undefined
        ? []
        : [
            {
              id: 'S-10',
              what: "the server's memory for one console that listens",
              value: `${(bytesEach / 1000).toFixed(0)} kB`,
              limit: BARE.bytesEach,
              target: `≤ ${TARGETS.bytesEach / 1000} kB`,
              met: bytesEach <= TARGETS.bytesEach,
              note: 'resident memory with all of them, less that with none',
            },
          ]),
    ]
  } finally {
    await worker.end()
  }
}

import type { IngestSource } from '@countersign/kernel/events/ingest-source.ts'
import {
  type IngestStanding,
  ingestFromNats,
  ingestStanding,
  type NatsIngestOptions,
} from '@countersign/kernel/nats/ingest-consumer.ts'
import { announcePosition } from '@countersign/kernel/nats/nats-hints.ts'
import { openNatsLink } from '@countersign/kernel/nats/nats-link.ts'
import { makeSealer } from '@countersign/kernel/personal-data/sealing.ts'
import type pg from 'pg'
import type { WorkerConfig } from './config.ts'
import { natsSettings } from './nats-config.ts'

export type WorkerBus = {
  readonly isConnected: () => boolean
  /** Why there is no connection; null while there is one. */
  readonly lastProblem: () => string | null
  readonly announce: (position: number) => void
  /** What waits at the broker. @throws Error while the broker cannot be asked */
  readonly standing: () => Promise<readonly IngestStanding[]>
  readonly closed: Promise<void>
}

/** Takes over what upstreams publish to the event bus, and says there how far events have come. */
export function openWorkerBus(options: {
  readonly config: WorkerConfig
  /** As `countersign_sequencer`, of the bus alone: a flood of events leaves the other duties their connections. */
  readonly pool: pg.Pool
  readonly sources: readonly IngestSource[]
  readonly signal: AbortSignal
  readonly bell: NonNullable<NatsIngestOptions['bell']>
  readonly report: NatsIngestOptions['report']
  readonly observe: NatsIngestOptions['observe']
}): WorkerBus | undefined {
  const { config, pool, signal, bell, report, observe } = options
  const settings = natsSettings(config)
  if (settings === undefined) return undefined
  const sealer = makeSealer(pool, config.SEALING_KEY)
  const signed = options.sources.flatMap((source) => {
    const secrets = config.ingestSecrets[source.source] ?? []
    return secrets.length === 0 ? [] : [{ source, secrets }]
  })
  const link = openNatsLink({
    settings,
    name: 'countersign-worker',
    signal,
    report,
    async work(connection, over) {
      const replicas = config.NATS_STREAM_REPLICAS
      await Promise.all(
        signed.map(({ source, secrets }) =>
          ingestFromNats(
            connection,
            { pool, sealer, source, secrets, replicas, bell, report, observe },
            over,
          ),
        ),
      )
    },
  })
  return {
    isConnected: () => link.current() !== undefined,
    lastProblem: link.lastProblem,
    announce: (position) => announcePosition(link, position),
    async standing() {
      const current = link.current()
      if (current === undefined) throw new Error('there is no connection to NATS')
      return ingestStanding(
        current,
        signed.map(({ source }) => source.source),
      )
    },
    closed: link.closed,
  }
}

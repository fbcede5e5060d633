import { REQUEST_STATES } from '@countersign/kernel/actions/request-record.ts'
import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import type { WaitingEffects } from '@countersign/kernel/connectors/waiting-effects.ts'
import type { NatsIngestOptions } from '@countersign/kernel/nats/ingest-consumer.ts'
import type { ProjectionLag } from '@countersign/kernel/projections/projection-lag.ts'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { WorkerBus } from './worker-bus.ts'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export type Metrics = {
  readonly registry: Registry
  readonly observeRequest: (seen: { route: string; method: string; status: number; seconds: number }) => void
  /** Requests by the state that they have come to. */
  readonly observeMove: (moved: { action: string; state: string }) => void
  /** Makes the series of an action known before anything has happened to it. */
  readonly expectActions: (actions: Iterable<string>) => void
  /** Reads, at each scrape, how far projections are behind (K-24). */
  readonly watchProjections: (read: () => Promise<readonly ProjectionLag[]>) => void
  readonly observeUpstream: (call: {
    upstream: string
    method: string
    outcome: string
    seconds: number
  }) => void
  /** Reads, at each scrape, the circuits of this process, and what waits for upstreams and is held back (K-36, O-15). */
  readonly watchUpstreams: (
    connectors: readonly UpstreamHttp[],
    read: () => Promise<readonly WaitingEffects[]>,
    onProblem: (error: unknown) => void,
  ) => void
  /** A message from the event bus, and what became of it. */
  readonly observeIngest: NatsIngestOptions['observe']
  /** Reads, at each scrape, what waits at the event bus. */
  readonly watchBus: (
    bus: Pick<WorkerBus, 'isConnected' | 'standing'>,
    onProblem: (error: unknown) => void,
  ) => void
}

export function makeMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'countersign_http_request_duration_seconds',
    help: 'Time to answer, by route template',
    labelNames: ['route', 'method', 'status'],
    buckets: SECONDS,
    registers: [registry],
  })
  const upstreamCalls = new Counter({
    name: 'countersign_upstream_calls_total',
    help: 'Calls to upstreams by outcome',
    labelNames: ['upstream', 'method', 'outcome'],
    registers: [registry],
  })
  const upstreamSeconds = new Histogram({
    name: 'countersign_upstream_call_duration_seconds',
    help: 'Time an upstream took',
    labelNames: ['upstream', 'method'],
    buckets: SECONDS,
    registers: [registry],
  })
  const moves = new Counter({
    name: 'countersign_action_requests_total',
    help: 'Action requests that came to a state, as moved by this process',
    labelNames: ['action', 'state'],
    registers: [registry],
  })
  const ingestDelay = new Histogram({
    name: 'countersign_ingest_delay_seconds',
    help: 'Time from when the event bus took a message until it was kept, or what else became of it',
    labelNames: ['source', 'outcome'],
    buckets: [...SECONDS, 60, 600, 3_600],
    registers: [registry],
  })
  return {
    registry,
    observeIngest: ({ source, outcome, seconds }) => ingestDelay.observe({ source, outcome }, seconds),
    watchBus(bus, onProblem) {
      new Gauge({
        name: 'countersign_nats_connected',
        help: '1 while there is a connection to the event bus',
        registers: [registry],
        collect() {
          this.set(bus.isConnected() ? 1 : 0)
        },
      })
      new Gauge({
        name: 'countersign_ingest_messages',
        help: 'Messages at the event bus: pending, with no worker yet; unacknowledged, with one; redelivered, of those',
        labelNames: ['source', 'state'],
        registers: [registry],
        async collect() {
          // What is not known is not exposed: an old figure would look like a quiet bus.
          this.reset()
          if (!bus.isConnected()) return
          try {
            for (const { source, ...figures } of await bus.standing()) {
              for (const [state, count] of Object.entries(figures)) this.set({ source, state }, count)
            }
          } catch (error) {
            onProblem(error)
          }
        },
      })
    },
    watchUpstreams(connectors, read, onProblem) {
      new Gauge({
        name: 'countersign_upstream_circuit_open',
        help: '1 while this process leaves an upstream alone, or only probes it',
        labelNames: ['upstream'],
        registers: [registry],
        collect() {
          for (const { name, circuit } of connectors) {
            this.set({ upstream: name }, circuit.snapshot().state === 'closed' ? 0 : 1)
          }
        },
      })
      const figure = (name: string, help: string, value: (of: WaitingEffects | undefined) => number) =>
        new Gauge({
          ...{ name, help, labelNames: ['upstream'], registers: [registry] },
          async collect() {
            // What is not known is not exposed: an old figure would look like an empty queue.
            this.reset()
            try {
              const found = await read()
              for (const { name: upstream } of connectors) {
                this.set({ upstream }, value(found.find((one) => one.upstream === upstream)))
              }
            } catch (error) {
              onProblem(error)
            }
          },
        })
      figure('countersign_upstream_paused', '1 while people hold an upstream back', (of) =>
        of?.paused ? 1 : 0,
      )
      figure(
        'countersign_upstream_effects_waiting',
        'Authorised effects of which it is not known yet what came of them',
        (of) => of?.effects ?? 0,
      )
    },
    observeMove: ({ action, state }) => moves.inc({ action, state }),
    expectActions(actions) {
      for (const action of actions) for (const state of REQUEST_STATES) moves.inc({ action, state }, 0)
    },
    watchProjections(read) {
      const failing = new Gauge({
        name: 'countersign_projection_failing',
        help: '1 while a projection has stopped by an error',
        labelNames: ['projection'],
        registers: [registry],
      })
      const leftOut = new Gauge({
        name: 'countersign_projection_left_out_events',
        help: 'Events that a projection could not hold and leaves out',
        labelNames: ['projection'],
        registers: [registry],
      })
      new Gauge({
        name: 'countersign_projection_behind_ms',
        help: 'Age of the oldest committed fact that a projection does not show',
        labelNames: ['projection'],
        registers: [registry],
        async collect() {
          for (const lag of await read()) {
            this.set({ projection: lag.name }, lag.behindMs)
            failing.set({ projection: lag.name }, lag.failing ? 1 : 0)
            leftOut.set({ projection: lag.name }, lag.leftOut)
          }
        },
      })
    },
    observeRequest: ({ route, method, status, seconds }) =>
      requests.observe({ route, method, status: String(status) }, seconds),
    observeUpstream: ({ upstream, method, outcome, seconds }) => {
      upstreamCalls.inc({ upstream, method, outcome })
      upstreamSeconds.observe({ upstream, method }, seconds)
    },
  }
}

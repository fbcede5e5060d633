import { createPrivateKey, createPublicKey } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { hostname } from 'node:os'
import { runDispatcher } from '@countersign/kernel/actions/dispatcher.ts'
import { emailChannel } from '@countersign/kernel/alerts/email-channel.ts'
import { runAlerts } from '@countersign/kernel/alerts/run-alerts.ts'
import type { AlertChannels } from '@countersign/kernel/alerts/send-alert.ts'
import { webhookChannel } from '@countersign/kernel/alerts/webhook-channel.ts'
import { cosignedBy } from '@countersign/kernel/audit/http-witness.ts'
import { runSequencer } from '@countersign/kernel/audit/sequencer.ts'
import { type SignerKey, verifierKey } from '@countersign/kernel/audit/signed-note.ts'
import { runSigner } from '@countersign/kernel/audit/signer.ts'
import { type Witness, witnessDirectory } from '@countersign/kernel/audit/witness-directory.ts'
import { runUpstreamReports } from '@countersign/kernel/connectors/report-upstreams.ts'
import { waitingEffects } from '@countersign/kernel/connectors/waiting-effects.ts'
import { projectionsOf } from '@countersign/kernel/console.ts'
import { makePool } from '@countersign/kernel/db/make-pool.ts'
import { runReplays } from '@countersign/kernel/dead-letters/run-replays.ts'
import { makeBell } from '@countersign/kernel/duties/bell.ts'
import { WORK_CHANNEL } from '@countersign/kernel/duties/call-workers.ts'
import { makeDutyLog } from '@countersign/kernel/duties/duty-log.ts'
import type { Job } from '@countersign/kernel/duties/jobs.ts'
import { runPoller } from '@countersign/kernel/events/poller.ts'
import { runLocalSources } from '@countersign/kernel/events/run-local-sources.ts'
import { runEvidenceSweep } from '@countersign/kernel/evidence/sweep-evidence.ts'
import { outgoingAddresses } from '@countersign/kernel/http/outgoing-address.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import { postgresHints } from '@countersign/kernel/live/postgres-hints.ts'
import { makeKernel } from '@countersign/kernel/make-kernel.ts'
import { makeSealer } from '@countersign/kernel/personal-data/sealing.ts'
import { projectionLag } from '@countersign/kernel/projections/projection-lag.ts'
import { runProjector } from '@countersign/kernel/projections/projector.ts'
import { runPurge } from '@countersign/kernel/retention/purge-expired.ts'
import { countCall } from '@countersign/kernel/series/count-call.ts'
import { makeSeriesRecorder } from '@countersign/kernel/series/record-series.ts'
import { runSeries } from '@countersign/kernel/series/run-series.ts'
import { makeDatabaseClock } from '@countersign/kernel/time/database-clock.ts'
import type { WorkerConfig } from './config.ts'
import { composeConsoles } from './consoles.ts'
import { evidenceSettings } from './evidence-settings.ts'
import { makeLogger } from './logger.ts'
import { makeMetrics } from './metrics.ts'
import { roles } from './roles.ts'
import { serveWorkerHealth } from './serve-worker-health.ts'
import { openWorkerBus } from './worker-bus.ts'
import { workerReadiness } from './worker-readiness.ts'

const DISPATCHER_CONNECTIONS = 10
const SEQUENCER_CONNECTIONS = 10
const SIGNER_CONNECTIONS = 2
const INGEST_CONNECTIONS = 6
/** A duty that gets no connection says so, and tries again; what was to be ingested goes back to the event bus. */
const SIGNAL_LISTENERS_MAX = 100

export type RunningWorker = {
  /** Where it answers `/healthz`, `/readyz` and `/metrics`. */
  readonly healthUrl: Promise<string>
  readonly stop: () => Promise<void>
}

/** Everything that happens behind the answers: dispatch, order, project, sign, poll. Any number may run. */
export function work(config: WorkerConfig, compose: typeof composeConsoles = composeConsoles): RunningWorker {
  const logger = makeLogger(config.LOG_LEVEL, 'worker')
  const report = ({
    level,
    message,
    error,
    ...more
  }: {
    level: 'info' | 'warn' | 'error'
    message: string
    error?: unknown
  }) => logger[level]({ err: error, ...more }, message)
  const onIdleLost = (error: Error) => logger.warn({ err: error }, 'an idle database connection ended')
  const connect = (connectionString: string, max: number, name: string) =>
    makePool(connectionString, { max, name, onIdleLost })
  const dispatcherPool = connect(config.DISPATCHER_DATABASE_URL, DISPATCHER_CONNECTIONS, 'dispatcher')
  const sequencerPool = connect(config.SEQUENCER_DATABASE_URL, SEQUENCER_CONNECTIONS, 'sequencer')
  const signerPool = connect(config.SIGNER_DATABASE_URL, SIGNER_CONNECTIONS, 'signer')

  const ingestPool = connect(config.SEQUENCER_DATABASE_URL, INGEST_CONNECTIONS, 'ingest')

  const ingestSealer = makeSealer(sequencerPool, config.SEALING_KEY)

  const metrics = makeMetrics()
  const clock = makeDatabaseClock({ pool: dispatcherPool, report })
  const named = `worker@${hostname()}:${process.pid}`
  const log = makeDutyLog({ pool: dispatcherPool, process: named, report })
  const duty = (job: Job) => log.duty(job)
  const series = makeSeriesRecorder({ pool: dispatcherPool, now: clock.now, report })
  const { consoles, connectors } = compose(config.upstreams, (call) => {
    metrics.observeUpstream(call)
    countCall(series, call)
  })
  const kernel = makeKernel({
    pool: dispatcherPool,
    consoles,
    sealingKey: config.SEALING_KEY,
    roles,
    observeMove: metrics.observeMove,
    now: clock.now,
  })
  metrics.expectActions(kernel.actions.keys())
  metrics.watchUpstreams(
    connectors,
    () => waitingEffects(dispatcherPool),
    (error) => logger.warn({ err: error }, 'what waits for upstreams is not known'),
  )
  metrics.watchProjections(() => projectionLag(sequencerPool))
  const stopping = new AbortController()
  const { signal } = stopping
  // Each duty waits for its end in several places at a time.
  setMaxListeners(SIGNAL_LISTENERS_MAX, signal)
  const key = signerKey(config.AUDIT_ORIGIN, config.AUDIT_SIGNING_KEY)
  const next =
    config.AUDIT_NEXT_SIGNING_KEY === undefined
      ? undefined
      : signerKey(config.AUDIT_ORIGIN, config.AUDIT_NEXT_SIGNING_KEY)
  const onProblem = (error: unknown) =>
    report({ level: 'error', message: 'the audit log could not be advanced', error })

  const bell = makeBell()
  const bus = openWorkerBus({
    config,
    bell,
    pool: ingestPool,
    sources: consoles.flatMap((console) => console.ingest),
    signal,
    report,
    observe: metrics.observeIngest,
  })
  if (bus) {
    metrics.watchBus(bus, (error) => logger.warn({ err: error }, 'the event bus gave no figures'))
  }
  const health = serveWorkerHealth({
    host: config.WORKER_HOST,
    port: config.WORKER_PORT,
    registry: metrics.registry,
    readiness: () => workerReadiness(sequencerPool, bus),
    onProblem: (error) => logger.warn({ err: error }, 'the figures could not be read'),
  })
  const called = postgresHints({
    connectionString: config.DISPATCHER_DATABASE_URL,
    channel: WORK_CHANNEL,
    report,
  })
  const duties = Promise.all([
    health,
    bus?.closed,
    called(bell.ring, signal),
    runDispatcher({
      kernel,
      holder: `system:dispatcher@${hostname()}:${process.pid}`,
      leaseMs: config.DISPATCHER_LEASE_MS,
      bell,
      duty: duty('effects'),
      signal,
      report,
    }),
    runProjector({
      pool: sequencerPool,
      projections: projectionsOf(consoles),
      secrets: ingestSealer,
      bell,
      duty: duty('projections'),
      ...(bus ? { announce: bus.announce } : {}),
      signal,
      report,
    }),
    runPoller({
      pool: sequencerPool,
      sealer: ingestSealer,
      bell,
      sources: consoles.flatMap((console) => console.ingest),
      duty: (source) => log.duty(`${'history' satisfies Job}:${source}`),
      signal,
      report,
    }),
    runLocalSources({
      pool: ingestPool,
      sealer: ingestSealer,
      bell,
      sources: consoles.flatMap(({ finds }) => finds ?? []),
      duty: (source) => log.duty(`${'findings' satisfies Job}:${source}`),
      signal,
      report,
    }),
    runReplays({
      pool: sequencerPool,
      sealer: ingestSealer,
      bell,
      sources: consoles.flatMap(({ ingest, finds = [] }) => [...ingest, ...finds]),
      duty: duty('replays'),
      signal,
      report,
    }),
    runEvidenceSweep({ kernel, ...evidenceSettings(config), duty: duty('evidence'), signal, report }),
    runAlerts({
      kernel,
      channels: alertChannels(config, kernel),
      holder: `system:alerts@${hostname()}:${process.pid}`,
      publicUrl: config.PUBLIC_URL,
      duties: { watching: duty('alerts'), telling: duty('messages') },
      signal,
      report,
    }),
    clock.follow(signal),
    series.run(signal),
    runSeries({
      pool: dispatcherPool,
      queues: [...kernel.queues.values()],
      upstreams: connectors.map(({ name }) => name),
      now: clock.now,
      duty: duty('figures'),
      signal,
      report,
    }),
    log.run(signal),
    runUpstreamReports({
      pool: dispatcherPool,
      connectors,
      process: named,
      asksHealth: true,
      signal,
      report,
    }),
    runPurge({ pool: dispatcherPool, duty: duty('retention'), signal, report }),
    runSequencer({ pool: sequencerPool, bell, duty: duty('log_order'), signal, onProblem }),
    runSigner({
      pool: signerPool,
      duty: duty('log_signing'),
      signal,
      key,
      ...(next ? { next } : {}),
      witness: witnessOf(config, next ? [key, next] : [key]),
      onProblem,
      onHalt: ({ code, message }) => logger.fatal({ code }, message),
    }),
  ])
  duties.catch((error: unknown) => {
    logger.fatal({ err: error }, 'a duty of the worker ended; the process ends, to be started anew')
    process.exit(1)
  })
  return {
    healthUrl: health.then(({ url }) => url),
    async stop() {
      stopping.abort()
      await duties
      await (await health).close()
      const pools = [dispatcherPool, sequencerPool, signerPool, ingestPool]
      await Promise.all(pools.map((pool) => pool.end()))
    },
  }
}

/** The ways by which alerts leave the product, as far as they are configured. */
function alertChannels(config: WorkerConfig, { teller, now }: Kernel): AlertChannels {
  const { SMTP_URL: smtp, SMTP_FROM: from, ALERT_WEBHOOK_URL: webhook } = config
  return {
    ...(smtp === undefined || from === undefined ? {} : { email: emailChannel(smtp, from, teller) }),
    ...(webhook === undefined
      ? {}
      : {
          webhook: webhookChannel({
            url: webhook,
            secrets: config.alertWebhookSecrets,
            addresses: outgoingAddresses(config.OUTGOING_PRIVATE_NETWORKS),
            now,
          }),
        }),
  }
}

/** The directory, and beside it the witness that is reached over HTTP, where there is one. */
function witnessOf(config: WorkerConfig, keys: readonly SignerKey[]): Witness {
  const directory = witnessDirectory(config.WITNESS_DIRECTORY, keys)
  return config.WITNESS_URL === undefined || config.WITNESS_KEY === undefined
    ? directory
    : cosignedBy({ url: config.WITNESS_URL, key: config.WITNESS_KEY }, directory)
}

/** @param pem Ed25519, PKCS #8 */
function signerKey(origin: string, pem: string): SignerKey {
  const privateKey = createPrivateKey(pem)
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' }) as { x: string }
  return { ...verifierKey(origin, Buffer.from(x, 'base64url')), privateKey }
}

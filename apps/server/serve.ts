import { hostname } from 'node:os'
import { accessReviewRoutes } from '@countersign/kernel/access/access-review.ts'
import { forbidden } from '@countersign/kernel/access/forbidden.ts'
import { actionRoutes } from '@countersign/kernel/actions/action-routes.ts'
import { auditOf, originFacts } from '@countersign/kernel/actions/audit-parts.ts'
import { commitWrite, tellOfCommits } from '@countersign/kernel/actions/commit-write.ts'
import { actionsNotAsDeclared, declaredActions } from '@countersign/kernel/actions/declare-actions.ts'
import { type Failure, fail } from '@countersign/kernel/actions/failure.ts'
import { recordDenial } from '@countersign/kernel/actions/record-denial.ts'
import { requestRoutes } from '@countersign/kernel/actions/request-routes.ts'
import { alertRoutes } from '@countersign/kernel/alerts/alert-routes.ts'
import { approvalPolicyRoutes } from '@countersign/kernel/approvals/approval-policy-routes.ts'
import { inboxRoute } from '@countersign/kernel/approvals/inbox-route.ts'
import type { AuditFacts } from '@countersign/kernel/audit/audit-entry.ts'
import { readAuditHalt } from '@countersign/kernel/audit/audit-halt.ts'
import { auditRoutes } from '@countersign/kernel/audit/audit-routes.ts'
import { scopeOfConsole } from '@countersign/kernel/audit/scope-of-console.ts'
import { bulkRoutes } from '@countersign/kernel/bulk/bulk-routes.ts'
import { connectorRoutes } from '@countersign/kernel/connectors/connector-routes.ts'
import { runUpstreamReports } from '@countersign/kernel/connectors/report-upstreams.ts'
import { waitingEffects } from '@countersign/kernel/connectors/waiting-effects.ts'
import { makePool } from '@countersign/kernel/db/make-pool.ts'
import { deadLetterRoutes } from '@countersign/kernel/dead-letters/dead-letter-routes.ts'
import { makeWorkerCall } from '@countersign/kernel/duties/call-workers.ts'
import { jobRoutes } from '@countersign/kernel/duties/job-routes.ts'
import { watchJobs } from '@countersign/kernel/duties/watch-jobs.ts'
import { entityRoutes } from '@countersign/kernel/entities/entity-routes.ts'
import { listRoutes } from '@countersign/kernel/entities/list-routes.ts'
import { ingestRoutes } from '@countersign/kernel/events/ingest-routes.ts'
import { evidenceRoutes } from '@countersign/kernel/evidence/evidence-routes.ts'
import { drained, makeAdmission } from '@countersign/kernel/http/admission.ts'
import { leadToPublicUrl } from '@countersign/kernel/http/lead-to-public-url.ts'
import { makeHttpServer } from '@countersign/kernel/http/make-http-server.ts'
import type { Operation } from '@countersign/kernel/http/operation.ts'
import { makeRateLimit } from '@countersign/kernel/http/rate-limit.ts'
import { originOf } from '@countersign/kernel/http/request-origin.ts'
import { sendFailure } from '@countersign/kernel/http/send-answer.ts'
import {
  followConsoleGates,
  goesOnAs,
  withConsoleGates,
} from '@countersign/kernel/http/with-console-gates.ts'
import { makeTokenVerifier } from '@countersign/kernel/identity/bearer-token.ts'
import { makeAuthenticate } from '@countersign/kernel/identity/make-authenticate.ts'
import { meRoutes } from '@countersign/kernel/identity/me-routes.ts'
import type { Principal } from '@countersign/kernel/identity/principal.ts'
import { makeRefusalLog } from '@countersign/kernel/identity/refusal-log.ts'
import { signInProblemPage } from '@countersign/kernel/identity/sign-in-problem-page.ts'
import { makeSignIn } from '@countersign/kernel/identity/sign-in-routes.ts'
import { withRateLimits } from '@countersign/kernel/identity/with-rate-limits.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'
import { startLiveFeed } from '@countersign/kernel/live/live-feed.ts'
import { postgresHints } from '@countersign/kernel/live/postgres-hints.ts'
import { streamRoutes } from '@countersign/kernel/live/stream-routes.ts'
import { watchSessions } from '@countersign/kernel/live/watch-sessions.ts'
import { makeKernel } from '@countersign/kernel/make-kernel.ts'
import { natsHints } from '@countersign/kernel/nats/nats-hints.ts'
import { noteRoutes } from '@countersign/kernel/notes/note-routes.ts'
import { projectionLag } from '@countersign/kernel/projections/projection-lag.ts'
import { projectionRoutes } from '@countersign/kernel/projections/projection-routes.ts'
import { LIVE_CHANNEL } from '@countersign/kernel/projections/projector.ts'
import { correctionsRoutes } from '@countersign/kernel/queues/corrections-routes.ts'
import { queueRoutes } from '@countersign/kernel/queues/queue-routes.ts'
import { viewRoutes } from '@countersign/kernel/queues/view-routes.ts'
import { workRoutes } from '@countersign/kernel/queues/work-routes.ts'
import { revealRoutes } from '@countersign/kernel/reveal/reveal-routes.ts'
import { makeNameSearchLog } from '@countersign/kernel/search/name-search-log.ts'
import { searchRoutes } from '@countersign/kernel/search/search-routes.ts'
import { countAnswer, countCall } from '@countersign/kernel/series/count-call.ts'
import { makeSeriesRecorder } from '@countersign/kernel/series/record-series.ts'
import { seriesRoutes } from '@countersign/kernel/series/series-routes.ts'
import { makeDatabaseClock } from '@countersign/kernel/time/database-clock.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type pg from 'pg'
import type { ServerConfig } from './config.ts'
import { composeConsoles } from './consoles.ts'
import { evidenceSettings } from './evidence-settings.ts'
import { healthRoutes } from './health-routes.ts'
import { makeLogger } from './logger.ts'
import { makeMetrics } from './metrics.ts'
import { natsSettings } from './nats-config.ts'
import { roles } from './roles.ts'
import { webConsoleRoutes } from './web-console.ts'

/** How long requests under way may take to end when the server is told to. */
const DRAIN_MAX_MS = 10_000
const APP_CONNECTIONS = 20
const AUDITOR_CONNECTIONS = 4
/** How long the answer "is the log halted?" is believed. */
const HALT_CACHE_MS = 1_000

export type RunningServer = {
  readonly url: string
  /** Everything that is served. */
  readonly operations: readonly Operation[]
  readonly close: () => Promise<void>
}

/** Whoever asks is told that the database is away rather than kept waiting. */

/** Starts the HTTP server: reads its configuration, wires the parts, listens. */
export async function serve(
  config: ServerConfig,
  compose: typeof composeConsoles = composeConsoles,
): Promise<RunningServer> {
  const metrics = makeMetrics()
  const logger = makeLogger(config.LOG_LEVEL, 'server')
  const onIdleLost = (error: Error) => logger.warn({ err: error }, 'an idle database connection ended')
  const pool = makePool(config.APP_DATABASE_URL, { max: APP_CONNECTIONS, name: 'server', onIdleLost })
  const auditorPool = makePool(config.AUDITOR_DATABASE_URL, {
    ...{ max: AUDITOR_CONNECTIONS, name: 'explorer', onIdleLost },
  })
  const report = ({ level, message, error }: Told) => logger[level]({ err: error }, message)
  const clock = makeDatabaseClock({ pool, report })
  await clock.read()
  const series = makeSeriesRecorder({ pool, now: clock.now, report })
  const { consoles, connectors } = compose(config.upstreams, (call) => {
    metrics.observeUpstream(call)
    countCall(series, call)
  })
  const kernel = makeKernel({
    pool,
    auditor: auditorPool,
    consoles,
    sealingKey: config.SEALING_KEY,
    roles,
    observeMove: metrics.observeMove,
    now: clock.now,
  })
  for (const action of await actionsNotAsDeclared(pool, declaredActions(kernel.consoles))) {
    logger.error(
      { action },
      'the database knows this action otherwise than it is declared: run countersign migrate',
    )
  }
  metrics.expectActions(kernel.actions.keys())
  metrics.watchUpstreams(
    connectors,
    () => waitingEffects(pool),
    (error) => logger.warn({ err: error }, 'what waits for upstreams is not known'),
  )
  metrics.watchProjections(() => projectionLag(pool))

  const refusals = makeRefusalLog({
    pool,
    now: kernel.now,
    entriesPerMinute: config.REFUSAL_ENTRIES_PER_MINUTE,
    report: (error) => logger.error({ err: error }, 'counted refusals could not be written; they are kept'),
  })
  const nameSearches = makeNameSearchLog({
    pool,
    now: kernel.now,
    report: (error) => logger.error({ err: error }, 'counted searches could not be written; they are kept'),
  })
  const addresses = makeRateLimit(config.ANONYMOUS_RATE_LIMIT_PER_MINUTE, kernel.now)
  const principals = makeRateLimit(config.RATE_LIMIT_PER_MINUTE, kernel.now)
  const signIn = makeSignIn({
    kernel,
    issuer: config.OIDC_ISSUER,
    clientId: config.OIDC_CLIENT_ID,
    clientSecret: config.OIDC_CLIENT_SECRET,
    publicUrl: config.PUBLIC_URL,
    refusals,
    rolesClaim: config.OIDC_ROLES_CLAIM,
    roles,
    idleS: config.SESSION_IDLE_S,
    absoluteS: config.SESSION_ABSOLUTE_S,
    report,
  })
  const identify = makeAuthenticate({
    pool,
    verifyToken: makeTokenVerifier({
      issuer: config.OIDC_ISSUER,
      audience: config.TOKEN_AUDIENCE,
      jwksUrl: config.TOKEN_JWKS_URL,
      publicKeyPem: config.TOKEN_PUBLIC_KEY,
      rolesClaim: config.OIDC_ROLES_CLAIM,
      personClaims: config.OIDC_PERSON_CLAIMS,
      roles,
      now: kernel.now,
    }),
    refreshRoles: signIn.refreshRoles,
    refusals,
    now: kernel.now,
  })
  const gates = new Map(
    kernel.consoles.flatMap(({ name, gate }) =>
      gate ? [[name, gate({ pool, now: kernel.now })] as const] : [],
    ),
  )
  await Promise.all([...gates.values()].map((gate) => gate.read()))
  const limited = withRateLimits(identify, {
    addresses,
    principals,
    isAction: (type) => kernel.actions.has(type),
  })
  const authenticate = withConsoleGates(limited, kernel, gates)

  let halt: { at: number; because: string | undefined } = {
    at: Number.NEGATIVE_INFINITY,
    because: undefined,
  }
  const readOnlyBecause = async () => {
    if (performance.now() - halt.at > HALT_CACHE_MS) {
      halt = { at: performance.now(), because: (await readAuditHalt(pool))?.message }
    }
    return halt.because
  }

  const nats = natsSettings(config)
  const bus = nats && natsHints({ settings: nats, name: 'countersign-server', report })
  const feed = await startLiveFeed({
    pool,
    hints:
      bus?.hints ??
      postgresHints({ connectionString: config.APP_DATABASE_URL, channel: LIVE_CHANNEL, report }),
    report,
  })
  const admission = makeAdmission()
  const app = await makeHttpServer({
    kernel,
    authenticate,
    admission,
    addresses,
    allowedOrigins: [new URL(config.PUBLIC_URL).origin],
    trustProxy: config.TRUST_PROXY,
    logger,
    observe(seen) {
      metrics.observeRequest(seen)
      countAnswer(series, seen)
    },
    readOnlyBecause,
    routes: [
      ...healthRoutes(
        kernel,
        connectors,
        metrics.registry,
        (error) => logger.error({ err: error }, 'the database did not answer whether all is ready'),
        bus?.isConnected,
      ),
      ...connectorRoutes(kernel, connectors),
      ...signIn.routes,
      ...meRoutes(kernel),
      ...accessReviewRoutes(kernel),
      ...actionRoutes(kernel),
      ...requestRoutes(kernel),
      ...bulkRoutes(kernel),
      ...queueRoutes(kernel),
      ...workRoutes(kernel),
      ...viewRoutes(kernel),
      ...correctionsRoutes(kernel),
      ...alertRoutes(kernel),
      ...deadLetterRoutes(kernel),
      ...projectionRoutes(kernel),
      ...seriesRoutes(kernel),
      ...jobRoutes(kernel),
      ...approvalPolicyRoutes(kernel),
      inboxRoute(kernel),
      ...entityRoutes(kernel),
      ...revealRoutes(kernel),
      ...listRoutes(kernel),
      ...noteRoutes(kernel),
      ...evidenceRoutes(kernel, { ...evidenceSettings(config), maxBytes: config.EVIDENCE_MAX_BYTES }),
      ...searchRoutes(kernel, nameSearches),
      ...streamRoutes(
        kernel,
        feed,
        async (request) => {
          delete request.principal
          const identity = await identify(request)
          return identity.ok ? goesOnAs(gates, kernel, request, identity.value) : undefined
        },
        watchSessions(pool, (error) => logger.warn({ err: error }, 'which sessions are over is not known')),
      ),
      ...kernel.consoles.flatMap((one) => one.routes?.(kernel) ?? []),
      ...ingestRoutes(kernel, (source) => config.ingestSecrets[source] ?? []),
      ...webConsoleRoutes(config.WEB_DIST),
    ],
  })
  app.addHook('onRequest', leadToPublicUrl(config.PUBLIC_URL))
  app.addHook('onSend', signInProblemPage)
  const closing = new AbortController()
  const callWorkers = makeWorkerCall({ pool, signal: closing.signal, report })
  tellOfCommits(pool, callWorkers)
  // What is written in other ways: what comes in from upstreams, say.
  app.addHook('onResponse', async ({ method, routeOptions }) => {
    if (method === 'GET' || method === 'HEAD' || routeOptions.config.operation?.readsOnly === true) return
    callWorkers()
  })
  await app.register(auditRoutes, {
    auditorPool,
    verifierKey: () => logKey(auditorPool),
    consoleLogs: kernel.consoles.flatMap((console) =>
      console.auditLog
        ? [{ console: console.name, log: console.auditLog, scope: scopeOfConsole(console) }]
        : [],
    ),
    consoles: kernel.consoles.map(({ name }) => name),
    async authorize(request: FastifyRequest, permission: string) {
      const identity = await authenticate(request)
      if (!identity.ok) return identity
      if (kernel.access.mayEver(identity.value, permission)) return identity
      const failure = forbidden(kernel, permission)
      await recordDenial(kernel, identity.value, originOf(request), {
        action: permission,
        movesMoney: false,
        code: failure.code,
        resource: request.url.split('?')[0],
      })
      return fail(failure)
    },
    // Revealing is a governed action of its own; until it is asked for, values stay redacted.
    mayReveal: async () => false,
    async record(request: FastifyRequest, principal: Principal, facts: RecordedFacts) {
      const committed = await commitWrite(pool, {
        tenant_id: null,
        events: [],
        audit: auditOf(kernel, {
          ...facts,
          actor: { id: principal.id, roles: principal.roles },
          ...originFacts(originOf(request)),
        }),
      })
      if (!committed.ok)
        throw new Error(`an audit entry could not be written: ${english(committed.failure.message)}`)
    },
    refuse: (request: FastifyRequest, reply: FastifyReply, failure: Failure) =>
      sendFailure(reply, request, failure),
  })

  const following = clock.follow(closing.signal)
  const recording = series.run(closing.signal)
  const gatesFollowed = followConsoleGates(gates, closing.signal, report)
  const watching = watchJobs({ pool, signal: closing.signal, report })
  const upstreamReports = runUpstreamReports({
    pool,
    connectors,
    process: `server@${hostname()}:${process.pid}`,
    asksHealth: false,
    signal: closing.signal,
    report,
  })
  await app.listen({ host: config.HOST, port: config.PORT })
  return {
    url: config.PUBLIC_URL,
    operations: app.operations,
    async close() {
      // Nobody new is let in; who is being served is served. A stream is nothing that ends by itself.
      const closed = app.close()
      await drained(admission, DRAIN_MAX_MS)
      app.server.closeAllConnections()
      await closed
      await feed.close()
      closing.abort()
      await upstreamReports
      await following
      await recording
      await gatesFollowed
      await watching
      await refusals.close()
      await nameSearches.close()
      await pool.end()
      await auditorPool.end()
    },
  }
}

type Told = { level: 'info' | 'warn' | 'error'; message: string; error?: unknown }
type RecordedFacts = Pick<AuditFacts, 'kind' | 'action' | 'target' | 'outcome' | 'detail'>

/** The newest key that signs this log, as a C2SP verifier key; known once the signer has begun. */
async function logKey(auditor: pg.Pool): Promise<string | undefined> {
  const { rows } = await auditor.query<{ verifier_key: string }>(
    'SELECT verifier_key FROM kernel.audit_signer_key ORDER BY valid_from_size DESC LIMIT 1',
  )
  return rows[0]?.verifier_key
}

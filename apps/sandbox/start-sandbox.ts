import Fastify from 'fastify'
import { z } from 'zod'
import { bankRoutes, SETTLES_WITHIN_S } from './banks/bank-routes.ts'
import { carrierRoutes } from './carriers/carrier-routes.ts'
import { complianceRoutes } from './compliance/compliance-routes.ts'
import type { SandboxConfig } from './config.ts'
import { NACHA_INTAKE } from './cts/commit-nacha-file.ts'
import { transferRoutes } from './cts/transfer-routes.ts'
import { type Database, openDatabase } from './database/database.ts'
import { edgeRoutes } from './edge/edge-routes.ts'
import { fileRoutes } from './files/file-routes.ts'
import { forgetStagedFiles } from './files/staged-file.ts'
import { gatewayRoutes } from './gateways/gateway-routes.ts'
import { watchBySchedule } from './gateways/watch-breakers.ts'
import { hostRoutes } from './hosts/host-routes.ts'
import { openApiDocument } from './http/openapi.ts'
import { forgetOldKeys } from './http/perform-once.ts'
import { refuse } from './http/problem.ts'
import { defineRoute, type Route } from './http/route.ts'
import {
  dropWhatWaited,
  requireApiKey,
  sendProblem,
  serveRoutes,
  speakProblems,
} from './http/serve-routes.ts'
import { outsidePartyRoutes, upstreamRoutes } from './http/upstream-routes.ts'
import { ledgerRoutes } from './ledger/ledger-routes.ts'
import { merchantRoutes } from './merchants/merchant-routes.ts'
import { settleBySchedule } from './merchants/settle-merchants.ts'
import { controlRoutes } from './misbehaviour/control-routes.ts'
import { misbehaveOnRequests } from './misbehaviour/misbehave-on-requests.ts'
import { createMisbehaviour } from './misbehaviour/misbehaviour.ts'
import { reconRoutes } from './recon/recon-routes.ts'
import { STATEMENT_INTAKE } from './recon/statement-intake.ts'
import { treasuryRoutes } from './treasury/treasury-routes.ts'
import { type AnyUpstream, EVERY_UPSTREAM, type Upstream } from './upstreams.ts'
import { deliverWebhooks } from './webhooks/deliver-webhooks.ts'
import { webhookRoutes } from './webhooks/webhook-routes.ts'
import { seedIfEmpty } from './world/seed-world.ts'
import { startTrickle } from './world/trickle.ts'
import { worldRoutes } from './world/world-routes.ts'

const BODY_LIMIT_BYTES = 1024 * 1024
/** Longer than an id or an Idempotency-Key may be, so that a schema refuses it and not the router. */
const PATH_PARAMETER_MAX_CHARACTERS = 1_000
const HOUSEKEEPING_INTERVAL_MS = 3_600_000
/** How long requests under way may take to end when the sandbox closes. */
const CLOSE_GRACE_MS = 2_000

/** Enough for every filter to find something. */
const TRANSACTIONS_IF_ABSENT = 500

export type Sandbox = {
  /** `http://127.0.0.1:8086`; the upstreams are below it: `/cts`, `/ledger`, `/recon`, `/compliance`, `/merchants`, `/gateways`, `/edge`, `/treasury`. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Starts the reference platform: migrates its database, fills it with a world where it is empty, listens on
 * loopback, delivers webhooks.
 *
 * @throws Error that says what to do when the database does not answer, is in use, or the port is taken
 */
export async function startSandbox(config: SandboxConfig): Promise<Sandbox> {
  const now = config.now ?? (() => new Date())
  const report = (error: Error) => {
    process.stderr.write(`sandbox: ${error.stack ?? error.message}\n`)
  }
  const transactions = config.transactions ?? TRANSACTIONS_IF_ABSENT
  const database = await openDatabase(config.databaseUrl)
  const misbehaviour = createMisbehaviour()
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: PATH_PARAMETER_MAX_CHARACTERS },
    forceCloseConnections: 'idle',
    frameworkErrors: (_error, request, reply) => {
      sendProblem(request, reply, refuse('malformed_url', 'The address cannot be decoded.'))
    },
  })
  const trickle = startTrickle(database, now, report)
  const ending: (() => Promise<void> | void)[] = [trickle.stop]
  const close = async () => {
    const impatient = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS)
    await app.close()
    clearTimeout(impatient)
    for (const end of ending) await end()
    await database.close()
  }
  try {
    speakProblems(app, report)
    const isWell = (upstream: AnyUpstream) => () => misbehaviour.rules(upstream).length === 0
    const own = (upstream: Upstream, routes: readonly Route[]) => [
      ...upstreamRoutes(database, upstream, isWell(upstream)),
      ...routes,
    ]
    const outside = (about: Parameters<typeof outsidePartyRoutes>[1], routes: readonly Route[]) => [
      ...outsidePartyRoutes(database, about, isWell(about.upstream)),
      ...routes,
    ]
    const bank = { upstream: 'banks', class: 'B', settles_within_s: SETTLES_WITHIN_S } as const
    const routesOf: Record<AnyUpstream, Route[]> = {
      cts: own('cts', [...transferRoutes(database, now), ...fileRoutes(database, now, NACHA_INTAKE)]),
      ledger: own('ledger', ledgerRoutes(database)),
      recon: own('recon', [...reconRoutes(database, now), ...fileRoutes(database, now, STATEMENT_INTAKE)]),
      compliance: own('compliance', complianceRoutes(database, now)),
      merchants: own('merchants', merchantRoutes(database, now)),
      banks: outside(bank, bankRoutes(database, now)),
      gateways: own('gateways', gatewayRoutes(database, now)),
      edge: own('edge', edgeRoutes(database, now)),
      treasury: own('treasury', treasuryRoutes(database, now)),
      hosts: outside({ upstream: 'hosts', class: 'C' }, hostRoutes(database, now)),
      carriers: outside({ upstream: 'carriers', class: 'D' }, carrierRoutes(database, now)),
    }
    const documents = new Map<string, unknown>()
    for (const upstream of EVERY_UPSTREAM) {
      const routes = routesOf[upstream]
      documents.set(upstream, openApiDocument(upstream, routes))
      app.register(
        async (scope) => {
          requireApiKey(scope, config.apiKey, config.stagingKey)
          misbehaveOnRequests(scope, upstream, misbehaviour)
          if (upstream === bank.upstream) dropWhatWaited(scope, SETTLES_WITHIN_S)
          serveRoutes(scope, routes)
          speakProblems(scope, report)
        },
        { prefix: `/${upstream}` },
      )
    }
    app.register(
      async (scope) =>
        serveRoutes(scope, [
          ...controlRoutes(database, misbehaviour),
          ...worldRoutes(database, now, misbehaviour, trickle, transactions),
          ...webhookRoutes(database),
          openApiRoute(documents),
        ]),
      { prefix: '/_sandbox' },
    )
    await seedIfEmpty(database, config.seed, now(), transactions)
    const url = await listen(app, config.port)
    if (config.webhook) ending.push(deliverWebhooks(database, config.webhook, misbehaviour, report))
    ending.push(keepHouse(database, now, report))
    if (config.settlements ?? config.trickle) {
      ending.push(settleBySchedule(database, now, report), watchBySchedule(database, now, report))
    }
    trickle.switch(config.trickle)
    return { url, close }
  } catch (error) {
    await close()
    throw error
  }
}

function openApiRoute(documents: ReadonlyMap<string, unknown>): Route {
  return defineRoute({
    method: 'GET',
    path: '/openapi/{document}',
    operationId: 'readOpenApi',
    summary: 'The OpenAPI 3.1 document of an upstream: `{upstream}.json`',
    params: z.strictObject({
      document: z.enum(EVERY_UPSTREAM.map((upstream) => `${upstream}.json` as const)),
    }),
    replies: { 200: z.record(z.string(), z.unknown()) },
    refusals: ['invalid_request'],
    async handle({ params }) {
      return { status: 200, body: documents.get(params.document.replace(/\.json$/, '')) }
    },
  })
}

async function listen(app: ReturnType<typeof Fastify>, port: number): Promise<string> {
  try {
    return await app.listen({ host: '127.0.0.1', port })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
      throw new Error(
        `Port ${port} on 127.0.0.1 is already in use by another program. SANDBOX_PORT changes the sandbox's port.`,
        { cause },
      )
    }
    throw cause
  }
}

/** Forgets what has outlived its time, at the start and then every hour. */
function keepHouse(database: Database, now: () => Date, report: (error: Error) => void): () => Promise<void> {
  const tidy = async () => {
    try {
      await forgetOldKeys(database, now())
      await database.transaction((tx) => forgetStagedFiles(tx, now()))
    } catch (error) {
      report(error instanceof Error ? error : new Error(String(error)))
    }
  }
  let tidying = tidy()
  const timer = setInterval(() => {
    tidying = tidy()
  }, HOUSEKEEPING_INTERVAL_MS)
  return () => {
    clearInterval(timer)
    return tidying
  }
}

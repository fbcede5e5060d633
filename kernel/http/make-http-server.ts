import { type IncomingMessage, type ServerResponse, validateHeaderValue } from 'node:http'
import fastifyCookie from '@fastify/cookie'
import fastifyHelmet from '@fastify/helmet'
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { type Failure, invalid } from '../actions/failure.ts'
import { isDatabaseAway } from '../db/database-away.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { readerOf } from '../languages/reader.ts'
import { say } from '../languages/say.ts'
import { UnreadableKey, unreadableKeyFailure } from '../personal-data/unreadable-key.ts'
import { addRoute } from './add-route.ts'
import { makeBodiesAwaited } from './bodies-awaited.ts'
import { takeByteBodies } from './byte-bodies.ts'
import { BODY_LIMIT_BYTES, frameworkFailure } from './framework-failure.ts'
import type { HttpServerOptions } from './http-server-options.ts'
import { takeJsonBodies } from './json-body.ts'
import { keepOperations } from './keep-operations.ts'
import { openApiRoute } from './openapi.ts'
import { PROBLEM_TYPE } from './problem.ts'
import { refusedAtClosedPath } from './refused-at-closed-path.ts'
import { sendFailure } from './send-answer.ts'
import { answerUnreadable, rawProblem } from './unreadable-request.ts'

/** For the header and the body. */
const REQUEST_TIMEOUT_MS = 30_000
/** Node's own is half a minute, by which a timeout would be late. */
const TIMEOUT_CHECK_MS = 2_000
const URL_MAX_CHARACTERS = 8_192

/**
 * The HTTP server: identity first, then permission, then parsing. Every refusal is a problem document; nothing that a
 * caller sends is answered with a 5xx.
 */
export async function makeHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: options.logger,
    genReqId: () => uuidV7(),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // The absence of a host is answered below: Node's own answer would have no body.
    http: { requireHostHeader: false, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    clientErrorHandler: answerUnreadable,
    trustProxy: options.trustProxy.length === 0 ? false : [...options.trustProxy],
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: URL_MAX_CHARACTERS, ignoreTrailingSlash: false },
    // Names such as __proto__ are refused by the parser below, never merged into anything.
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: (error, request, reply) =>
      void sendFailure(reply as FastifyReply, request as FastifyRequest, frameworkFailure(error)),
  })
  app.decorate('teller', options.kernel.teller)
  keepOperations(app)
  await app.register(fastifyCookie)
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: process.env.NODE_ENV === 'production',
  })

  takeJsonBodies(app)

  app.addHook('onResponse', async (request, reply) => {
    options.observe({
      route: request.routeOptions.url ?? 'unmatched',
      method: request.method,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    })
    request.log.info(
      {
        route: request.routeOptions.url,
        method: request.method,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'answered',
    )
  })
  app.addHook('onRequest', async (request, reply) => {
    // RFC 9112 §3.2
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined)
      return sendFailure(reply, request, invalid({ field: 'Host', message: say`is required` }))
    return undefined
  })
  // Node throws at such a header when it writes it, and then nobody could answer any more.
  app.addHook('onSend', async (_request, reply, payload) => {
    const [unwritable] = unwritableHeaders(reply)
    if (unwritable !== undefined) throw new Error(`the header ${unwritable} cannot be written`)
    return payload
  })
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const [head, body] = rawProblem(
      417,
      'Expect can only be 100-continue.',
      request.url?.split('?')[0] ?? '/',
    )
    response.writeHead(417, head)
    response.end(body)
  })
  app.setErrorHandler((error: FastifyError, request, reply) => {
    for (const name of unwritableHeaders(reply)) void reply.removeHeader(name)
    const failure = frameworkFailure(error, request.routeOptions.bodyLimit)
    if (failure) return sendFailure(reply, request, failure)
    if (error instanceof UnreadableKey) {
      request.log.error({ err: error }, 'the key of a subject cannot be read')
      return sendFailure(reply, request, unreadableKeyFailure(error))
    }
    if (isDatabaseAway(error)) {
      request.log.warn({ err: error }, 'a request found no database')
      return sendFailure(reply, request, DATABASE_AWAY)
    }
    request.log.error({ err: error }, 'a request failed by a fault of ours')
    const fault = say`This is a fault of ours and has been logged. Quote the request id ${request.id}.`
    const problem = {
      type: 'urn:countersign:problem:internal_error',
      title: say`Internal Server Error`,
      status: 500,
      detail: fault,
      instance: request.url.split('?')[0] ?? request.url,
      success: false,
      error: say`Internal error`,
      message: fault,
      code: 'internal_error',
      request_id: request.id,
    }
    return reply
      .code(500)
      .type(PROBLEM_TYPE)
      .send(app.teller.json(problem, readerOf(request.headers)))
  })
  app.setNotFoundHandler(async (request, reply) => {
    const identity = await options.authenticate(request)
    if (!identity.ok) return sendFailure(reply, request, identity.failure)
    const closed = await refusedAtClosedPath(options.kernel, identity.value, request)
    if (closed) return sendFailure(reply, request, closed)
    return sendFailure(reply, request, {
      kind: 'not_found',
      code: 'no_such_route',
      message: say`There is nothing at ${request.method} ${request.url.split('?')[0] ?? ''}.`,
    })
  })

  const routes = [...options.routes, openApiRoute(options.kernel, app)]
  const served = { ...options, bodies: makeBodiesAwaited() }
  for (const declared of routes.filter(({ takesBytes }) => !takesBytes)) addRoute(app, declared, served)
  await takeByteBodies(
    app,
    routes.filter(({ takesBytes }) => takesBytes),
    served,
  )
  return app
}

const DATABASE_AWAY: Failure = {
  kind: 'upstream_unavailable',
  code: 'database_unavailable',
  message: say`The database cannot be reached just now. Whether this was recorded is not known: repeat it with the same Idempotency-Key, which acts once.`,
  retryAfterS: 2,
}

function unwritableHeaders(reply: FastifyReply): string[] {
  return Object.entries(reply.getHeaders())
    .filter(([name, value]) => [value].flat().some((each) => !isWritable(name, String(each))))
    .map(([name]) => name)
}

function isWritable(name: string, value: string): boolean {
  try {
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

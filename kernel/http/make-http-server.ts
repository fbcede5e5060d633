import { type IncomingMessage, type ServerResponse, validateHeaderValue } from 'node:http'
import fastifyCookie from '@fastify/cookie'
import fastifyHelmet from '@fastify/helmet'
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { z } from 'zod'
import { type Failure, invalid } from '../actions/failure.ts'
import { fieldErrors, forbidden } from '../actions/preview-action.ts'
import { recordDenial } from '../actions/record-denial.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import type { Authenticate } from '../identity/authenticate.ts'
import type { RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { unstorableMember } from '../personal-data/unstorable-member.ts'
import { keepOperations } from './keep-operations.ts'
import { openApiRoute } from './openapi.ts'
import { operationOf } from './operation.ts'
import { PROBLEM_TYPE, problemOf, statusOf } from './problem.ts'
import { addressOf, type RateLimit, rateLimitHeaders } from './rate-limit.ts'
import type { GovernedDoor, Reply, Route } from './route.ts'
import { answerUnreadable, rawProblem } from './unreadable-request.ts'

const BODY_LIMIT_BYTES = 1024 * 1024
const HEADER_TIMEOUT_MS = 30_000
const URL_MAX_CHARACTERS = 8_192

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes as they came: a webhook's signature is over them. */
    rawBody?: Buffer
  }
  interface FastifyContextConfig {
    unparsed?: boolean
  }
}

export type HttpServerOptions = {
  readonly kernel: Kernel
  readonly authenticate: Authenticate
  readonly routes: readonly Route[]
  /** Origins from which a browser may send a state-changing request with the session's cookie. */
  readonly allowedOrigins: readonly string[]
  /** Proxies whose `X-Forwarded-For` is believed; none by default. */
  readonly trustProxy: readonly string[]
  /** How many more requests somebody may send who has not shown who they are. */
  readonly addresses: RateLimit
  /** Structured; what a request contained is the audit log's to keep, so no headers and no bodies. */
  readonly logger: FastifyBaseLogger
  readonly observe: (seen: { route: string; method: string; status: number; seconds: number }) => void
  /** Why nothing but containment may be changed now (a fork of the audit log, say); undefined when all is well. */
  readonly readOnlyBecause: () => Promise<string | undefined>
}

/**
 * The HTTP server: identity first, then permission, then parsing. Every refusal is a problem document; nothing that a
 * caller sends is answered with a 5xx.
 */
export async function makeHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: options.logger,
    genReqId: () => uuidV7(),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: HEADER_TIMEOUT_MS,
    // Its absence is answered below: Node's own answer would have no body.
    http: { requireHostHeader: false },
    clientErrorHandler: answerUnreadable,
    trustProxy: options.trustProxy.length === 0 ? false : [...options.trustProxy],
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: URL_MAX_CHARACTERS, ignoreTrailingSlash: false },
    // Names such as __proto__ are refused by the parser below, never merged into anything.
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: (error, request, reply) =>
      void sendFailure(reply as FastifyReply, request as FastifyRequest, failureOfFramework(error)),
  })
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

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = encodingProblem(request)
    if (encoding) {
      done(Object.assign(new Error(encoding.message), { ...encoding, statusCode: 415 }))
      return
    }
    request.rawBody = body as Buffer
    if (request.routeOptions.config.unparsed) {
      done(null)
      return
    }
    const text = body.toString('utf8')
    // Bytes that are no UTF-8 would come back changed.
    if (Buffer.compare(Buffer.from(text, 'utf8'), body as Buffer) !== 0) {
      done(Object.assign(new Error('the body is not valid UTF-8'), { statusCode: 400, code: 'INVALID_UTF8' }))
      return
    }
    app.getDefaultJsonParser('error', 'error')(request, text, (error, value) => {
      const problem = error === null ? unstorableMember(value, '') : undefined
      if (problem) done(Object.assign(new Error(problem.message), { statusCode: 400, field: problem.field }))
      else done(error, value)
    })
  })

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
      return sendFailure(reply, request, invalid({ field: 'Host', message: 'is required' }))
    return undefined
  })
  // Node throws at such a header when it writes it, and then nobody could answer any more.
  app.addHook('onSend', async (_request, reply, payload) => {
    const [unwritable] = unwritableHeaders(reply)
    if (unwritable !== undefined) throw new Error(`the header ${unwritable} cannot be written`)
    return payload
  })
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const [head, body] = rawProblem(417, 'Expect can only be 100-continue.', request.url ?? '/')
    response.writeHead(417, head)
    response.end(body)
  })
  app.setErrorHandler((error: FastifyError, request, reply) => {
    for (const name of unwritableHeaders(reply)) void reply.removeHeader(name)
    const failure = failureOfFramework(error)
    if (failure) return sendFailure(reply, request, failure)
    request.log.error({ err: error }, 'a request failed by a fault of ours')
    return reply
      .code(500)
      .type(PROBLEM_TYPE)
      .send(
        JSON.stringify({
          type: 'urn:countersign:problem:internal_error',
          title: 'Internal Server Error',
          status: 500,
          detail: `This is a fault of ours and has been logged. Quote the request id ${request.id}.`,
          instance: request.url,
          success: false,
          error: 'Internal error',
          message: `This is a fault of ours and has been logged. Quote the request id ${request.id}.`,
          code: 'internal_error',
          request_id: request.id,
        }),
      )
  })
  app.setNotFoundHandler(async (request, reply) => {
    const identity = await options.authenticate(request)
    if (!identity.ok) return sendFailure(reply, request, identity.failure)
    return sendFailure(reply, request, {
      kind: 'not_found',
      code: 'no_such_route',
      message: `There is nothing at ${request.method} ${request.url.split('?')[0]}.`,
    })
  })

  for (const declared of [...options.routes, openApiRoute(options.kernel, app)]) {
    addRoute(app, declared, options)
  }
  return app
}

function addRoute(app: FastifyInstance, declared: Route, options: HttpServerOptions): void {
  const { kernel } = options
  const changes = declared.method !== 'GET'
  app.route({
    method: declared.method,
    url: declared.url,
    bodyLimit: declared.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    config: { unparsed: declared.unparsed === true, operation: operationOf(declared) },
    // Before the body is read: who is not let in is not listened to.
    onRequest: async (request, reply) => {
      if (declared.access === 'public') {
        if (declared.metered !== undefined) return
        const tooMany = options.addresses.take(addressOf(request.ip))
        return tooMany && sendFailure(reply, request, tooMany)
      }
      if (changes) {
        const crossSite = crossSiteProblem(request, options.allowedOrigins)
        if (crossSite) return sendFailure(reply, request, crossSite)
      }
      const identity = await options.authenticate(request)
      if (!identity.ok) return sendFailure(reply, request, identity.failure)
      request.principal = identity.value
      const asked = askedFor(declared.access, request.params as Record<string, string>)
      if (!asked || asked.permissions.some((permission) => kernel.access.mayEver(identity.value, permission)))
        return undefined
      const failure = forbidden(kernel, ...asked.permissions)
      await recordDenial(kernel, identity.value, originOf(request), {
        action: asked.name,
        movesMoney: asked.movesMoney,
        code: failure.code,
        resource: request.url.split('?')[0] ?? request.url,
      })
      return sendFailure(reply, request, failure)
    },
    handler: async (request, reply) => {
      const unwritable = [...textsOf('path', request.params), ...textsOf('', request.query)].filter(
        ({ text }) => text.includes('\0'),
      )
      if (unwritable.length > 0) {
        const fields = unwritable.map(({ field }) => ({
          field,
          message: 'must not hold the character U+0000',
        }))
        return sendFailure(reply, request, invalid(...fields))
      }
      const params = check(declared.params, request.params, 'path')
      if (!params.ok) return sendFailure(reply, request, params.failure)
      const query = check(declared.query, request.query, '')
      if (!query.ok) return sendFailure(reply, request, query.failure)
      if (!declared.query && Object.keys(request.query as object).length > 0) {
        return sendFailure(
          reply,
          request,
          invalid(...Object.keys(request.query as object).map(unknownParameter)),
        )
      }
      if (changes && declared.access !== 'public') {
        const readOnly = await options.readOnlyBecause()
        // What stops harm goes on; its entries are kept and get their places, only no checkpoint covers them yet.
        if (
          readOnly !== undefined &&
          !(await declared.containment?.(params.value as Record<string, string>))
        ) {
          return sendFailure(reply, request, {
            kind: 'upstream_unavailable',
            code: 'read_only',
            message: `The console is read-only: ${readOnly}`,
            retryAfterS: 60,
          })
        }
      }
      const call = {
        params: params.value,
        query: query.value,
        body: request.body,
        origin: originOf(request),
        request,
        reply,
        principal: request.principal,
      }
      const answered = await declared.handle(call as never)
      if (answered === 'hijacked') return reply
      if (!answered.ok) {
        const tooMany =
          declared.access === 'public' &&
          declared.metered === 'when-refused' &&
          answered.failure.kind === 'unauthenticated'
            ? options.addresses.take(addressOf(request.ip))
            : undefined
        return sendFailure(reply, request, tooMany ?? answered.failure)
      }
      return send(reply, answered.value)
    },
  })
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

function send(reply: FastifyReply, answer: Reply): FastifyReply {
  void reply.code(answer.status ?? 200)
  for (const [name, value] of Object.entries(answer.headers ?? {})) void reply.header(name, value)
  if (!answer.headers?.['cache-control']) void reply.header('cache-control', 'no-store')
  if (answer.text !== undefined)
    return reply.type(answer.type ?? 'application/json; charset=utf-8').send(answer.text)
  if (answer.body === undefined) return reply.send()
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body))
}

export function sendFailure(
  reply: FastifyReply,
  request: FastifyRequest,
  failure: Failure | undefined,
): FastifyReply {
  if (!failure) throw new Error('a failure was to be sent and there is none')
  if (failure.retryAfterS !== undefined) void reply.header('retry-after', String(failure.retryAfterS))
  if (failure.kind === 'too_many_requests') void reply.headers(rateLimitHeaders(failure))
  if (failure.replayed) void reply.header('idempotency-replayed', 'true')
  if (failure.kind === 'unauthenticated') {
    const challenge = failure.extra?.challenge
    void reply.header(
      'www-authenticate',
      typeof challenge === 'string' ? challenge : 'Bearer realm="countersign"',
    )
  }
  return reply
    .code(statusOf(failure))
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problemOf(failure, request.url.split('?')[0] ?? request.url, request.id)))
}

export function originOf(request: FastifyRequest): RequestOrigin {
  return {
    httpRequestId: request.id,
    ip: request.ip,
    userAgent: request.headers['user-agent'] ?? '',
  }
}

/**
 * A state-changing request that a browser sends from another site is refused. A bearer token is not sent by a browser
 * on its own, so only requests that come with the session's cookie need an origin.
 */
function crossSiteProblem(request: FastifyRequest, allowed: readonly string[]): Failure | undefined {
  const { origin, authorization, cookie } = request.headers
  if (authorization !== undefined && cookie === undefined) return undefined
  if (origin !== undefined && allowed.includes(origin)) return undefined
  // Nothing that identifies anybody: the answer is 401, which says more than a refusal for the origin.
  if (origin === undefined && authorization === undefined && cookie === undefined) return undefined
  return {
    kind: 'forbidden',
    code: 'cross_site_request',
    message: 'A request that changes something must come from the console itself, or carry a bearer token.',
  }
}

function check(
  schema: z.ZodObject | undefined,
  value: unknown,
  prefix: string,
): { ok: true; value: unknown } | { ok: false; failure: Failure } {
  // No schema sees it: to JavaScript it is no member like the others.
  if (Object.hasOwn(value as object, '__proto__'))
    return { ok: false, failure: invalid(unknownParameter('__proto__')) }
  const unstorable = unstorableMember(value, prefix)
  if (unstorable) return { ok: false, failure: invalid(unstorable) }
  if (!schema) return { ok: true, value: {} }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, failure: invalid(...fieldErrors(parsed.error.issues, prefix)) }
}

/** The texts in an address; none of them can hold U+0000, which the database has no place for. */
function textsOf(prefix: string, values: unknown): { field: string; text: string }[] {
  return Object.entries(values as Record<string, unknown>).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((text) => ({ field: prefix ? `${prefix}.${name}` : name, text: `${name}${String(text)}` })),
  )
}

function unknownParameter(name: string): { field: string; message: string } {
  return { field: name, message: 'is not a parameter of this request' }
}

/** What of all permissions is needed to be let in; undefined where a signed-in person is all it takes. */
function askedFor(
  access: Exclude<Route['access'], 'public'>,
  params: Readonly<Record<string, string>>,
): GovernedDoor | undefined {
  if (access === 'signed-in') return undefined
  if ('governed' in access) return access.governed(params)
  const { permission } = access
  return { name: permission, permissions: [permission], movesMoney: false }
}

/** What Fastify itself refuses, in our words; undefined for what is a fault of ours. */
function failureOfFramework(error: FastifyError | Error): Failure | undefined {
  const { code, statusCode, message } = error as FastifyError
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return {
      kind: 'too_large',
      code: 'body_too_large',
      message: `The body is larger than ${BODY_LIMIT_BYTES / 1024 / 1024} MiB.`,
      fields: [{ field: 'body', message: `at most ${BODY_LIMIT_BYTES} bytes` }],
    }
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return {
      kind: 'unsupported_media_type',
      code: 'unsupported_media_type',
      message: 'The body must be JSON, sent as application/json.',
      fields: [{ field: 'Content-Type', message: 'must be application/json', allowed: ['application/json'] }],
    }
  }
  if (statusCode === 415) {
    const { field = 'Content-Type', allowed } = error as { field?: string; allowed?: string[] }
    const fields = [{ field, message, ...(allowed ? { allowed } : {}) }]
    return { kind: 'unsupported_media_type', code: 'unsupported_media_type', message, fields }
  }
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH') {
    return invalid({ field: 'path', message: 'is not a valid URL path' })
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const { field = 'body' } = error as { field?: string }
    return invalid({ field, message: bodyProblem(code, message) })
  }
  return undefined
}

/** JSON is UTF-8 (RFC 8259 §8.1), and nothing is unpacked here. */
function encodingProblem(
  request: FastifyRequest,
): { field: string; message: string; allowed: string[] } | undefined {
  const { 'content-encoding': coding, 'content-type': type = '' } = request.headers
  if (coding !== undefined && coding.trim().toLowerCase() !== 'identity') {
    return {
      field: 'Content-Encoding',
      message: 'The body must be sent as it is, without a content coding.',
      allowed: ['identity'],
    }
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type)?.[1]
  if (charset === undefined || charset.toLowerCase() === 'utf-8') return undefined
  return { field: 'Content-Type', message: 'The body must be JSON in UTF-8.', allowed: ['charset=utf-8'] }
}

function bodyProblem(code: string | undefined, message: string): string {
  switch (code) {
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return 'must not be empty'
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return 'is not valid JSON'
    case 'INVALID_UTF8':
      return 'is not valid UTF-8'
    default:
      return message
  }
}

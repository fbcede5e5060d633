import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { forbidden } from '../access/forbidden.ts'
import { type Failure, ok, type Result } from '../actions/failure.ts'
import { recordDenial } from '../actions/record-denial.ts'
import type { Principal } from '../identity/principal.ts'
import { say } from '../languages/say.ts'
import type { Share } from './admission.ts'
import { announcesBody, senderOf } from './bodies-awaited.ts'
import { checkParameters } from './check-parameters.ts'
import { crossSiteProblem } from './cross-site-problem.ts'
import { BODY_LIMIT_BYTES } from './framework-failure.ts'
import type { HttpServerOptions } from './http-server-options.ts'
import { idempotencyKey } from './idempotency-key.ts'
import { onceClosed } from './once-closed.ts'
import { operationOf } from './operation.ts'
import type { Places } from './places.ts'
import { addressOf, type RateLimit } from './rate-limit.ts'
import { refusedAtClosedPath } from './refused-at-closed-path.ts'
import { originOf } from './request-origin.ts'
import type { GovernedDoor, KeyedCall, Reply, Route } from './route.ts'
import { sendAnswer, sendFailure } from './send-answer.ts'

/** A slash, a dot or a percent sign that is written otherwise makes of a path the value of a parameter: no id has any. */
const DISGUISED = /^[^?]*%(?:2f|5c|2e|25)/i

export type RouteOptions = HttpServerOptions & { readonly bodies: Places }

/** Serves one declared route: who may, what it takes, and only then its handler. */
export function addRoute(app: FastifyInstance, declared: Route, options: RouteOptions): void {
  const { bodies } = options
  const changes = declared.method !== 'GET' && declared.readsOnly !== true
  const enter = (request: FastifyRequest, reply: FastifyReply): Failure | undefined => {
    if (declared.access === 'public' && declared.metered === 'never') return undefined
    const entered = options.admission.enter(shareOf(declared, request.params as Record<string, string>))
    if (typeof entered !== 'function') return entered
    onceClosed(reply.raw, entered)
    request.leave = entered
    return undefined
  }
  app.route({
    method: declared.method,
    url: declared.url,
    bodyLimit: declared.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    config: {
      unparsed: declared.unparsed === true,
      operation: operationOf(declared),
      share: (params) => shareOf(declared, params),
    },
    // Before the body is read: who is not let in is not listened to.
    onRequest: async (request, reply) => {
      const refused = enter(request, reply) ?? (await notLetIn(declared, request, options))
      if (refused) return sendFailure(reply, request, refused)
      if (!announcesBody(request)) return undefined
      const come = bodies.take(senderOf(request))
      if (typeof come !== 'function') return sendFailure(reply, request, come)
      onceClosed(reply.raw, come)
      request.bodyHasCome = come
      request.leave?.()
      return undefined
    },
    preValidation: async (request, reply) => {
      if (!request.bodyHasCome) return undefined
      request.bodyHasCome()
      const refused = enter(request, reply)
      return refused && sendFailure(reply, request, refused)
    },
    handler: async (request, reply) => {
      const checked = checkParameters(declared, request)
      if (!checked.ok) return sendFailure(reply, request, checked.failure)
      const { params, query } = checked.value
      if (changes && declared.access !== 'public') {
        const readOnly = await options.readOnlyBecause()
        // What stops harm goes on; its entries are kept and get their places, only no checkpoint covers them yet.
        if (readOnly !== undefined && !(await declared.containment?.(params))) {
          return sendFailure(reply, request, {
            kind: 'upstream_unavailable',
            code: 'read_only',
            message: say`The console is read-only: ${readOnly}`,
            retryAfterS: 60,
          })
        }
      }
      const call = { params, query, body: request.body, origin: originOf(request), request, reply }
      const answered =
        declared.access === 'public'
          ? await declared.handle(call)
          : await answerOf(declared, { ...call, principal: knownFrom(request) })
      if (answered === 'hijacked') {
        // A stream lasts for as long as somebody looks; it is nothing that is being done.
        request.leave?.()
        return reply
      }
      if (!answered.ok) {
        const tooMany =
          declared.access === 'public' &&
          (declared.metered === 'when-failed' ||
            (declared.metered === 'when-refused' && answered.failure.kind === 'unauthenticated'))
            ? options.addresses.take(addressOf(request.ip))
            : undefined
        return sendFailure(reply, request, tooMany ?? answered.failure)
      }
      return sendAnswer(reply, answered.value)
    },
  })
}

/** Why this caller is not let in, from the header of the request alone; undefined where they are. */
async function notLetIn(
  declared: Route,
  request: FastifyRequest,
  options: HttpServerOptions,
): Promise<Failure | undefined> {
  const { kernel } = options
  if (declared.access === 'public') {
    return refusedUnheard(declared.metered, options.addresses, addressOf(request.ip))
  }
  if (declared.method !== 'GET') {
    const crossSite = crossSiteProblem(request, options.allowedOrigins)
    if (crossSite) return crossSite
  }
  const identity = await options.authenticate(request)
  if (!identity.ok) return identity.failure
  request.principal = identity.value
  const closed = DISGUISED.test(request.url)
    ? await refusedAtClosedPath(kernel, identity.value, request)
    : undefined
  if (closed) return closed
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
  return failure
}

/**
 * Before anything is read of a request that anyone may send. What counts only once it has failed is not even looked at
 * while its address has none left; what brings its own identity is, so that nobody keeps out whoever has a good one.
 */
function refusedUnheard(
  metered: Extract<Route, { access: 'public' }>['metered'],
  addresses: RateLimit,
  address: string,
): Failure | undefined {
  if (metered === undefined) return addresses.take(address)
  return metered === 'when-failed' ? addresses.peek(address) : undefined
}

/** @throws Error where a route that is not public was reached by nobody */
function knownFrom({ principal }: FastifyRequest): Principal {
  if (!principal) throw new Error('nobody has been authenticated')
  return principal
}

/** Who may at all, then the key, and only then what it is about. */
async function answerOf(
  { handle, idempotencyKey: taken }: Exclude<Route, { access: 'public' }>,
  call: Omit<KeyedCall, 'key'>,
): Promise<Result<Reply> | 'hijacked'> {
  const handler = typeof handle === 'function' ? ok(handle) : await handle.admits(call)
  if (!handler.ok) return handler
  const key = idempotencyKey(call.request.headers['idempotency-key'], taken)
  return key.ok ? handler.value({ ...call, key: key.value }) : key
}

/** Known from the path alone: nothing is looked up for a request that may be turned away. */
function shareOf(declared: Route, params: Readonly<Record<string, string>>): Share {
  if (declared.method === 'GET' || declared.readsOnly === true) return 'read'
  if (declared.decides === true) return 'containment'
  return declared.containment?.(params) === true ? 'containment' : 'change'
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

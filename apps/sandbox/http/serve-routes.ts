import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRefusal, problemDocument, REFUSALS, type Refusal, refuse } from './problem.ts'
import type { Outcome, Route } from './route.ts'

/** Registers declared routes on a Fastify scope. */
export function serveRoutes(scope: FastifyInstance, routes: readonly Route[]): void {
  for (const route of routes) {
    scope.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ':$1'),
      ...(route.bodyLimitBytes ? { bodyLimit: route.bodyLimitBytes } : {}),
      handler: async (request, reply) => {
        const outcome = await route.run({
          params: request.params,
          query: request.query,
          body: request.body,
          ifMatch: request.headers['if-match'],
          key: singleHeader(request.headers['idempotency-key']),
        })
        return answer(request, reply, outcome)
      },
    })
  }
}

/** Sends a reply, or a refusal as `application/problem+json`. */
function answer(request: FastifyRequest, reply: FastifyReply, outcome: Outcome): FastifyReply {
  if (outcome.replayed) reply.header('idempotency-replayed', 'true')
  if (outcome.retryAfterS !== undefined) reply.header('retry-after', outcome.retryAfterS)
  if (isRefusal(outcome)) return sendProblem(request, reply, outcome)
  if (outcome.version !== undefined) reply.header('etag', `"${outcome.version}"`)
  return reply.code(outcome.status).send(outcome.body)
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  const [status] = REFUSALS[refusal.refused]
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  if (status === 503) reply.header('connection', 'close')
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify(problemDocument(refusal, request.url.split('?')[0] ?? '/')))
}

/** Refuses every request of the scope that carries neither the API key nor, where it would do, the key for staging. */
export function requireApiKey(scope: FastifyInstance, apiKey: string, stagingKey?: string): void {
  const all = digest(`Bearer ${apiKey}`)
  const staging = stagingKey === undefined ? undefined : digest(`Bearer ${stagingKey}`)
  scope.addHook('onRequest', async (request, reply) => {
    const given = digest(request.headers.authorization ?? '')
    if (timingSafeEqual(given, all)) return
    if (staging === undefined || !timingSafeEqual(given, staging)) {
      return sendProblem(request, reply, refuse('unauthorized', 'Send Authorization: Bearer <API key>.'))
    }
    // What is staged is invisible until it is committed, and that is asked for at the console.
    if (
      request.method === 'POST' ||
      !/\/files\/:sha256(\/chunks\/:n)?$/.test(request.routeOptions.url ?? '')
    ) {
      return sendProblem(request, reply, refuse('not_for_staging', 'This key stages files and reads them.'))
    }
  })
}

/** A request that nobody has begun on in time is not begun on any more: whoever asks later is told the truth. */
export function dropWhatWaited(scope: FastifyInstance, withinS: number): void {
  scope.addHook('preHandler', async (request, reply) => {
    if (reply.elapsedTime <= withinS * 1_000) return
    return sendProblem(
      request,
      reply,
      refuse('too_late', `It has waited for ${withinS} s. Nothing was done.`),
    )
  })
}

/** Problem documents for what Fastify itself refuses, JSON bodies that may be empty, 404s. */
export function speakProblems(app: FastifyInstance, report: (error: Error) => void): void {
  app.removeAllContentTypeParsers()
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parseJson(request, body, done)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, refuse('not_found', `There is no ${request.method} at this address.`)),
  )
  app.setErrorHandler<Error & { code?: string; statusCode?: number }>((error, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal.refused === 'internal_error') report(error)
    return sendProblem(request, reply, refusal)
  })
}

function refusalOf(error: Error & { code?: string; statusCode?: number }): Refusal {
  if (error.statusCode === 413) return refuse('body_too_large', 'Send less in one request.')
  if (error.statusCode === 415) return refuse('unsupported_media_type', 'Set Content-Type: application/json.')
  if (error.code === 'FST_ERR_BAD_URL') return refuse('malformed_url', 'A percent sign must begin an escape.')
  if (error.statusCode === 400) return refuse('malformed_json', `The body cannot be read: ${error.message}.`)
  return refuse('internal_error', 'Nothing was changed. The same request may be sent again.')
}

function singleHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}

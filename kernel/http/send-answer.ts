import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Failure } from '../actions/failure.ts'
import { english, type Teller } from '../languages/make-teller.ts'
import { type Reader, readerOf } from '../languages/reader.ts'
import { PROBLEM_TYPE, problemOf, statusOf } from './problem.ts'
import { rateLimitHeaders } from './rate-limit.ts'
import type { Reply } from './route.ts'

declare module 'fastify' {
  interface FastifyInstance {
    readonly teller: Teller
  }
}

/** Sends what a route answered: JSON unless it says otherwise, never to be kept by a cache unless it says otherwise. */
export function sendAnswer(reply: FastifyReply, answer: Reply): FastifyReply {
  void reply.code(answer.status ?? 200)
  for (const [name, value] of Object.entries(answer.headers ?? {})) void reply.header(name, value)
  if (!answer.headers?.['cache-control']) void reply.header('cache-control', 'no-store')
  const { text, type, body } = answer
  if (text !== undefined && (type !== undefined || typeof text !== 'string'))
    return reply.type(type ?? 'application/json; charset=utf-8').send(text)
  if (text === undefined && body === undefined) return reply.send()
  const reader = told(reply)
  const { teller } = reply.server
  return reply
    .type('application/json; charset=utf-8')
    .send(text === undefined ? teller.json(body, reader) : teller.retell(text, reader))
}

/** In which language and zone an answer is told, as its request asks; and that it would be another for others. */
function told(reply: FastifyReply): Reader {
  const { headers, principal } = reply.request
  const reader = readerOf(headers, principal?.language)
  void reply.header('content-language', reader.language).header('vary', 'Accept-Language, Time-Zone')
  return reader
}

/** Sends a refusal as a problem document (RFC 9457). @throws Error where there is none to send */
export function sendFailure(
  reply: FastifyReply,
  request: FastifyRequest,
  failure: Failure | undefined,
): FastifyReply {
  if (!failure) throw new Error('a failure was to be sent and there is none')
  if (failure.cause !== undefined)
    request.log.warn({ err: failure.cause, code: failure.code }, english(failure.message))
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
  const problem = problemOf(failure, request.url.split('?')[0] ?? request.url, request.id)
  const reader = told(reply)
  return reply
    .code(statusOf(failure))
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .send(reply.server.teller.json(problem, reader))
}

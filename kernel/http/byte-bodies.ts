import type { FastifyInstance } from 'fastify'
import type { Failure } from '../actions/failure.ts'
import { say } from '../languages/say.ts'
import { addRoute, type RouteOptions } from './add-route.ts'
import { senderOf } from './bodies-awaited.ts'
import { onceClosed } from './once-closed.ts'
import { makePlaces } from './places.ts'
import type { Route } from './route.ts'
import { sendFailure } from './send-answer.ts'

/** Uploads that one process holds in memory at a time. */
const UPLOADS_AT_ONCE = 8
/** However slowly one person sends, others find room. */
const UPLOADS_OF_A_CALLER = 2
/** What is never longer than that is no upload: the notice of a sign-out is not kept out by files. */
const SMALL_BYTES = 64 * 1024
const UPLOADS_RETRY_AFTER_S = 1

/** Routes whose body is a file: taken as it is, whatever it says it is, up to the route's own limit and no more at a time. */
export async function takeByteBodies(
  app: FastifyInstance,
  routes: readonly Route[],
  options: RouteOptions,
): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    const uploads = makePlaces({ ofAll: UPLOADS_AT_ONCE, ofOne: UPLOADS_OF_A_CALLER, refusal: busy })
    // Behind `onRequest`: whoever is not let in is not listened to.
    scope.addHook('preParsing', async (request, reply, payload) => {
      if (request.method === 'GET' || request.routeOptions.bodyLimit <= SMALL_BYTES) return payload
      const taken = uploads.take(senderOf(request))
      if (typeof taken !== 'function') {
        sendFailure(reply, request, taken)
        return reply
      }
      // Answered, or given up half way: of that, Fastify's own hooks do not hear.
      onceClosed(reply.raw, taken)
      return payload
    })
    for (const declared of routes) addRoute(scope, declared, options)
  })
}

const busy: Failure = {
  kind: 'upstream_unavailable',
  code: 'uploads_busy',
  message: say`More files are being sent at this moment than there is room for. Send yours again.`,
  retryAfterS: UPLOADS_RETRY_AFTER_S,
}

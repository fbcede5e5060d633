import type { FastifyInstance } from 'fastify'
import type { Failure } from '../actions/failure.ts'
import { say } from '../languages/say.ts'
import { addRoute } from './add-route.ts'
import type { HttpServerOptions } from './http-server-options.ts'
import type { Route } from './route.ts'
import { sendFailure } from './send-answer.ts'

/** Uploads that one process holds in memory at a time. */
const UPLOADS_AT_ONCE = 8
const UPLOADS_RETRY_AFTER_S = 1

/** Routes whose body is a file: taken as it is, whatever it says it is, up to the route's own limit and no more at a time. */
export async function takeByteBodies(
  app: FastifyInstance,
  routes: readonly Route[],
  options: HttpServerOptions,
): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    let held = 0
    // Behind `onRequest`: whoever is not let in is not listened to.
    scope.addHook('preParsing', async (request, reply, payload) => {
      if (request.method === 'GET') return payload
      if (held >= UPLOADS_AT_ONCE) {
        sendFailure(reply, request, busy)
        return reply
      }
      held += 1
      // Answered, or given up half way: of that, Fastify's own hooks do not hear.
      reply.raw.once('close', () => {
        held -= 1
      })
      return payload
    })
    for (const declared of routes) addRoute(scope, declared, options)
  })
}

const busy: Failure = {
  kind: 'upstream_unavailable',
  code: 'uploads_busy',
  message: say`Others are sending files at this moment. Send yours again.`,
  retryAfterS: UPLOADS_RETRY_AFTER_S,
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { refuse } from '../http/problem.ts'
import { sendProblem } from '../http/serve-routes.ts'
import type { AnyUpstream } from '../upstreams.ts'
import type { Misbehaviour } from './misbehaviour.ts'

/** Lets the rules of an upstream strike its requests: before the handler, or after its effect is committed. */
export function misbehaveOnRequests(
  scope: FastifyInstance,
  upstream: AnyUpstream,
  misbehaviour: Misbehaviour,
): void {
  const kindOf = (method: string) => (method === 'GET' || method === 'HEAD' ? 'reads' : 'writes')
  scope.addHook('onRequest', async (request, reply) => {
    const kind = kindOf(request.method)
    if (misbehaviour.strikes(upstream, 'refuse', kind)) {
      return sendProblem(
        request,
        reply,
        refuse('refusing', `${upstream} takes no requests. Nothing was done.`),
      )
    }
    const slow = misbehaviour.strikes(upstream, 'latency', kind)
    if (slow) await sleep(slow.latency_ms)
    if (misbehaviour.strikes(upstream, 'error_5xx', kind)) {
      return sendProblem(request, reply, refuse('misbehaving', 'Nothing was done.'))
    }
  })
  scope.addHook('onSend', async (request, reply, payload) => {
    // A request that was refused had no effect to lose the answer of.
    const performed = reply.statusCode < 300 && kindOf(request.method) === 'writes'
    if (performed && misbehaviour.strikes(upstream, 'lost_response', 'writes')) {
      reply.hijack()
      request.raw.socket.destroy()
    }
    return payload
  })
}

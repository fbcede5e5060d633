import { z } from 'zod'
import { fail, invalid, ok } from '../actions/failure.ts'
import { publicRoute, type Route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { say, written } from '../languages/say.ts'
import { INGEST_BATCH_MAX, ingestEvents, keepDeadLetter } from './ingest-events.ts'
import { keepRowsTogether } from './keep-rows.ts'
import { readDelivery } from './read-delivery.ts'
import { signatureProblem } from './webhook-signature.ts'

/**
 * C-15: events of an upstream by signed webhook. The signature is the sender's identity, so the route is open to
 * whoever can make one.
 */
export function ingestRoutes(kernel: Kernel, secretsOf: (source: string) => readonly string[]): Route[] {
  const sources = new Map(
    kernel.consoles.flatMap(({ ingest }) => ingest).map((source) => [source.source, source]),
  )
  const keepRows = keepRowsTogether(kernel.pool)
  return [
    publicRoute({
      method: 'POST',
      url: '/v1/ingest/:source',
      summary: 'Events from an upstream, signed',
      unparsed: true,
      metered: 'when-refused',
      params: z.strictObject({
        source: z.string().regex(/^[a-z]{1,32}$/, written(say`must be the name of an upstream`)),
      }),
      async handle({ params, request }) {
        const { source: name } = params as { source: string }
        const source = sources.get(name)
        const secrets = source ? secretsOf(name) : []
        const header = request.headers['countersign-signature']
        const body = request.rawBody ?? Buffer.alloc(0)
        const problem =
          secrets.length === 0
            ? say`there is no such source`
            : signatureProblem(typeof header === 'string' ? header : undefined, body, secrets, kernel.now())
        if (problem !== undefined || !source) {
          return fail({
            kind: 'unauthenticated',
            code: 'invalid_signature',
            message: say`The event is not accepted: ${problem ?? say`there is no such source`}.`,
            fields: [{ field: 'Countersign-Signature', message: problem ?? say`is not valid` }],
          })
        }
        const delivery = readDelivery(body)
        if ('unreadable' in delivery) {
          // Sent again it would be no better, and what comes after it would wait for ever.
          const { text, unreadable } = delivery
          const isNew = await keepDeadLetter(kernel.pool, kernel.sealer, name, text, unreadable)
          const counts = { accepted: 0, duplicate: isNew ? 0 : 1, dead_lettered: isNew ? 1 : 0 }
          return ok({ status: 202, body: counts })
        }
        const { events, sent } = delivery
        if (events.length > INGEST_BATCH_MAX) {
          return fail(invalid({ field: 'body', message: say`at most ${INGEST_BATCH_MAX} events at a time` }))
        }
        const { pool, sealer } = kernel
        return ok({ status: 202, body: await ingestEvents(pool, sealer, source, events, sent, keepRows) })
      },
    }),
  ]
}

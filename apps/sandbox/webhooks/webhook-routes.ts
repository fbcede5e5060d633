import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { UPSTREAMS } from '../upstreams.ts'

/** `/_sandbox/webhooks`: how far delivery has come. */
export function webhookRoutes(database: Database): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/webhooks',
      operationId: 'listWebhooks',
      summary: 'How far the webhooks of each upstream have been delivered',
      replies: {
        200: z.strictObject({
          webhooks: z.array(
            z.strictObject({
              upstream: z.enum(UPSTREAMS),
              delivered_through: z.number().int(),
              last_sequence: z.number().int(),
              attempts: z.number().int().meta({ description: 'Failed in a row.' }),
              last_error: z.string().nullable(),
            }),
          ),
        }),
      },
      refusals: [],
      async handle() {
        const { rows } = await database.query(
          `SELECT d.upstream, d.delivered_through::float8 AS delivered_through,
                  c.last::float8 AS last_sequence, d.attempts, d.last_error
           FROM platform.webhook_delivery d JOIN platform.event_counter c USING (upstream) ORDER BY d.upstream`,
        )
        return { status: 200, body: { webhooks: rows } }
      },
    }),
  ]
}

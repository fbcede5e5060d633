import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { countEffect } from '../http/count-effect.ts'
import { Id, text } from '../http/fields.ts'
import { defineRoute, type Route } from '../http/route.ts'

const PickupOrder = z.strictObject({ parcel: Id, address: text(200, 1) })

/** `/carriers`, class D: it knows no keys, keeps no versions and cannot be asked. Told twice, it comes twice. */
export function carrierRoutes(database: Database, now: () => Date): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/pickups',
      operationId: 'orderPickup',
      summary: 'Have a parcel fetched',
      body: PickupOrder,
      replies: { 201: z.strictObject({ accepted: z.literal(true) }) },
      refusals: ['invalid_request'],
      async handle({ body }) {
        return database.transaction(async (tx) => {
          const effect = { upstream: 'carriers', operation: 'pickup.order', at: now(), result: {} } as const
          await countEffect(tx, { ...effect, order: body.parcel, target: body.parcel })
          return { status: 201, body: { accepted: true } }
        })
      },
    }),
  ]
}

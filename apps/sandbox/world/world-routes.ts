import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Instant, text } from '../http/fields.ts'
import { defineRoute, type Route } from '../http/route.ts'
import type { Misbehaviour } from '../misbehaviour/misbehaviour.ts'
import { resetWorld } from './seed-world.ts'
import type { Trickle } from './trickle.ts'

const Seed = z.union([text(200, 1), z.number().int()]).transform(String)

/** `/_sandbox/health`, `/_sandbox/reset` and `/_sandbox/trickle`. */
export function worldRoutes(
  database: Database,
  now: () => Date,
  misbehaviour: Misbehaviour,
  trickle: Trickle,
  transactions: number,
): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/health',
      operationId: 'sandboxHealth',
      summary: 'Whether the sandbox is up, and which world it holds',
      replies: {
        200: z.strictObject({
          status: z.literal('ok'),
          seed: z.string(),
          seeded_at: Instant,
          trickle: z.boolean(),
        }),
      },
      refusals: [],
      async handle() {
        const { rows } = await database.query(
          'SELECT seed, platform.instant(seeded_at) AS seeded_at FROM platform.world',
        )
        return { status: 200, body: { status: 'ok', ...rows[0], trickle: trickle.isOn() } }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/reset',
      operationId: 'reset',
      summary: 'Forget everything and make the world of a seed; misbehaviour ends',
      body: z.strictObject({ seed: Seed }),
      replies: {
        200: z.strictObject({
          seed: z.string(),
          seeded_at: Instant,
          parties: z.number().int(),
          transfers: z.number().int(),
          hits: z.number().int(),
          exceptions: z.number().int(),
        }),
      },
      refusals: ['invalid_request'],
      async handle({ body }) {
        misbehaviour.off()
        return { status: 200, body: await resetWorld(database, body.seed, now(), transactions) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/trickle',
      operationId: 'trickle',
      summary: 'Switch the live trickle: a new event every few seconds',
      body: z.strictObject({ on: z.boolean() }),
      replies: { 200: z.strictObject({ on: z.boolean() }) },
      refusals: ['invalid_request'],
      async handle({ body }) {
        trickle.switch(body.on)
        return { status: 200, body: { on: trickle.isOn() } }
      },
    }),
  ]
}

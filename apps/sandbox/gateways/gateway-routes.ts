import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { countEffect } from '../http/count-effect.ts'
import { Id, Version } from '../http/fields.ts'
import { refuse } from '../http/problem.ts'
import { defineRoute, type Route, staleVersion } from '../http/route.ts'

const GATEWAYS_MAX = 50
const Settings = z.strictObject({ routing: z.enum(['on', 'off']), weight: z.number().int().min(0).max(100) })
const Gateway = Settings.extend({ id: Id, version: Version })
type Gateway = z.infer<typeof Gateway>
const ById = z.strictObject({ id: Id })

/** `/gateways`, class C: no idempotency keys, but settings are written only over the version that `If-Match` names. */
export function gatewayRoutes(database: Database, now: () => Date): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/gateways',
      operationId: 'listGateways',
      summary: 'Every gateway',
      replies: { 200: z.strictObject({ gateways: z.array(Gateway) }) },
      refusals: [],
      async handle() {
        const { rows } = await database.query<Gateway>(
          'SELECT id, version, routing, weight FROM gateways.gateway ORDER BY id LIMIT $1',
          [GATEWAYS_MAX],
        )
        return { status: 200, body: { gateways: rows } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/gateways/{id}',
      operationId: 'readGateway',
      summary: 'One gateway as it is now',
      params: ById,
      replies: { 200: Gateway },
      refusals: ['invalid_request', 'not_found'],
      async handle({ params }) {
        const { rows } = await database.query<Gateway>(
          'SELECT id, version, routing, weight FROM gateways.gateway WHERE id = $1',
          [params.id],
        )
        const found = rows[0]
        return found
          ? { status: 200, body: found, version: found.version }
          : refuse('not_found', `There is no gateway ${params.id}.`)
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/gateways/{id}',
      operationId: 'setGateway',
      summary: 'Write the settings over the version that was seen',
      params: ById,
      body: Settings,
      conditional: true,
      replies: { 200: z.strictObject({ gateway: Gateway }) },
      refusals: ['invalid_request', 'not_found', 'version_conflict', 'version_required'],
      async handle({ params, body, ifMatch }) {
        if (ifMatch === undefined) {
          return refuse(
            'version_required',
            'Send If-Match with the version that the settings are to replace.',
          )
        }
        return database.transaction(async (tx) => {
          const { rows } = await tx.query<Gateway>(
            'SELECT id, version, routing, weight FROM gateways.gateway WHERE id = $1 FOR UPDATE',
            [params.id],
          )
          const before = rows[0]
          if (!before) return refuse('not_found', `There is no gateway ${params.id}.`)
          const stale = staleVersion(ifMatch, before.version)
          if (stale) return stale
          const gateway = { ...before, ...body, version: before.version + 1 }
          await tx.query(
            'UPDATE gateways.gateway SET routing = $2, weight = $3, version = $4 WHERE id = $1',
            [gateway.id, gateway.routing, gateway.weight, gateway.version],
          )
          await countEffect(tx, {
            upstream: 'gateways',
            order: `${gateway.id}@${before.version}`,
            operation: 'gateway.set',
            target: gateway.id,
            at: now(),
            result: { gateway },
          })
          return { status: 200, body: { gateway }, version: gateway.version }
        })
      },
    }),
  ]
}

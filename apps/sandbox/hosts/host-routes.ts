import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { countEffect } from '../http/count-effect.ts'
import { Id, Version } from '../http/fields.ts'
import { refuse } from '../http/problem.ts'
import { defineRoute, type Route, staleVersion } from '../http/route.ts'

const HOSTS_MAX = 50
const Settings = z.strictObject({ routing: z.enum(['on', 'off']), weight: z.number().int().min(0).max(100) })
const Host = Settings.extend({ id: Id, version: Version })
type Host = z.infer<typeof Host>
const ById = z.strictObject({ id: Id })

/** `/hosts`, class C: no idempotency keys, but settings are written only over the version that `If-Match` names. */
export function hostRoutes(database: Database, now: () => Date): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/hosts',
      operationId: 'listHosts',
      summary: 'Every host',
      replies: { 200: z.strictObject({ hosts: z.array(Host) }) },
      refusals: [],
      async handle() {
        const { rows } = await database.query<Host>(
          'SELECT id, version, routing, weight FROM hosts.host ORDER BY id LIMIT $1',
          [HOSTS_MAX],
        )
        return { status: 200, body: { hosts: rows } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/hosts/{id}',
      operationId: 'readHost',
      summary: 'One host as it is now',
      params: ById,
      replies: { 200: Host },
      refusals: ['invalid_request', 'not_found'],
      async handle({ params }) {
        const { rows } = await database.query<Host>(
          'SELECT id, version, routing, weight FROM hosts.host WHERE id = $1',
          [params.id],
        )
        const found = rows[0]
        return found
          ? { status: 200, body: found, version: found.version }
          : refuse('not_found', `There is no host ${params.id}.`)
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/hosts/{id}',
      operationId: 'setHost',
      summary: 'Write the settings over the version that was seen',
      params: ById,
      body: Settings,
      conditional: true,
      replies: { 200: z.strictObject({ host: Host }) },
      refusals: ['invalid_request', 'not_found', 'version_conflict', 'version_required'],
      async handle({ params, body, ifMatch }) {
        if (ifMatch === undefined) {
          return refuse(
            'version_required',
            'Send If-Match with the version that the settings are to replace.',
          )
        }
        return database.transaction(async (tx) => {
          const { rows } = await tx.query<Host>(
            'SELECT id, version, routing, weight FROM hosts.host WHERE id = $1 FOR UPDATE',
            [params.id],
          )
          const before = rows[0]
          if (!before) return refuse('not_found', `There is no host ${params.id}.`)
          const stale = staleVersion(ifMatch, before.version)
          if (stale) return stale
          const host = { ...before, ...body, version: before.version + 1 }
          await tx.query('UPDATE hosts.host SET routing = $2, weight = $3, version = $4 WHERE id = $1', [
            host.id,
            host.routing,
            host.weight,
            host.version,
          ])
          await countEffect(tx, {
            upstream: 'hosts',
            order: `${host.id}@${before.version}`,
            operation: 'host.set',
            target: host.id,
            at: now(),
            result: { host },
          })
          return { status: 200, body: { host }, version: host.version }
        })
      },
    }),
  ]
}

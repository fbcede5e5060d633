import { fail, ok, type Result } from '@countersign/kernel/actions/failure.ts'
import type { Reading } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { notFound } from '@countersign/kernel/entities/not-found.ts'
import { unreadable } from '@countersign/kernel/entities/visible-entity.ts'
import { cursorParameter, encodeCursor, limitParameter } from '@countersign/kernel/http/cursor.ts'
import { type Reply, type Route, route } from '@countersign/kernel/http/route.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { z } from 'zod'
import { allowlistOnDoor } from '../allowlist/allowlist-on-door.ts'
import { rateLimitOnDoor } from '../rate-limit/rate-limit-on-door.ts'
import type { Edge, VersionsQuery, VersionsReading } from './edge-port.ts'

const READ_TIMEOUT_MS = 4_000
const VERSIONS_DEFAULT = 50
const params = z.object({ id: entityId })
/** The version that the page begins below. */
const place = z.strictObject({ before: z.int32().min(1) })

/** P-05 P-06: one limit or list, and how it was before, at the doors of their contract. */
export function edgeRoutes(
  edge: Pick<Edge, 'rateLimit' | 'rateLimitVersions' | 'allowlist' | 'allowlistVersions'>,
): Route[] {
  return [
    ...recordRoutes('/api/ops/rate-limits', {
      ...{ kind: 'rate_limit', what: 'rate limit', shown: rateLimitOnDoor },
      ...{ read: edge.rateLimit, versions: edge.rateLimitVersions },
    }),
    ...recordRoutes('/api/ops/ip-whitelist', {
      ...{ kind: 'allowlist', what: 'allowlist', shown: allowlistOnDoor },
      ...{ read: edge.allowlist, versions: edge.allowlistVersions },
    }),
  ]
}

function recordRoutes<State>(
  url: string,
  of: {
    readonly kind: string
    readonly what: string
    readonly read: (id: string, signal: AbortSignal) => Promise<Reading<State>>
    readonly versions: (
      id: string,
      query: VersionsQuery,
      signal: AbortSignal,
    ) => Promise<VersionsReading<State>>
    readonly shown: (state: State) => Record<string, Json>
  },
): Route[] {
  const signal = () => AbortSignal.timeout(READ_TIMEOUT_MS)
  return [
    route({
      method: 'GET',
      url: `${url}/:id`,
      summary: `One ${of.what} as it is now`,
      access: { permission: 'platform:read' },
      params,
      async handle({ params: { id } }) {
        const reading = await of.read(id, signal())
        if (reading.status !== 'found') return unread(of.kind, id, reading)
        return ok({ body: { success: true, data: of.shown(reading.state) } })
      },
    }),
    route({
      method: 'GET',
      url: `${url}/:id/versions`,
      summary: `Every version of one ${of.what}, newest first`,
      access: { permission: 'platform:read' },
      params,
      query: z.object({
        cursor: cursorParameter(place).optional(),
        limit: limitParameter(VERSIONS_DEFAULT),
      }),
      async handle({ params: { id }, query: { cursor, limit } }) {
        const reading = await of.versions(id, { limit, before: cursor?.before }, signal())
        if (reading.status !== 'found') return unread(of.kind, id, reading)
        const { versions, nextBefore } = reading
        return ok({
          body: {
            success: true,
            versions: versions.map(({ record, ...version }) => ({ ...version, record: of.shown(record) })),
            next_cursor: nextBefore === null ? null : encodeCursor({ before: nextBefore }),
          },
        })
      },
    }),
  ]
}

function unread(
  kind: string,
  id: string,
  reading: Exclude<VersionsReading<never>, { status: 'found' }>,
): Result<Reply> {
  return fail(reading.status === 'missing' ? notFound({ kind, id }) : unreadable(reading))
}

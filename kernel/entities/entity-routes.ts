import { z } from 'zod'
import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import { notFound, readContext } from '../actions/preview-action.ts'
import { visibleRequest } from '../actions/visible-requests.ts'
import type { BoundEntity } from '../console.ts'
import { cursorParameter, cursorTime, encodeCursor, limitParameter } from '../http/cursor.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { affordancesOf } from './affordances.ts'
import { type EntityRef, entityId, entityRef } from './entity-ref.ts'
import { lastKnown } from './last-known.ts'
import { mayHearOf } from './may-hear-of.ts'
import { recordRead } from './record-read.ts'
import { timelinePage } from './timeline-query.ts'

const TIMELINE_DEFAULT = 100
const params = z.object({ kind: entityRef.shape.kind, id: entityId })

/** C-09: the record as it is now, what may be done to it, and its history. */
export function entityRoutes(kernel: Kernel): Route[] {
  const entity = route({
    method: 'GET',
    url: '/v1/entities/:kind/:id',
    summary: 'A record, read through from where it lives',
    access: { permission: 'kernel:read' },
    params,
    async handle({ params, principal, origin }) {
      if (params.kind === 'request' && !(await visibleRequest(kernel, principal, params.id))) {
        return fail(notFound(params))
      }
      const declared = visibleEntity(kernel, principal, params)
      if (!declared.ok) return declared
      const reading = await declared.value.read(params.id, readContext(kernel))
      const readAt = kernel.now().toISOString()
      if (reading.status === 'missing') return fail(notFound(params))
      if (reading.status === 'found') {
        if (reading.tenantId !== undefined && !principal.tenants.includes(reading.tenantId))
          return fail(notFound(params))
        await recordRead(kernel, principal, origin, declared.value, params, reading.tenantId)
        return ok({
          body: {
            ...params,
            version: reading.version,
            fresh_at: readAt,
            stale: false,
            ...declared.value.present(reading.state),
            affordances: await affordancesOf(kernel, principal, params, reading),
          },
        })
      }
      const known = await lastKnown(kernel, declared.value, params.id)
      if (!known) {
        return fail({
          kind: 'upstream_unavailable',
          code: 'upstream_unreadable',
          message: `${reading.source} cannot be read now (${reading.why}) and no earlier copy is known here.`,
          retryAfterS: 5,
          extra: { source: reading.source },
        })
      }
      await recordRead(kernel, principal, origin, declared.value, params, undefined)
      return ok({
        body: {
          ...params,
          version: known.version,
          fresh_at: known.at,
          stale: { reason: `${reading.source} cannot be read now (${reading.why}).`, age_ms: known.age_ms },
          ...declared.value.present(known.state),
          affordances: await affordancesOf(kernel, principal, params, undefined),
        },
      })
    },
  })

  const timeline = route({
    method: 'GET',
    url: '/v1/entities/:kind/:id/timeline',
    summary: 'Everything that concerns a record, newest first',
    access: { permission: 'kernel:read' },
    params,
    query: z.strictObject({
      cursor: cursorParameter(z.strictObject({ at: cursorTime, position: z.int().min(1) })).optional(),
      limit: limitParameter(TIMELINE_DEFAULT),
    }),
    async handle({ params, query, principal }) {
      if (params.kind === 'request') {
        if (!(await visibleRequest(kernel, principal, params.id))) return fail(notFound(params))
      } else if (!mayHearOf(kernel, principal, params)) {
        return fail(noSuchKind(params.kind))
      }
      const page = await timelinePage(kernel, principal, params, query.cursor, query.limit)
      return ok({
        body: {
          entries: page.entries,
          next_cursor: page.next === null ? null : encodeCursor(page.next),
        },
      })
    },
  })

  return [entity, timeline]
}

/** A kind whose console this person may not read does not exist for them. */
function visibleEntity(kernel: Kernel, principal: Principal, ref: EntityRef): Result<BoundEntity> {
  const entity = kernel.entities.get(ref.kind)
  return entity && mayHearOf(kernel, principal, ref) ? ok(entity) : fail(noSuchKind(ref.kind))
}

function noSuchKind(kind: string): Failure {
  return { kind: 'not_found', code: 'no_such_kind', message: `There is no kind of record "${kind}".` }
}

import { z } from 'zod'
import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import { readContext } from '../actions/read-context.ts'
import { recordDenial } from '../actions/record-denial.ts'
import { visibleRequest } from '../actions/visible-requests.ts'
import type { BoundEntity } from '../console.ts'
import { cursorParameter, cursorTime, encodeCursor, limitParameter } from '../http/cursor.ts'
import { type Route, type RouteAccess, route } from '../http/route.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { affordancesOf } from './affordances.ts'
import { type EntityRef, entityId, entityRef } from './entity-ref.ts'
import { lastKnown } from './last-known.ts'
import { mayHearOf, readPermissionOf } from './may-hear-of.ts'
import { notFound } from './not-found.ts'
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
    access: ofRecord(kernel),
    params,
    async handle({ params, principal, origin }) {
      if (params.kind === 'request' && !(await visibleRequest(kernel, principal, params.id))) {
        return fail(notFound(params))
      }
      const declared = await visibleEntity(kernel, principal, origin, params)
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
    access: ofRecord(kernel),
    params,
    query: z.strictObject({
      cursor: cursorParameter(z.strictObject({ at: cursorTime, position: z.int().min(1) })).optional(),
      limit: limitParameter(TIMELINE_DEFAULT),
    }),
    async handle({ params, query, principal, origin }) {
      if (params.kind === 'request') {
        if (!(await visibleRequest(kernel, principal, params.id))) return fail(notFound(params))
      } else {
        const declared = await visibleEntity(kernel, principal, origin, params)
        if (!declared.ok) return declared
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

/** Whoever reads records at all is let in; what is denied to the others is named for what it is. */
function ofRecord(kernel: Kernel): RouteAccess {
  return {
    governed: ({ kind = '', id = '' }) => ({
      name: readPermissionOf(kernel, { kind, id }) ?? 'kernel:read',
      permissions: ['kernel:read'],
      movesMoney: false,
    }),
  }
}

/** A kind whose console this person may not read does not exist for them; that they asked for it is recorded. */
async function visibleEntity(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  ref: EntityRef,
): Promise<Result<BoundEntity>> {
  const entity = kernel.entities.get(ref.kind)
  if (entity && mayHearOf(kernel, principal, ref)) return ok(entity)
  const failure = noSuchKind(ref.kind)
  const permission = readPermissionOf(kernel, ref)
  if (permission !== undefined) {
    await recordDenial(kernel, principal, origin, {
      action: permission,
      movesMoney: false,
      code: failure.code,
      resource: `/v1/entities/${ref.kind}/${ref.id}`,
    })
  }
  return fail(failure)
}

function noSuchKind(kind: string): Failure {
  return { kind: 'not_found', code: 'no_such_kind', message: `There is no kind of record "${kind}".` }
}

import { z } from 'zod'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import { notFound, readContext } from '../actions/preview-action.ts'
import { visibleRequest } from '../actions/visible-requests.ts'
import type { BoundEntity } from '../console.ts'
import { cursorParameter, cursorTime, encodeCursor, limitParameter } from '../http/cursor.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { affordancesOf } from './affordances.ts'
import { type EntityRef, entityId, entityRef } from './entity-ref.ts'
import { mayHearOf } from './may-hear-of.ts'
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

/**
 * Before a sensitive record is shown: where that cannot be recorded, nothing is shown. One insert that waits for no other
 * reader; nothing else is locked, so that any number may read at once.
 */
async function recordRead(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  entity: BoundEntity,
  { kind, id }: EntityRef,
  tenantId: string | undefined,
): Promise<void> {
  if (!entity.sensitive) return
  const committed = await commitWrite(kernel.pool, {
    tenant_id: tenantId ?? null,
    events: [],
    audit: auditOf(kernel, {
      kind: 'read',
      actor: { id: principal.id, roles: principal.roles },
      action: 'kernel.read_record',
      target: { kind, id },
      outcome: 'allowed',
      ...(tenantId === undefined ? {} : { tenantId }),
      ...originFacts(origin),
    }),
  })
  if (!committed.ok) throw new Error(`a read could not be recorded: ${committed.failure.message}`)
}

/** The last copy that the projections have of a record. */
async function lastKnown(
  kernel: Kernel,
  entity: BoundEntity,
  id: string,
): Promise<{ version: string; at: string; age_ms: number; state: unknown } | undefined> {
  if (!entity.projected) return undefined
  const { rows } = await kernel.pool.query<{ version: string; at: string; age_ms: number; state: unknown }>(
    `SELECT version::text, kernel.rfc3339(at) AS at,
            (extract(epoch FROM clock_timestamp() - at) * 1000)::bigint::float8 AS age_ms, state
       FROM (${entity.projected.sql}) known`,
    [id],
  )
  return rows[0]
}

import { z } from 'zod'
import { fail, ok } from '../actions/failure.ts'
import { readContext } from '../actions/read-context.ts'
import { visibleRequest } from '../actions/visible-requests.ts'
import type { BoundEntity } from '../console.ts'
import { cursorParameter, cursorTime, encodeCursor, limitParameter } from '../http/cursor.ts'
import { type Route, type RouteAccess, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import { redacted } from '../personal-data/sealing.ts'
import { affordancesOf } from './affordances.ts'
import { mayAnnotate } from './annotatable-record.ts'
import { entityId, entityRef } from './entity-ref.ts'
import { lastKnown } from './last-known.ts'
import { readPermissionOf } from './may-hear-of.ts'
import { notFound } from './not-found.ts'
import { recordRead } from './record-read.ts'
import { timelinePage } from './timeline-query.ts'
import { isThereFor, maySee, unreadable, visibleEntity } from './visible-entity.ts'

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
        if (!isThereFor(kernel, principal, declared.value, reading)) return fail(notFound(params))
        await recordRead(kernel, principal, origin, declared.value, params, reading.tenantId)
        return ok({
          body: {
            ...params,
            version: reading.version,
            fresh_at: readAt,
            stale: false,
            ...declared.value.present(shownTo(kernel, principal, declared.value, reading.state)),
            personal: shownPersonal(declared.value, reading.state),
            affordances: await affordancesOf(kernel, principal, params, reading),
          },
        })
      }
      const known = await lastKnown(kernel, declared.value, params.id)
      if (!known) {
        return fail(unreadable(reading))
      }
      await recordRead(kernel, principal, origin, declared.value, params, undefined)
      return ok({
        body: {
          ...params,
          version: known.version,
          fresh_at: known.at,
          stale: {
            reason: say`${reading.source} cannot be read now (${reading.why}).`,
            age_ms: known.age_ms,
          },
          ...declared.value.present(shownTo(kernel, principal, declared.value, known.state)),
          personal: shownPersonal(declared.value, known.state),
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
      const seen = await maySee(kernel, principal, origin, params)
      if (!seen.ok) return seen
      const page = await timelinePage(kernel, principal, params, query.cursor, query.limit)
      return ok({
        body: {
          entries: page.entries,
          may_annotate: await mayAnnotate(kernel, principal, params),
          next_cursor: page.next === null ? null : encodeCursor(page.next),
        },
      })
    },
  })

  return [entity, timeline]
}

/** Whoever reads records at all is let in; what is denied to the others is named for what it is. */
export function ofRecord(kernel: Kernel): RouteAccess {
  return {
    governed: ({ kind = '', id = '' }) => ({
      name: readPermissionOf(kernel, { kind, id }) ?? 'kernel:read',
      permissions: ['kernel:read'],
      movesMoney: false,
    }),
  }
}

/** A sensitive record as it is, for who may see it so; without that, for the others. */
function shownTo(kernel: Kernel, principal: Principal, { sensitive }: BoundEntity, state: unknown): unknown {
  if (!sensitive || kernel.access.mayEver(principal, sensitive.seenWith)) return state
  return sensitive.masked(state)
}

/** Its personal data as it may be shown without a reveal. */
function shownPersonal(
  { personal }: BoundEntity,
  state: unknown,
): { path: string; shown: string; erased_at?: string }[] {
  return personal.flatMap(({ path, class: kind, value, erasedAt }) => {
    const erased = erasedAt?.(state)
    if (erased !== undefined) return [{ path, shown: '', erased_at: erased }]
    const text = value(state)
    return text === undefined ? [] : [{ path, shown: redacted(text, kind) }]
  })
}

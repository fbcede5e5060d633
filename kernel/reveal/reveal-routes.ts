import { z } from 'zod'
import { fail, ok } from '../actions/failure.ts'
import { readContext } from '../actions/read-context.ts'
import type { BoundEntity } from '../console.ts'
import { entityId, entityRef } from '../entities/entity-ref.ts'
import { ofRecord } from '../entities/entity-routes.ts'
import { notFound } from '../entities/not-found.ts'
import { isThereFor, unreadable, visibleEntity } from '../entities/visible-entity.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { REVEAL_MS, revealOf, revealStream } from './define-reveal.ts'
import { readOpenedInput } from './opened-input.ts'
import { recordReveal } from './record-reveal.ts'

/** K-30: what this person has revealed of a record, while it lasts. */
export function revealRoutes(kernel: Kernel): Route[] {
  return [
    route({
      method: 'GET',
      url: '/v1/entities/:kind/:id/revealed',
      summary: 'Personal data of a record that this person has revealed, until its time is over',
      access: ofRecord(kernel),
      params: z.object({ kind: entityRef.shape.kind, id: entityId }),
      async handle({ params, principal, origin }) {
        // A request is a record of whichever action it is of, so its fields are those of that action's input.
        if (params.kind === 'request') {
          const opened = await readOpenedInput(kernel, principal, origin, params.id)
          return opened.ok ? ok({ body: { fields: opened.value } }) : opened
        }
        const declared = await visibleEntity(kernel, principal, origin, params)
        if (!declared.ok) return declared
        const entity = declared.value
        const action = revealOf(entity)
        // Whoever has lost the permission has lost what it showed.
        const open =
          entity.personal.length > 0 && kernel.access.mayEver(principal, action)
            ? await openReveals(kernel, principal, entity, params.id)
            : []
        if (open.length === 0) return ok({ body: { fields: [] } })
        const reading = await entity.read(params.id, readContext(kernel))
        if (reading.status === 'unreadable') return fail(unreadable(reading))
        if (reading.status === 'missing') return fail(notFound(params))
        if (!isThereFor(kernel, principal, entity, reading)) return fail(notFound(params))
        const { tenantId, state } = reading
        const fields = open.flatMap(({ field, until }) => {
          const value = entity.personal.find(({ path }) => path === field)?.value(state)
          return value === undefined ? [] : [{ path: field, value, until }]
        })
        await recordReveal(kernel, principal, origin, {
          ...{ action, target: params, tenantId },
          detail: { fields: fields.map(({ path }) => path) },
        })
        return ok({ body: { fields } })
      },
    }),
  ]
}

/** By the database's clock, as everything that expires. */
async function openReveals(
  kernel: Pick<Kernel, 'pool'>,
  principal: Pick<Principal, 'id'>,
  entity: BoundEntity,
  id: string,
): Promise<{ field: string; until: string }[]> {
  const { rows } = await kernel.pool.query<{ field: string; until: string }>({
    name: 'open-reveals',
    text: `SELECT payload ->> 'field' AS field,
                  kernel.rfc3339(max(recorded_at) + make_interval(secs => $3::double precision / 1000)) AS until
             FROM kernel.event
            WHERE stream = $1 AND actor_id = $2
              AND recorded_at > clock_timestamp() - make_interval(secs => $3::double precision / 1000)
            GROUP BY payload ->> 'field' ORDER BY 1`,
    values: [revealStream(entity, id), principal.id, REVEAL_MS],
  })
  return rows
}

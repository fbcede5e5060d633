import { z } from 'zod'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import { fail, ok } from '../actions/failure.ts'
import { readContext } from '../actions/read-context.ts'
import type { BoundEntity } from '../console.ts'
import { type EntityRef, entityId, entityRef } from '../entities/entity-ref.ts'
import { ofRecord } from '../entities/entity-routes.ts'
import { notFound } from '../entities/not-found.ts'
import { unreadable, visibleEntity } from '../entities/visible-entity.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { REVEAL_MS, revealOf, revealStream } from './define-reveal.ts'

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
        const { tenantId, state } = reading
        if (tenantId !== undefined && !principal.tenants.includes(tenantId)) return fail(notFound(params))
        const fields = open.flatMap(({ field, until }) => {
          const value = entity.personal.find(({ path }) => path === field)?.value(state)
          return value === undefined ? [] : [{ path: field, value, until }]
        })
        await recordReveal(kernel, principal, origin, { action, target: params, tenantId, fields })
        return ok({ body: { fields } })
      },
    }),
  ]
}

/** Before anything is shown: where that cannot be recorded, nothing is. */
async function recordReveal(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  shown: {
    readonly action: string
    readonly target: EntityRef
    readonly tenantId: string | undefined
    readonly fields: readonly { readonly path: string }[]
  },
): Promise<void> {
  const committed = await commitWrite(kernel.pool, {
    tenant_id: shown.tenantId ?? null,
    events: [],
    audit: auditOf(kernel, {
      kind: 'reveal',
      actor: { id: principal.id, roles: principal.roles },
      action: shown.action,
      target: { kind: shown.target.kind, id: shown.target.id },
      outcome: 'allowed',
      detail: { fields: shown.fields.map(({ path }) => path) },
      ...(shown.tenantId === undefined ? {} : { tenantId: shown.tenantId }),
      ...originFacts(origin),
    }),
  })
  if (!committed.ok) throw new Error(`a reveal could not be recorded: ${english(committed.failure.message)}`)
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

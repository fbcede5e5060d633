import { type Failure, fail, invalid, ok, type Result } from '@countersign/kernel/actions/failure.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { notFound } from '@countersign/kernel/entities/not-found.ts'
import { unreadable } from '@countersign/kernel/entities/visible-entity.ts'
import { cursorParameter, encodeCursor, limitParameter } from '@countersign/kernel/http/cursor.ts'
import { type Route, route } from '@countersign/kernel/http/route.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import type { Gateways } from '../gateways/gateways-port.ts'
import { BREAKER_STATES, GATEWAY_KINDS, GATEWAY_STATUSES } from './gateway.ts'
import { metricsOnDoor } from './gateway-metrics.ts'
import { breakerOnDoor, ROUTES_ONLY } from './gateway-on-door.ts'

const READ_TIMEOUT_MS = 4_000
const LIST_DEFAULT = 50
const HOUR_MS = 3_600_000
const WINDOW_DEFAULT_MS = HOUR_MS
const WINDOW_MAX_H = 24

/** The place is the upstream's own; ours only carries it. */
const place = z.strictObject({ upstream: z.string().max(512) })
const listQuery = z.strictObject({
  kind: z.enum(GATEWAY_KINDS).optional(),
  status: z.enum(GATEWAY_STATUSES).optional(),
  breaker: z.enum(BREAKER_STATES).optional(),
  cursor: cursorParameter(place).optional(),
  limit: limitParameter(LIST_DEFAULT),
})

/** P-04: what of gateways' health the list of them does not tell, at the doors of its contract. */
export function gatewayRoutes(gateways: Pick<Gateways, 'gateways' | 'metrics'>, now: () => Date): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/ops/gateway-health/circuit-breakers',
      summary:
        'The circuit breaker of each gateway: its state, how often it has tripped, when it is tried again',
      access: { permission: 'platform:read' },
      query: listQuery,
      async handle({ query: { cursor, limit, ...filters } }) {
        const page = await gateways.gateways(
          { limit, filters, ...(cursor === undefined ? {} : { cursor: cursor.upstream }) },
          AbortSignal.timeout(READ_TIMEOUT_MS),
        )
        switch (page.status) {
          case 'no_such_cursor':
            return fail(invalid({ field: 'cursor', message: say`is not a cursor that this list gave` }))
          case 'unreadable':
            return fail(unreadable(page))
          case 'found':
            return ok({
              body: {
                success: true,
                data: page.records.map(({ state }) => ({
                  ...{ gateway: state.id, name: state.name, kind: state.kind },
                  ...breakerOnDoor(state),
                })),
                next_cursor: page.nextCursor === null ? null : encodeCursor({ upstream: page.nextCursor }),
                note: ROUTES_ONLY,
              },
            })
          default:
            return page satisfies never
        }
      },
    }),
    route({
      method: 'GET',
      url: '/api/ops/gateway-health/:gateway/metrics',
      summary:
        'How payments have fared by a gateway, by the minute: the last hour, or at most 24 hours; to is not included',
      access: { permission: 'platform:read' },
      params: z.object({ gateway: entityId }),
      query: z.strictObject({ from: instant.optional(), to: instant.optional() }),
      async handle({ params: { gateway }, query }) {
        const window = windowOf(query, now())
        if (!window.ok) return window
        const reading = await gateways.metrics(gateway, window.value, AbortSignal.timeout(READ_TIMEOUT_MS))
        switch (reading.status) {
          case 'missing':
            return fail(notFound({ kind: 'gateway', id: gateway }))
          case 'unreadable':
            return fail(unreadable(reading))
          case 'found':
            return ok({ body: { success: true, data: metricsOnDoor(reading.value), note: ROUTES_ONLY } })
          default:
            return reading satisfies never
        }
      },
    }),
  ]
}

/** The hour before `to` or before now, if nothing else is said. */
function windowOf(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: Date,
): Result<{ readonly from: string; readonly to: string }> {
  const ends = to === undefined ? now : new Date(to)
  const begins = from === undefined ? new Date(ends.getTime() - WINDOW_DEFAULT_MS) : new Date(from)
  const earliest = new Date(ends.getTime() - WINDOW_MAX_H * HOUR_MS)
  if (begins >= ends || begins < earliest) return fail(tooWide(earliest, ends))
  return ok({ from: begins.toISOString(), to: ends.toISOString() })
}

function tooWide(earliest: Date, ends: Date): Failure {
  return invalid({
    field: 'from',
    message: say`must be before to (${ends}) and not before ${earliest}: at most ${WINDOW_MAX_H} hours are shown at once`,
  })
}

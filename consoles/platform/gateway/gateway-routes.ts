import { type Failure, fail, invalid, ok, type Result } from '@countersign/kernel/actions/failure.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { notFound } from '@countersign/kernel/entities/not-found.ts'
import { unreadable } from '@countersign/kernel/entities/visible-entity.ts'
import { cursorParameter, encodeCursor, limitParameter } from '@countersign/kernel/http/cursor.ts'
import { type Reply, type Route, route } from '@countersign/kernel/http/route.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import type { Gateways } from '../gateways/gateways-port.ts'
import { BREAKER_STATES, GATEWAY_KINDS, GATEWAY_STATUSES, type Gateway } from './gateway.ts'
import { figuresOnDoor, type GatewayMetrics, metricsOnDoor } from './gateway-metrics.ts'

const READ_TIMEOUT_MS = 4_000
const LIST_DEFAULT = 50
/** Figures of so many gateways are asked for at a time. */
const FIGURES_AT_A_TIME = 10
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
type ListQuery = z.output<typeof listQuery>

type Read = Pick<Gateways, 'gateways' | 'metrics'>

/** P-04: how gateways fare, at the doors of their contract. */
export function gatewayRoutes(gateways: Read, now: () => Date): Route[] {
  const listed = async (
    { cursor, limit, ...filters }: ListQuery,
    items: (page: readonly Gateway[], signal: AbortSignal) => Promise<readonly Json[]>,
  ): Promise<Result<Reply>> => {
    const signal = AbortSignal.timeout(READ_TIMEOUT_MS)
    const page = await gateways.gateways(
      { limit, filters, ...(cursor === undefined ? {} : { cursor: cursor.upstream }) },
      signal,
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
            data: await items(
              page.records.map(({ state }) => state),
              signal,
            ),
            next_cursor: page.nextCursor === null ? null : encodeCursor({ upstream: page.nextCursor }),
            // P-11: nothing of this settles or pays out.
            note: say`Gateways route authorisations only. Settlements and payouts are not affected.`,
          },
        })
      default:
        return page satisfies never
    }
  }

  return [
    route({
      method: 'GET',
      url: '/api/ops/gateway-health/status',
      summary: 'How each gateway is, and how payments have fared by it in the last hour',
      access: { permission: 'platform:read' },
      query: listQuery,
      handle: ({ query }) =>
        listed(query, async (page, signal) => {
          const figures = await figuresOf(gateways, page, signal)
          return page.map((gateway) => statusOnDoor(gateway, figures.get(gateway.id)))
        }),
    }),
    route({
      method: 'GET',
      url: '/api/ops/gateway-health/circuit-breakers',
      summary:
        'The circuit breaker of each gateway: its state, how often it has tripped, when it is tried again',
      access: { permission: 'platform:read' },
      query: listQuery,
      handle: ({ query }) =>
        listed(query, async (page) =>
          page.map((gateway) => ({
            ...{ gateway: gateway.id, name: gateway.name, kind: gateway.kind },
            ...breakerOnDoor(gateway),
          })),
        ),
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
            return ok({ body: { success: true, data: metricsOnDoor(reading.value) } })
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

/** The last hour of each; what cannot be read within the time of the answer has none. */
async function figuresOf(
  gateways: Read,
  page: readonly Gateway[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, GatewayMetrics>> {
  const figures = new Map<string, GatewayMetrics>()
  for (let at = 0; at < page.length; at += FIGURES_AT_A_TIME) {
    const readings = await Promise.all(
      page.slice(at, at + FIGURES_AT_A_TIME).map(({ id }) => gateways.metrics(id, {}, signal)),
    )
    for (const reading of readings) {
      if (reading.status === 'found') figures.set(reading.value.gateway_id, reading.value)
    }
  }
  return figures
}

function statusOnDoor(gateway: Gateway, figures: GatewayMetrics | undefined): Json {
  const { id, version, name, kind, status, priority, weight, override } = gateway
  return {
    ...{ id, version, name, kind, status, status_since: gateway.status_since },
    status_reason: gateway.status_reason ?? null,
    ...{ priority, weight },
    breaker: breakerOnDoor(gateway),
    override: override ?? null,
    last_hour: figures === undefined ? null : figuresOnDoor(figures),
  }
}

function breakerOnDoor({ breaker }: Gateway): Record<string, Json> {
  return {
    ...{ state: breaker.state, since: breaker.since, trips: breaker.trips },
    next_probe_at: breaker.next_probe_at ?? null,
    forced: breaker.forced ?? null,
    forced_until: breaker.forced_until ?? null,
    reason: breaker.reason ?? null,
  }
}

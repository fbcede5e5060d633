import { say } from '@countersign/kernel/languages/say.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import type { Gateway } from './gateway.ts'
import { figuresOnDoor } from './gateway-metrics.ts'
import type { ListedGateway } from './with-last-hour.ts'

/** P-11: nothing of a gateway settles or pays out, and each door of its health says so. */
export const ROUTES_ONLY = say`Gateways route authorisations only. Settlements and payouts are not affected.`

/** A gateway in the spelling of `/api/ops/gateway-health/status`. */
export function gatewayOnDoor(gateway: ListedGateway): Record<string, Json> {
  const { id, version, name, kind, status, priority, weight, override, last_hour: figures } = gateway
  return {
    ...{ id, version, name, kind, status, status_since: gateway.status_since },
    status_reason: gateway.status_reason ?? null,
    ...{ priority, weight },
    breaker: breakerOnDoor(gateway),
    override: override ?? null,
    last_hour: figures === undefined ? null : figuresOnDoor(figures),
  }
}

/** Its breaker alone; times where there are any. */
export function breakerOnDoor({ breaker }: Gateway): Record<string, Json> {
  return {
    ...{ state: breaker.state, since: breaker.since, trips: breaker.trips },
    next_probe_at: breaker.next_probe_at ?? null,
    forced: breaker.forced ?? null,
    forced_until: breaker.forced_until ?? null,
    reason: breaker.reason ?? null,
  }
}

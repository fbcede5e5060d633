import type { Tone } from '@countersign/ui/tone.ts'
import type { StateLabel } from '@countersign/web-kit/console-web.ts'
import type { BreakerData } from './gateway-data.ts'

/** How a breaker is. */
export const BREAKERS: Record<BreakerData['state'], { label: string; tone: Tone }> = {
  closed: { label: 'platform.breaker.closed', tone: 'settled' },
  open: { label: 'platform.breaker.open', tone: 'danger' },
  half_open: { label: 'platform.breaker.halfOpen', tone: 'attention' },
}

/** How a gateway is, by the upstream’s word. */
export const GATEWAY_STATES: Record<string, StateLabel> = {
  operational: { label: 'platform.gateway.operational', tone: 'settled' },
  degraded: { label: 'platform.gateway.degraded', tone: 'attention' },
  maintenance: { label: 'platform.gateway.maintenance', tone: 'attention' },
  down: { label: 'platform.gateway.down', tone: 'danger' },
}

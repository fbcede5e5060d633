import type { Entity } from '@countersign/sdk/wire/entities.ts'

export type BreakerData = {
  state: 'closed' | 'open' | 'half_open'
  since: string
  trips: number
  next_probe_at: string | null
  forced: 'open' | 'closed' | null
  forced_until: string | null
  reason: string | null
}
export type OverrideData = {
  to: string
  to_name?: string
  percent: number
  since: string
  until: string
  reason: string
}

/** What the page of a gateway is made of, as the server presents it. */
export type GatewayData = {
  name: string
  kind: 'card' | 'wallet' | 'bank_transfer'
  priority: number
  weight: number
  status_since: string
  status_reason: string | null
  breaker: BreakerData
  override: OverrideData | null
  /** Null: they cannot be read now. */
  incidents: { id: string; severity: string; title: string; state: string; opened_at: string }[] | null
  created_at: string
}

export function gatewayOf({ data }: Entity): GatewayData {
  return data as GatewayData
}

export type Latency = { p50_ms: number | null; p95_ms: number | null; p99_ms: number | null }
type Figures = {
  volume: number
  captured: number
  declined: number
  failed: number
  /** 0 to 1; null where there was no payment. */
  success_rate: number | null
  latency: Latency
}

/** `GET /api/ops/gateway-health/:gateway/metrics` */
export type MetricsAnswer = {
  data: Figures & {
    gateway_id: string
    from: string
    to: string
    error_classes: { class: string; count: number }[]
    errors: { code: string; class: string; count: number }[]
    minutes: ({ at: string } & Figures)[]
  }
}

/** `GET /api/ops/gateway-health/status` */
export type StatusAnswer = {
  data: {
    id: string
    name: string
    status: 'operational' | 'degraded' | 'maintenance' | 'down'
    breaker: BreakerData
    override: OverrideData | null
  }[]
}

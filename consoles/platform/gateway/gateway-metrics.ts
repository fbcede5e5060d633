import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'

const count = z.int().min(0)
const figures = {
  volume: count,
  captured: count,
  declined: count,
  failed: count,
  /** 0 to 1; of no payment there is none. */
  success_rate: z.number().min(0).max(1).optional(),
  p50_ms: count.optional(),
  p95_ms: count.optional(),
  p99_ms: count.optional(),
}

/** How payments have fared by a gateway, as its system of record has counted them by the minute; `to` is not included. */
export const gatewayMetricsSchema = z.object({
  gateway_id: entityId,
  from: instant,
  to: instant,
  ...figures,
  errors: z.array(z.object({ code: z.string(), count })),
  /** Those in which there was a payment, oldest first. */
  minutes: z.array(z.object({ at: instant, ...figures })),
})
export type GatewayMetrics = z.output<typeof gatewayMetricsSchema>

/** Whose failure a code is. A bank that declines was reached: that is no fault of the gateway. */
const ERROR_CLASSES: Readonly<Record<string, string>> = {
  gateway_timeout: 'timeout',
  gateway_error: 'gateway',
  network_unavailable: 'network',
  insufficient_funds: 'declined',
  do_not_honour: 'declined',
  expired_card: 'declined',
  suspected_fraud: 'declined',
}

/** The figures without the minutes, in the spelling of `/api/ops/gateway-health`. */
export function figuresOnDoor(metrics: Omit<GatewayMetrics, 'minutes' | 'errors'>): Record<string, Json> {
  const { volume, captured, declined, failed } = metrics
  return {
    ...{ from: metrics.from, to: metrics.to, volume, captured, declined, failed },
    success_rate: metrics.success_rate ?? null,
    latency: latencyOf(metrics),
  }
}

/** Everything that is measured, in the spelling of `/api/ops/gateway-health`. */
export function metricsOnDoor(metrics: GatewayMetrics): Record<string, Json> {
  const errors = metrics.errors.map(({ code, count: n }) => ({
    ...{ code, class: ERROR_CLASSES[code] ?? 'other', count: n },
  }))
  const classes = [...new Set(errors.map((error) => error.class))].map((name) => ({
    class: name,
    count: errors.reduce((sum, error) => sum + (error.class === name ? error.count : 0), 0),
  }))
  return {
    gateway_id: metrics.gateway_id,
    ...figuresOnDoor(metrics),
    error_classes: classes.sort((one, other) => other.count - one.count),
    errors,
    minutes: metrics.minutes.map(({ success_rate, p50_ms, p95_ms, p99_ms, ...minute }) => ({
      ...minute,
      success_rate: success_rate ?? null,
      latency: latencyOf({ p50_ms, p95_ms, p99_ms }),
    })),
  }
}

function latencyOf({
  p50_ms,
  p95_ms,
  p99_ms,
}: Pick<GatewayMetrics, 'p50_ms' | 'p95_ms' | 'p99_ms'>): Record<string, Json> {
  return { p50_ms: p50_ms ?? null, p95_ms: p95_ms ?? null, p99_ms: p99_ms ?? null }
}

import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import {
  deliveryOf,
  readAnswer,
  readBackOperation,
  readKeyRetentionMs,
  readList,
  readRecord,
} from '@countersign/kernel/connectors/upstream-reading.ts'
import { gatewaySchema } from '../gateway/gateway.ts'
import { gatewayMetricsSchema } from '../gateway/gateway-metrics.ts'
import { incidentSchema } from '../gateway/incident.ts'
import type { Gateways } from './gateways-port.ts'

/** Gateways over HTTP. Class A: it deduplicates by key for as long as it says, and can be asked about a key. */
export function makeGatewaysHttp(http: UpstreamHttp): Gateways {
  const route = async (
    id: string,
    what: 'override' | 'override/end',
    body: object,
    { key, ifMatch, signal }: Parameters<Gateways['endOverride']>[2],
  ) =>
    deliveryOf(
      await http.write({
        method: 'POST',
        path: `/gateways/${encodeURIComponent(id)}/${what}`,
        ...{ key, body, signal },
        ...(ifMatch === null ? {} : { ifMatch }),
      }),
      (answer) => {
        const { gateway } = answer as { gateway: { id: string; version: number } }
        return { gateway: gateway.id, version: gateway.version }
      },
    )
  return {
    gateway: (id, signal) => readRecord(http, `/gateways/${encodeURIComponent(id)}`, gatewaySchema, signal),
    gateways: (query, signal) =>
      readList(http, { path: '/gateways', member: 'gateways', schema: gatewaySchema, query, signal }),
    incidents: (query, signal) =>
      readList(http, { path: '/incidents', member: 'incidents', schema: incidentSchema, query, signal }),
    metrics(id, { from, to }, signal) {
      const window = new URLSearchParams()
      if (from !== undefined) window.set('from', from)
      if (to !== undefined) window.set('to', to)
      const path = `/gateways/${encodeURIComponent(id)}/metrics?${window}`
      return readAnswer(http, path, gatewayMetricsSchema, signal)
    },
    override: (id, request, write) => route(id, 'override', request, write),
    endOverride: (id, request, write) => route(id, 'override/end', request, write),
    operation: (key, signal) => readBackOperation(http, key, signal),
    keyRetentionMs: (signal) => readKeyRetentionMs(http, signal),
  }
}

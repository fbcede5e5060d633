import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import type { IngestSource } from '@countersign/kernel/events/ingest-source.ts'
import { envelopeFacts, pollUpstream, upstreamEvent } from '@countersign/kernel/events/upstream-event.ts'
import { EVENT_TYPES } from '../contract.ts'
import { gatewaySchema } from '../gateway/gateway.ts'
import { incidentSchema } from '../gateway/incident.ts'

const GATEWAY_TYPES: Readonly<Record<string, string>> = {
  'gateway.created': EVENT_TYPES.gatewayCreated,
  'gateway.status_changed': EVENT_TYPES.gatewayStatusChanged,
  'gateway.routing_changed': EVENT_TYPES.gatewayRoutingChanged,
  'gateway.credential_set': EVENT_TYPES.gatewayCredentialSet,
  'gateway.breaker_opened': EVENT_TYPES.gatewayBreakerOpened,
  'gateway.breaker_half_opened': EVENT_TYPES.gatewayBreakerHalfOpened,
  'gateway.breaker_closed': EVENT_TYPES.gatewayBreakerClosed,
  'gateway.breaker_forced': EVENT_TYPES.gatewayBreakerForced,
  'gateway.breaker_released': EVENT_TYPES.gatewayBreakerReleased,
  'gateway.override_set': EVENT_TYPES.gatewayOverrideSet,
  'gateway.override_ended': EVENT_TYPES.gatewayOverrideEnded,
  'gateway.override_lapsed': EVENT_TYPES.gatewayOverrideLapsed,
}
const INCIDENT_TYPES: Readonly<Record<string, string>> = {
  'incident.opened': EVENT_TYPES.incidentOpened,
  'incident.updated': EVENT_TYPES.incidentUpdated,
  'incident.resolved': EVENT_TYPES.incidentResolved,
}

/** Gateways as they change, and what befalls them. Credentials, and what people write of an incident, stay where they are. */
export function gatewaysEvents(http: UpstreamHttp): IngestSource {
  return {
    source: 'gateways',
    map(raw) {
      const event = upstreamEvent.parse(raw)
      const common = envelopeFacts(event)
      const gatewayType = GATEWAY_TYPES[event.type]
      if (gatewayType !== undefined) {
        const record = gatewaySchema.parse(event.data)
        return {
          ...common,
          type: gatewayType,
          stream: `platform.gateway/${record.id}`,
          refs: [
            { kind: 'gateway', id: record.id },
            // Where its authorisations go, that is known too.
            ...(record.override && event.type === 'gateway.override_set'
              ? [{ kind: 'gateway', id: record.override.to }]
              : []),
          ],
          payload: { version: event.subject_version, state: record.status, record },
        }
      }
      const incidentType = INCIDENT_TYPES[event.type]
      if (incidentType !== undefined) {
        const record = incidentSchema.parse(event.data)
        return {
          ...common,
          type: incidentType,
          stream: `platform.incident/${record.id}`,
          refs: [{ kind: 'gateway', id: record.gateway_id }],
          payload: { version: event.subject_version, state: record.state, record },
        }
      }
      return undefined
    },
    poll: (after, signal) => pollUpstream(http, after, signal),
  }
}

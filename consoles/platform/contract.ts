/** What others may know of the platform console: event types. */

export const EVENT_TYPES = {
  merchantCreated: 'platform.merchant.created',
  merchantActivated: 'platform.merchant.activated',
  merchantSuspended: 'platform.merchant.suspended',
  transactionRecorded: 'platform.transaction.recorded',
  gatewayCreated: 'platform.gateway.created',
  gatewayStatusChanged: 'platform.gateway.status_changed',
  gatewayRoutingChanged: 'platform.gateway.routing_changed',
  gatewayCredentialSet: 'platform.gateway.credential_set',
  gatewayBreakerOpened: 'platform.gateway.breaker_opened',
  gatewayBreakerHalfOpened: 'platform.gateway.breaker_half_opened',
  gatewayBreakerClosed: 'platform.gateway.breaker_closed',
  gatewayBreakerForced: 'platform.gateway.breaker_forced',
  gatewayBreakerReleased: 'platform.gateway.breaker_released',
  gatewayOverrideSet: 'platform.gateway.override_set',
  gatewayOverrideEnded: 'platform.gateway.override_ended',
  gatewayOverrideLapsed: 'platform.gateway.override_lapsed',
  incidentOpened: 'platform.incident.opened',
  incidentUpdated: 'platform.incident.updated',
  incidentResolved: 'platform.incident.resolved',
} as const

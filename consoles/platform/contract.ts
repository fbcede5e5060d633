/** What others may know of the platform console: event types, and who has a feature. */
import type { Kernel } from '@countersign/kernel/kernel.ts'

export const EVENT_TYPES = {
  merchantCreated: 'platform.merchant.created',
  merchantActivated: 'platform.merchant.activated',
  merchantSuspended: 'platform.merchant.suspended',
  rateLimitCreated: 'platform.rate_limit.created',
  rateLimitChanged: 'platform.rate_limit.changed',
  rateLimitWithdrawn: 'platform.rate_limit.withdrawn',
  allowlistCreated: 'platform.allowlist.created',
  allowlistChanged: 'platform.allowlist.changed',
  allowlistWithdrawn: 'platform.allowlist.withdrawn',
  configChanged: 'platform.config.changed',
  configRolledBack: 'platform.config.rolled_back',
  userInvited: 'platform.user.invited',
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

/**
 * Whether a feature is there for a subject: a merchant or a customer, by id. Rolled out to a share, it is there for the same subjects each
 * time, and for all of them still when the share grows. False where there is no such flag.
 *
 * @param pool as `app` or `auditor`
 */
export async function hasFeature(pool: Kernel['pool'], flag: string, subject: string): Promise<boolean> {
  const { rows } = await pool.query<{ has: boolean }>({
    name: 'platform-has-feature',
    text: 'SELECT platform.has_feature($1, $2) AS has',
    values: [flag, subject],
  })
  return rows[0]?.has === true
}

import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConsoleDeclaration } from '@countersign/kernel/console.ts'
import { defineEntity } from '@countersign/kernel/entities/define-entity.ts'
import type { IngestSource } from '@countersign/kernel/events/ingest-source.ts'
import { readCatalogues } from '@countersign/kernel/languages/read-catalogues.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { defineReveal } from '@countersign/kernel/reveal/define-reveal.ts'
import { addAllowlist } from './allowlist/add-allowlist.ts'
import { allowlistEntity } from './allowlist/allowlist-entity.ts'
import { changeAllowlist } from './allowlist/change-allowlist.ts'
import { withdrawAllowlist } from './allowlist/withdraw-allowlist.ts'
import { EVENT_TYPES } from './contract.ts'
import { dashboardRoute } from './dashboard/dashboard-route.ts'
import { makeEdgeGate } from './edge/edge-gate.ts'
import { edgeRecordView } from './edge/edge-record-view.ts'
import { edgeRoutes } from './edge/edge-routes.ts'
import { edgeScopeEntity } from './edge/edge-scope.ts'
import { endGatewayOverride } from './gateway/end-gateway-override.ts'
import { gatewayEntity } from './gateway/gateway-entity.ts'
import { gatewayRoutes } from './gateway/gateway-routes.ts'
import { overrideGateway } from './gateway/override-gateway.ts'
import { closedPath } from './isolation/closed-path.ts'
import { notLetIn } from './isolation/not-let-in.ts'
import { activateMerchant } from './merchant/activate-merchant.ts'
import { createMerchant } from './merchant/create-merchant.ts'
import { merchant, merchantEntity } from './merchant/merchant-entity.ts'
import { merchantRegisterEntity } from './merchant/merchant-register.ts'
import { merchantRoutes } from './merchant/merchant-routes.ts'
import { suspendMerchant } from './merchant/suspend-merchant.ts'
import { addRateLimit } from './rate-limit/add-rate-limit.ts'
import { changeRateLimit } from './rate-limit/change-rate-limit.ts'
import { rateLimitEntity } from './rate-limit/rate-limit-entity.ts'
import { withdrawRateLimit } from './rate-limit/withdraw-rate-limit.ts'
import { platformRoles } from './roles.ts'
import { searchSources } from './search-sources.ts'
import { changeConfig } from './system-config/change-config.ts'
import { configEntity } from './system-config/config-entity.ts'
import { configRoutes } from './system-config/config-routes.ts'
import { rollBackConfig } from './system-config/roll-back-config.ts'
import { transactionEntity } from './transaction/transaction-entity.ts'
import { transactionProjection } from './transaction/transaction-projection.ts'
import type { Upstreams } from './upstreams.ts'
import { inviteUser, userDirectory } from './user/invite-user.ts'
import { userDoors } from './user/user-doors.ts'
import { user } from './user/user-entity.ts'
import { userRoutes } from './user/user-routes.ts'

/** The platform console: what it declares, and nothing else. Nothing in it moves money, or reads where money is kept (P-11). */
export const platformConsole = (
  ingest: readonly IngestSource[],
  upstreams: Upstreams,
): ConsoleDeclaration<Upstreams> => ({
  name: 'platform',
  title: say`Platform`,
  upstreamTitles: { merchants: say`Merchants`, gateways: say`Gateways`, edge: say`Edge` },
  roles: platformRoles,
  readPermissions: ['platform:read', 'platform:log'],
  policies: { 'platform.cedar': readFileSync(new URL('./platform.cedar', import.meta.url), 'utf8') },
  entities: [
    merchantEntity,
    merchantRegisterEntity,
    transactionEntity,
    gatewayEntity,
    edgeScopeEntity,
    rateLimitEntity,
    allowlistEntity,
    configEntity,
    defineEntity(user),
    defineEntity(userDirectory),
  ],
  actions: [
    ...[createMerchant, activateMerchant, suspendMerchant, defineReveal(merchant)],
    ...[overrideGateway, endGatewayOverride],
    ...[addRateLimit, changeRateLimit, withdrawRateLimit],
    ...[addAllowlist, changeAllowlist, withdrawAllowlist],
    ...[inviteUser, defineReveal(user), changeConfig, rollBackConfig],
  ],
  queues: [],
  projections: [edgeRecordView, transactionProjection],
  search: searchSources,
  ingest,
  closed: closedPath,
  notLetIn,
  auditLog: {
    path: '/api/ops/audit-logs',
    permission: 'platform:log',
    summary:
      'What the log has of this console, newest first; on its first page the security events of the last seven days',
    beside: {
      success: true,
      note: say`Who did what here, when and why. What other consoles did is not listed.`,
    },
  },
  routes: (kernel) => [
    ...merchantRoutes(upstreams.merchants),
    ...gatewayRoutes(upstreams.gateways, kernel.now),
    ...edgeRoutes(upstreams.edge),
    ...userRoutes(kernel),
    ...configRoutes(kernel),
    dashboardRoute(kernel, upstreams),
  ],
  gate: makeEdgeGate,
  doors: userDoors,
  eventTitles: {
    'platform.user_reveal.granted': say`Personal data revealed to one person`,
    'platform.merchant_reveal.granted': say`Personal data revealed to one person`,
    [EVENT_TYPES.merchantCreated]: say`Merchant opened`,
    [EVENT_TYPES.merchantActivated]: say`Merchant activated`,
    [EVENT_TYPES.merchantSuspended]: say`Merchant suspended`,
    [EVENT_TYPES.rateLimitCreated]: say`Rate limit set`,
    [EVENT_TYPES.rateLimitChanged]: say`Rate limit changed`,
    [EVENT_TYPES.rateLimitWithdrawn]: say`Rate limit withdrawn`,
    [EVENT_TYPES.allowlistCreated]: say`Allowlist made`,
    [EVENT_TYPES.allowlistChanged]: say`Allowlist changed`,
    [EVENT_TYPES.allowlistWithdrawn]: say`Allowlist withdrawn`,
    [EVENT_TYPES.configChanged]: say`Configuration changed`,
    [EVENT_TYPES.configRolledBack]: say`Configuration rolled back`,
    [EVENT_TYPES.userInvited]: say`User invited`,
    [EVENT_TYPES.transactionRecorded]: say`Payment at the checkout`,
    [EVENT_TYPES.gatewayCreated]: say`Gateway taken into service`,
    [EVENT_TYPES.gatewayStatusChanged]: say`Status of the gateway changed`,
    [EVENT_TYPES.gatewayRoutingChanged]: say`Weight or priority changed`,
    [EVENT_TYPES.gatewayCredentialSet]: say`Credential replaced`,
    [EVENT_TYPES.gatewayBreakerOpened]: say`Breaker opened: payments failed in a row`,
    [EVENT_TYPES.gatewayBreakerHalfOpened]: say`Breaker half open: the gateway is being tried`,
    [EVENT_TYPES.gatewayBreakerClosed]: say`Breaker closed: trials went well`,
    [EVENT_TYPES.gatewayBreakerForced]: say`Breaker forced by somebody`,
    [EVENT_TYPES.gatewayBreakerReleased]: say`Breaker left to itself again`,
    [EVENT_TYPES.gatewayOverrideSet]: say`Authorisations go by another gateway for a time`,
    [EVENT_TYPES.gatewayOverrideEnded]: say`Override ended by somebody`,
    [EVENT_TYPES.gatewayOverrideLapsed]: say`Override ended by itself, at its time`,
    [EVENT_TYPES.incidentOpened]: say`Incident opened`,
    [EVENT_TYPES.incidentUpdated]: say`Incident updated`,
    [EVENT_TYPES.incidentResolved]: say`Incident resolved`,
  },
  texts: readCatalogues(new URL('.', import.meta.url)),
  migrations: { module: 'platform', directory: dirname(fileURLToPath(import.meta.url)) },
})

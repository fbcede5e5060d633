import type { ConsoleEntry } from '@countersign/web-kit/console-web.ts'

/** What its upstreams are called. */
export const sources = {
  merchants: 'platform.source.merchants',
  gateways: 'platform.source.gateways',
  edge: 'platform.source.edge',
} as const

/** What the shell knows of the platform console before it is entered. */
const platform: ConsoleEntry = {
  name: 'platform',
  title: 'platform.title',
  kinds: {
    merchant: 'platform.kind.merchant',
    merchant_register: 'platform.merchants',
    transaction: 'platform.kind.transaction',
    gateway: 'platform.kind.gateway',
    rate_limit: 'platform.kind.rateLimit',
    allowlist: 'platform.kind.allowlist',
    edge_scope: 'platform.kind.edgeScope',
    user: 'platform.kind.user',
    user_directory: 'platform.users',
    config: 'platform.kind.config',
  },
  queues: {},
  sources,
  auditLog: '/api/ops/audit-logs',
  places: [
    { to: { console: 'platform', page: 'dashboard' }, title: 'platform.dashboard' },
    { to: { list: 'merchant' }, title: 'platform.merchants' },
    { to: { list: 'transaction' }, title: 'platform.transactions' },
    { to: { list: 'gateway' }, title: 'platform.gatewayHealth' },
    { to: { list: 'rate_limit' }, title: 'platform.rateLimits' },
    { to: { list: 'allowlist' }, title: 'platform.allowlists' },
    { to: { list: 'user' }, title: 'platform.users' },
    { to: { list: 'config' }, title: 'platform.systemConfig' },
    { to: { log: 'platform' }, title: 'platform.auditLogs' },
  ],
  logged: {
    'platform.finance_operations': 'platform.logged.financeOperations',
    'platform.finance_routes': 'platform.logged.financeRoutes',
    'platform.change_transaction': 'platform.logged.changeTransaction',
    'platform.read_config': 'platform.logged.readConfig',
    'platform:enter': 'platform.logged.enter',
  },
  // P-13: what this console is not for stands on each of its pages.
  notice: 'platform.noFinance',
  load: () => import('./web.tsx'),
}

export default platform

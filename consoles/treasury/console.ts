import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConsoleDeclaration } from '@countersign/kernel/console.ts'
import type { IngestSource } from '@countersign/kernel/events/ingest-source.ts'
import { readCatalogues } from '@countersign/kernel/languages/read-catalogues.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { accountingPeriodEntity } from './accounting-period/accounting-period-entity.ts'
import { lockPeriod } from './accounting-period/lock-period.ts'
import { EVENT_TYPES } from './contract.ts'
import { financeRoutes } from './finance-routes.ts'
import { closedToOthers } from './isolation/closed-to-others.ts'
import { ledgerEntryEntity } from './ledger-entry/ledger-entry-entity.ts'
import { treasuryRoles } from './roles.ts'
import { confirmSettlement } from './settlement/confirm-settlement.ts'
import { settlementEntity } from './settlement/settlement-entity.ts'
import type { Upstreams } from './upstreams.ts'

/** The treasury console: what it declares, and nothing else. */
export const treasuryConsole = (
  ingest: readonly IngestSource[],
  upstreams: Upstreams,
): ConsoleDeclaration<Upstreams> => ({
  name: 'treasury',
  title: say`Treasury`,
  upstreamTitles: { treasury: say`Books` },
  roles: treasuryRoles,
  readPermissions: ['treasury:read'],
  policies: { 'treasury.cedar': readFileSync(new URL('./treasury.cedar', import.meta.url), 'utf8') },
  entities: [ledgerEntryEntity, settlementEntity, accountingPeriodEntity],
  actions: [confirmSettlement, lockPeriod],
  queues: [],
  projections: [],
  ingest,
  // CRITICAL: P-11, the books are finance's alone. Whoever else reaches for them is refused, and that is looked into.
  guarded: true,
  closed: closedToOthers,
  notLetIn: () => ({ message: say`FINANCE_ADMIN role required` }),
  routes: () => financeRoutes(upstreams.treasury),
  eventTitles: {
    [EVENT_TYPES.settlementPaidOut]: say`Paid out to the merchant`,
    [EVENT_TYPES.settlementConfirmed]: say`Settlement confirmed`,
    [EVENT_TYPES.periodLocked]: say`Accounting period locked`,
  },
  texts: readCatalogues(new URL('.', import.meta.url)),
  migrations: { module: 'treasury', directory: dirname(fileURLToPath(import.meta.url)) },
})

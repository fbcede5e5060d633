import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConsoleDeclaration } from '@countersign/kernel/console.ts'
import type { IngestSource } from '@countersign/kernel/events/ingest-source.ts'
import { readCatalogues } from '@countersign/kernel/languages/read-catalogues.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { defineReveal } from '@countersign/kernel/reveal/define-reveal.ts'
import { EVENT_TYPES } from './contract.ts'
import { closedPath } from './isolation/closed-path.ts'
import { activateMerchant } from './merchant/activate-merchant.ts'
import { merchant, merchantEntity } from './merchant/merchant-entity.ts'
import { merchantRoutes } from './merchant/merchant-routes.ts'
import { suspendMerchant } from './merchant/suspend-merchant.ts'
import type { Merchants } from './merchants/merchants-port.ts'
import { platformRoles } from './roles.ts'
import { transactionEntity } from './transaction/transaction-entity.ts'
import type { Upstreams } from './upstreams.ts'

/** The platform console: what it declares, and nothing else. Nothing in it moves money, or reads where money is kept (P-11). */
export const platformConsole = (
  ingest: readonly IngestSource[],
  merchants: Pick<Merchants, 'merchant'>,
): ConsoleDeclaration<Upstreams> => ({
  name: 'platform',
  title: say`Platform`,
  roles: platformRoles,
  readPermissions: ['platform:read'],
  policies: { 'platform.cedar': readFileSync(new URL('./platform.cedar', import.meta.url), 'utf8') },
  entities: [merchantEntity, transactionEntity],
  actions: [activateMerchant, suspendMerchant, defineReveal(merchant)],
  queues: [],
  projections: [],
  ingest,
  closed: closedPath,
  routes: () => merchantRoutes(merchants),
  eventTitles: {
    'platform.merchant_reveal.granted': say`Personal data revealed to one person`,
    [EVENT_TYPES.merchantCreated]: say`Merchant opened`,
    [EVENT_TYPES.merchantActivated]: say`Merchant activated`,
    [EVENT_TYPES.merchantSuspended]: say`Merchant suspended`,
    [EVENT_TYPES.transactionRecorded]: say`Payment at the checkout`,
  },
  texts: readCatalogues(new URL('.', import.meta.url)),
  migrations: { module: 'platform', directory: dirname(fileURLToPath(import.meta.url)) },
})

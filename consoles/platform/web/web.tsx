import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { sources } from './entry.ts'
import { merchantView } from './merchant-view.tsx'
import { METHOD_NAMES } from './method-name.ts'
import { transactionView } from './transaction-view.tsx'

/** The platform console in the browser. */
const platform: ConsoleWeb = {
  name: 'platform',
  messages: {
    en: () => import('./catalogue.en.ts'),
    fr: () => import('./catalogue.fr.ts'),
    ar: () => import('./catalogue.ar.ts'),
  },
  records: {
    merchant: merchantView,
    transaction: transactionView,
  },
  actionForms: {},
  actionKeys: {
    'platform.suspend_merchant': 's',
    'platform.activate_merchant': 'v',
  },
  personalLabels: { 'contact.email': 'platform.personal.email' },
  columnLabels: {
    method: METHOD_NAMES,
  },
  hiddenColumns: [],
  sources,
}

export default platform

import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { accountingPeriodView } from './accounting-period-view.tsx'
import { sources } from './entry.ts'
import { ledgerEntryView } from './ledger-entry-view.tsx'
import { settlementView } from './settlement-view.tsx'

/** The treasury console in the browser. */
const treasury: ConsoleWeb = {
  name: 'treasury',
  messages: {
    en: () => import('./catalogue.en.ts'),
    fr: () => import('./catalogue.fr.ts'),
    ar: () => import('./catalogue.ar.ts'),
  },
  records: {
    settlement: settlementView,
    ledger_entry: ledgerEntryView,
    accounting_period: accountingPeriodView,
  },
  actionForms: {},
  actionKeys: { 'treasury.confirm_settlement': 'c', 'treasury.lock_period': 'l' },
  columnLabels: {},
  hiddenColumns: [],
  sources,
}

export default treasury

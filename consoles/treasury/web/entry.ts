import type { ConsoleEntry } from '@countersign/web-kit/console-web.ts'

/** What its upstream is called. */
export const sources = { treasury: 'treasury.source.treasury' } as const

/** What the shell knows of the treasury console before it is entered. */
const treasury: ConsoleEntry = {
  name: 'treasury',
  title: 'treasury.title',
  kinds: {
    settlement: 'treasury.kind.settlement',
    ledger_entry: 'treasury.kind.ledgerEntry',
    accounting_period: 'treasury.kind.accountingPeriod',
  },
  queues: {},
  sources,
  places: [
    { to: { list: 'settlement' }, title: 'treasury.settlements' },
    { to: { list: 'ledger_entry' }, title: 'treasury.ledgerEntries' },
    { to: { list: 'accounting_period' }, title: 'treasury.accountingPeriods' },
  ],
  load: () => import('./web.tsx'),
}

export default treasury

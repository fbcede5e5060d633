import type { ConsoleEntry } from '@countersign/web-kit/console-web.ts'

/** What its upstreams are called, and what else tells of events. */
export const sources = {
  cts: 'transfers.source.cts',
  ledger: 'transfers.source.ledger',
  recon: 'transfers.source.recon',
  compliance: 'transfers.source.compliance',
  screening: 'transfers.kind.screening',
} as const

/** What the shell knows of the transfers console before it is entered. */
const transfers: ConsoleEntry = {
  name: 'transfers',
  title: 'transfers.title',
  kinds: {
    transfer: 'transfers.kind.transfer',
    party: 'transfers.kind.party',
    posting: 'transfers.kind.posting',
    exception: 'transfers.kind.exception',
    hit: 'transfers.kind.hit',
    statement: 'transfers.kind.statement',
    file: 'transfers.kind.file',
    refused_file: 'transfers.kind.refusedFile',
    sanctions_list: 'transfers.kind.sanctionsList',
    list_entry: 'transfers.kind.listEntry',
    screening: 'transfers.kind.screening',
    screening_rule: 'transfers.kind.screeningRule',
  },
  queues: {
    'transfers.returns': 'transfers.queue.returns',
    'transfers.exceptions': 'transfers.queue.exceptions',
    'transfers.compliance': 'transfers.queue.compliance',
  },
  logged: { 'transfers.announce_list': 'transfers.logged.announceList' },
  sources,
  places: [{ to: { kind: 'screening', id: 'overview' }, title: 'transfers.kind.screening' }],
  runbooks: { 'override-rate': 'transfers.runbook.overrideRate' },
  load: () => import('./web.tsx'),
}

export default transfers

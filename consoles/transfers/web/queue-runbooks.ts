import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'

const SCREENING = {
  record: { kind: 'screening', id: 'overview' },
  label: 'transfers.runbook.toScreening',
} as const

/** T-09: what to do about what happens in each queue. */
export const queueRunbooks: NonNullable<ConsoleWeb['queueRunbooks']> = {
  'transfers.exceptions': [
    { when: 'transfers.runbook.backlog', what: 'transfers.runbook.backlog.what' },
    { when: 'transfers.runbook.noCandidate', what: 'transfers.runbook.noCandidate.what' },
    { when: 'transfers.runbook.wrongAssign', what: 'transfers.runbook.wrongAssign.what' },
  ],
  'transfers.compliance': [
    { when: 'transfers.runbook.falseFlag', what: 'transfers.runbook.falseFlag.what' },
    { when: 'transfers.runbook.overrides', what: 'transfers.runbook.overrides.what', to: SCREENING },
    { when: 'transfers.runbook.sureMatch', what: 'transfers.runbook.sureMatch.what' },
  ],
  'transfers.returns': [
    { when: 'transfers.runbook.deadline', what: 'transfers.runbook.deadline.what' },
    { when: 'transfers.runbook.wrongReturn', what: 'transfers.runbook.wrongReturn.what' },
    { when: 'transfers.runbook.backlog', what: 'transfers.runbook.backlog.what' },
  ],
}

/** Their texts are read by few on a day. */
export const runbookMessages: NonNullable<ConsoleWeb['runbookMessages']> = {
  en: () => import('./runbooks.messages.en.json'),
  fr: () => import('./runbooks.messages.fr.json'),
  ar: () => import('./runbooks.messages.ar.json'),
}

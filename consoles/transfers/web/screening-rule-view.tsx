import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { lazy } from 'react'

/** A rule that raises hits: how much of what it raises is cleared, and what another threshold would have come to. */
export const screeningRuleView: RecordView = {
  name: 'transfers.kind.screeningRule',
  headedBy: 'title',
  states: {
    in_force: { label: 'transfers.state.in_force', tone: 'settled' },
    due: { label: 'transfers.state.due', tone: 'attention' },
  },
  Body: lazy(() => import('./screening-rule-body.tsx')),
}

import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { lazyPart } from '@countersign/web-kit/lazy-part.tsx'
import { withTexts } from '@countersign/web-kit/with-texts.ts'
import { screeningTexts } from './screening/screening-texts.ts'

/** A rule that raises hits: how much of what it raises is cleared, and what another threshold would have come to. */
export const screeningRuleView: RecordView = {
  name: 'transfers.kind.screeningRule',
  headedBy: 'title',
  states: {
    in_force: { label: 'transfers.state.in_force', tone: 'settled' },
    no_list: { label: 'transfers.state.no_list', tone: 'attention' },
    due: { label: 'transfers.state.due', tone: 'attention' },
  },
  Body: lazyPart(
    withTexts(() => import('./screening-rule-body.tsx'), screeningTexts),
    'record.body',
  ),
}

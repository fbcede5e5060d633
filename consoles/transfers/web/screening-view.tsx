import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { lazyPart } from '@countersign/web-kit/lazy-part.tsx'
import { withTexts } from '@countersign/web-kit/with-texts.ts'
import { screeningTexts } from './screening/screening-texts.ts'

/** The lists that parties are compared with, and the rules that raise hits, with their figures. */
export const screeningView: RecordView = {
  name: 'transfers.kind.screening',
  headedBy: 'title',
  states: {
    in_force: { label: 'transfers.screening.allInForce', tone: 'settled' },
    attention: { label: 'transfers.screening.attention', tone: 'attention' },
  },
  Body: lazyPart(
    withTexts(() => import('./screening-body.tsx'), screeningTexts),
    'record.body',
  ),
}

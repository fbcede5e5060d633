import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { lazyPart } from '@countersign/web-kit/lazy-part.tsx'
import { withTexts } from '@countersign/web-kit/with-texts.ts'
import { screeningTexts } from './screening/screening-texts.ts'

/** Somebody or something on a list that is in force. */
export const listEntryView: RecordView = {
  name: 'transfers.kind.listEntry',
  headedBy: 'title',
  states: { in_force: { label: 'transfers.state.in_force', tone: 'settled' } },
  Body: lazyPart(
    withTexts(() => import('./list-entry-body.tsx'), screeningTexts),
    'record.body',
  ),
}

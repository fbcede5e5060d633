import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { lazyPart } from '@countersign/web-kit/lazy-part.tsx'
import { withTexts } from '@countersign/web-kit/with-texts.ts'
import { LIST_STATES } from './list-states.ts'
import { screeningTexts } from './screening/screening-texts.ts'

/** A publisher's list: what is in force, and what was brought here since. */
export const sanctionsListView: RecordView = {
  name: 'transfers.kind.sanctionsList',
  headedBy: 'title',
  states: LIST_STATES,
  Body: lazyPart(
    withTexts(() => import('./sanctions-list-body.tsx'), screeningTexts),
    'record.body',
  ),
}

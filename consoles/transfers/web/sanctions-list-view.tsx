import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { lazy } from 'react'

/** A publisher's list: what is in force, and what was brought here since. */
export const sanctionsListView: RecordView = {
  name: 'transfers.kind.sanctionsList',
  headedBy: 'title',
  states: {
    in_force: { label: 'transfers.state.in_force', tone: 'settled' },
    empty: { label: 'transfers.state.empty', tone: 'attention' },
  },
  Body: lazy(() => import('./sanctions-list-body.tsx')),
}

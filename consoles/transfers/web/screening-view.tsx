import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { lazy } from 'react'

/** The lists that parties are compared with, and the rules that raise hits, with their figures. */
export const screeningView: RecordView = {
  name: 'transfers.kind.screening',
  headedBy: 'title',
  states: { in_force: { label: 'transfers.state.in_force', tone: 'settled' } },
  Body: lazy(() => import('./screening-body.tsx')),
}

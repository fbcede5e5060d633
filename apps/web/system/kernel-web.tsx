import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { alertView } from './alert-view.tsx'
import { changeRosterForm } from './roster-fields.tsx'
import { rosterView } from './roster-view.tsx'

/** The records of the kernel that people act on. */
const kernel: ConsoleWeb = {
  name: 'kernel',
  // The shell has these texts from the start.
  messages: { en: async () => ({ default: {} }) },
  records: { alert: alertView, roster: rosterView },
  actionForms: { 'kernel.change_roster': changeRosterForm },
  actionKeys: {
    'kernel.acknowledge_alert': 'a',
    'kernel.silence_alert': 's',
    'kernel.escalate_alert': 'e',
    'kernel.change_roster': 'e',
  },
  columnLabels: {},
  hiddenColumns: [],
  sources: {},
}

export default kernel

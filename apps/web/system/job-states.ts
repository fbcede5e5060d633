import type { StateLabel } from '@countersign/web-kit/console-web.ts'

/** How a job stands, by the words of the server. */
export const jobStates: Record<string, StateLabel> = {
  well: { label: 'jobs.state.well', tone: 'settled' },
  failing: { label: 'jobs.state.failing', tone: 'danger' },
  stuck: { label: 'jobs.state.stuck', tone: 'danger' },
  unattended: { label: 'jobs.state.unattended', tone: 'attention' },
}

import type { StateLabel } from '@countersign/web-kit/console-web.ts'

/** How a projection stands, by the words of the server. */
export const projectionStates: Record<string, StateLabel> = {
  well: { label: 'system.projection.state.well', tone: 'settled' },
  incomplete: { label: 'system.projection.state.incomplete', tone: 'attention' },
  stopped: { label: 'system.projection.state.stopped', tone: 'danger' },
}

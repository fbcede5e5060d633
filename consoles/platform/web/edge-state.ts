import type { StateLabel } from '@countersign/web-kit/console-web.ts'

/** The states of a limit or a list. */
export const EDGE_STATES: Readonly<Record<string, StateLabel>> = {
  active: { label: 'platform.edge.active', tone: 'settled' },
  withdrawn: { label: 'platform.edge.withdrawn', tone: 'neutral' },
}

import type { StateLabel } from '@countersign/web-kit/console-web.ts'

/** The states of a list, as its page and the page of all have them. */
export const LIST_STATES: Readonly<Record<string, StateLabel>> = {
  in_force: { label: 'transfers.state.in_force', tone: 'settled' },
  empty: { label: 'transfers.state.empty', tone: 'attention' },
  old: { label: 'transfers.state.old', tone: 'attention' },
  waiting: { label: 'transfers.state.waiting', tone: 'attention' },
}

import type { StateLabel } from '@countersign/web-kit/console-web.ts'

/** How an upstream stands, by the words of the server. */
export const upstreamStates: Record<string, StateLabel> = {
  ok: { label: 'system.upstream.state.ok', tone: 'settled' },
  degraded: { label: 'system.upstream.state.degraded', tone: 'attention' },
  failing: { label: 'system.upstream.state.failing', tone: 'danger' },
  paused: { label: 'system.upstream.state.paused', tone: 'attention' },
  // Nobody holds it back; how it is, is another matter.
  open: { label: 'system.upstream.state.open', tone: 'neutral' },
}

/** Message ids by the state of a circuit. */
export const circuits: Record<string, string> = {
  closed: 'system.upstream.circuit.closed',
  open: 'system.upstream.circuit.open',
  half_open: 'system.upstream.circuit.halfOpen',
}

import type { ActionRequest, RequestState } from '@countersign/sdk/wire.ts'
import type { StateLabel } from '../console-web.ts'

/** How each state of an action request reads. */
export const requestStates: Record<RequestState, StateLabel> = {
  denied: { label: 'request.state.denied', tone: 'danger' },
  pending: { label: 'request.state.pending', tone: 'attention' },
  rejected: { label: 'request.state.rejected', tone: 'danger' },
  cancelled: { label: 'request.state.cancelled', tone: 'neutral' },
  expired: { label: 'request.state.expired', tone: 'neutral' },
  authorized: { label: 'request.state.authorized', tone: 'accent' },
  stale: { label: 'request.state.stale', tone: 'danger' },
  dispatching: { label: 'request.state.dispatching', tone: 'accent' },
  executed: { label: 'request.state.executed', tone: 'settled' },
  failed: { label: 'request.state.failed', tone: 'danger' },
  outcome_unknown: { label: 'request.state.outcomeUnknown', tone: 'danger' },
}

/** Whether nothing more will happen to it by itself. */
export function isSettled(state: RequestState): boolean {
  return !['pending', 'authorized', 'dispatching', 'outcome_unknown'].includes(state)
}

/** `sha256 4f1c…9a02`: enough of a digest to compare by eye. */
export function shortDigest(digest: string): string {
  const hex = digest.replace(/^sha-?256[:-]/i, '')
  return hex.length <= 12 ? hex : `${hex.slice(0, 4)}…${hex.slice(-4)}`
}

/** Approvals given, not counting rejections. */
export function approvalsGiven(request: ActionRequest): number {
  return request.approvals.given.filter((one) => one.decision.startsWith('approve')).length
}

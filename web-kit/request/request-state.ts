import type { Risk } from '@countersign/sdk/wire/actions.ts'
import type { ActionRequest, RequestState } from '@countersign/sdk/wire/requests.ts'
import type { PersonRef } from '@countersign/sdk/wire/values.ts'
import type { StateLabel } from '../console-web.ts'
import type { Translate } from '../messages.ts'
import { causeWords } from './cause-words.ts'

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

/** How each risk of an action reads. */
export const requestRisks: Record<Risk, string> = {
  low: 'request.risk.low',
  medium: 'request.risk.medium',
  high: 'request.risk.high',
  critical: 'request.risk.critical',
}

/** Whether who asked for it can still take it back: nobody has decided, it waits for its time, or some of many records do. */
export function isCancellable(request: ActionRequest): boolean {
  const { state, schedule } = request
  return (
    state === 'pending' || (state === 'authorized' && schedule === 'waiting') || isUnderWayOverMany(request)
  )
}

/** Over many records and being carried out: what has not begun of it can be stopped. */
export function isUnderWayOverMany({
  state,
  bulk,
  withdrawal,
}: Pick<ActionRequest, 'state' | 'bulk' | 'withdrawal'>): boolean {
  return bulk !== undefined && withdrawal === undefined && (state === 'authorized' || state === 'dispatching')
}

/** Whether it was taken back after it was agreed to and before anything of it had begun. */
export function isWithdrawn({ state, withdrawal }: Pick<ActionRequest, 'state' | 'withdrawal'>): boolean {
  return state === 'stale' && withdrawal !== undefined
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

/** Approvals that count: neither rejections nor what is void since. */
export function approvalsGiven(request: ActionRequest): number {
  return approvalsBy(request).length
}

/** Who has agreed, with a signature that stands. */
export function approvalsBy(request: ActionRequest): PersonRef[] {
  return request.approvals.given
    .filter((one) => one.decision.startsWith('approve') && !one.void)
    .map(({ person }) => person)
}

/** The upstream's own words on what came of the effect, where there were any. */
export function upstreamSaid({ effect }: ActionRequest): string | null {
  const detail = effect?.detail
  if (typeof detail !== 'object' || detail === null) return null
  const said = 'message' in detail ? detail.message : null
  return typeof said === 'string' && said !== '' ? said : null
}

/** Why a request came to nothing: in words where there are any, else what the code that the log keeps means. */
export function failureCause(request: ActionRequest, t: Translate): string | undefined {
  if (!['failed', 'stale', 'outcome_unknown', 'denied'].includes(request.state)) return undefined
  const why = request.transitions?.findLast(
    (move) => move.to === request.state && move.why !== undefined,
  )?.why
  return upstreamSaid(request) ?? (why === undefined ? undefined : causeWords(why, t))
}

/** Whether an actor is the machine itself: `system:dispatcher@…` is nobody a person could call. */
export function isSystem(actor: string | undefined): boolean {
  return actor === undefined || actor.startsWith('system:')
}

/** In force while others are still asked. */
export function isEmergencyOpen({ emergency }: Pick<ActionRequest, 'emergency'>): boolean {
  return emergency?.approval === 'pending'
}

/** Whether the word of others is still asked for. */
export function isUndecided(request: ActionRequest): boolean {
  return request.state === 'pending' || isEmergencyOpen(request)
}

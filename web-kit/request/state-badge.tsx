import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { failedCount } from '../bulk/request-rows.ts'
import type { StateLabel } from '../console-web.ts'
import { useText } from '../messages.ts'
import { isEmergencyOpen, isWithdrawn, requestStates } from './request-state.ts'

/** Was in force and is no more, since others did not agree to it. */
const LIFTED: Partial<Record<string, string>> = {
  rejected: 'request.state.liftedRejected',
  lapsed: 'request.state.lifted',
  taken_back: 'request.state.takenBack',
}

/**
 * The state of an action request. What is in force before others have agreed to it is not done with; what was done to some of its
 * records only is not done; what has been taken back holds no more; and what its requester took back has not changed meanwhile.
 */
export function RequestBadge({
  request,
}: {
  request: Pick<ActionRequest, 'state' | 'emergency' | 'bulk' | 'schedule' | 'undone' | 'break_glass'>
}) {
  const t = useText()
  const { bulk } = request
  const failed = bulk === undefined ? 0 : failedCount(bulk)
  if (bulk !== undefined && request.state === 'executed' && failed > 0) {
    return <Badge tone="attention">{t('request.state.partly', { failed, count: bulk.count })}</Badge>
  }
  if (isWithdrawn(request)) return <Badge tone="neutral">{t('request.state.withdrawn')}</Badge>
  if (request.state === 'executed' && isEmergencyOpen(request)) {
    return <Badge tone="attention">{t('request.state.inForce')}</Badge>
  }
  const lifted = request.emergency && LIFTED[request.emergency.approval]
  if (request.state === 'executed' && lifted !== undefined) return <Badge tone="neutral">{t(lifted)}</Badge>
  if (request.state === 'executed' && request.undone === 'done') {
    return <Badge tone="neutral">{t('request.state.undone')}</Badge>
  }
  if (request.state === 'executed' && request.break_glass !== undefined) {
    const open = request.break_glass.reviewed_by === null
    return (
      <Badge tone={open ? 'attention' : 'neutral'}>
        {t(open ? 'request.state.glassOpen' : 'request.state.glassReviewed')}
      </Badge>
    )
  }
  return <StateBadge state={request.state} states={requestStates} />
}

/** A state as its console words it; one it does not know is shown in the server's own word. */
export function StateBadge({ state, states }: { state: string; states: Record<string, StateLabel> }) {
  const t = useText()
  const known = states[state.toLowerCase().replaceAll(' ', '_')]
  return (
    <Badge tone={known?.tone ?? 'neutral'}>
      {known === undefined ? state.replaceAll('_', ' ') : t(known.label)}
    </Badge>
  )
}

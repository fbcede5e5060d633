import type { RequestState } from '@countersign/sdk/wire/requests.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import type { StateLabel } from '../console-web.ts'
import { useText } from '../messages.ts'
import { requestStates } from './request-state.ts'

/** The state of an action request. */
export function RequestBadge({ state }: { state: RequestState }) {
  return <StateBadge state={state} states={requestStates} />
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

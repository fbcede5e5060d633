import type { UpstreamSummary } from '@countersign/sdk/wire/upstreams.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { upstreamStates } from './upstream-states.ts'

/** The one word for how an upstream stands; the same in the list and on its page. */
export function UpstreamBadge({ state }: { state: UpstreamSummary['state'] }) {
  const t = useText()
  const shown = upstreamStates[state]
  return <Badge tone={shown?.tone ?? 'neutral'}>{shown === undefined ? state : t(shown.label)}</Badge>
}

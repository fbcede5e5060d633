import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { ActionForm, RecordView } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { text } from '@countersign/web-kit/record/fields.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { EDGE_STATES } from './edge-state.ts'
import { SCOPE_NAMES } from './scope-name.ts'

/** How many requests are let through, of whom, on which paths. */
export const rateLimitView: RecordView = {
  name: 'platform.kind.rateLimit',
  headedBy: 'title',
  states: EDGE_STATES,
  Body: RateLimitBody,
}

function RateLimitBody({ entity: { data } }: { entity: Entity }) {
  const t = useText()
  const changed = text(data, 'changed_at')
  return (
    <Facts
      facts={[
        { label: t('platform.edge.route'), value: text(data, 'route') },
        { label: t('platform.edge.limit'), value: text(data, 'limit') },
        { label: t('platform.edge.window'), value: text(data, 'window_s') },
        { label: t('platform.edge.burst'), value: text(data, 'burst') },
        {
          label: t('platform.edge.scope'),
          value: t(SCOPE_NAMES[text(data, 'scope') ?? ''] ?? 'platform.scope.global'),
        },
        {
          label: t('platform.edge.changedAt'),
          value: changed === null ? null : <AbsoluteTime at={changed} />,
        },
      ]}
    />
  )
}

/** Begins with what is in force. */
export const changeLimitForm: ActionForm = {
  prefill: ({ data: { limit, window_s, burst } }) => ({ input: { limit, window_s, burst } }),
}

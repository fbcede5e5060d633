import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { upstreamsQuery } from '@countersign/web-kit/queries.ts'
import { DayTime, RelativeTime } from '@countersign/web-kit/time.tsx'
import { useQuery } from '@tanstack/react-query'
import { upstreamStates } from './upstream-states.ts'

/** An upstream as people hold it back and let it go on. */
export const upstreamView: RecordView = {
  name: 'system.kind.upstream',
  headedBy: 'title',
  states: upstreamStates,
  Body: UpstreamFacts,
}

function UpstreamFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const list = useQuery(upstreamsQuery(useClient()))
  const found = list.data?.connectors.find(({ name }) => name === entity.id)
  if (found === undefined) return null
  const { paused, waiting, answered_at, health, consoles } = found
  return (
    <Facts
      facts={[
        { label: t('system.upstream.pausedSince'), value: paused && <DayTime at={paused.at} /> },
        { label: t('system.upstream.by'), value: paused?.by_name ?? paused?.by ?? null },
        { label: t('system.upstream.waiting'), value: String(waiting.effects) },
        {
          label: t('system.upstream.longest'),
          value: waiting.since === null ? null : <RelativeTime at={waiting.since} />,
        },
        {
          label: t('system.upstream.answered'),
          value: answered_at === null ? null : <RelativeTime at={answered_at} />,
        },
        {
          label: t('system.upstream.health'),
          value: health === null ? null : t(upstreamStates[health]?.label ?? health),
        },
        { label: t('system.upstream.consoles'), value: commaList(consoles, t) },
      ]}
    />
  )
}

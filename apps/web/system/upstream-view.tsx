import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { UpstreamSummary } from '@countersign/sdk/wire/upstreams.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { upstreamsQuery } from '@countersign/web-kit/queries.ts'
import { StateBadge } from '@countersign/web-kit/request/state-badge.tsx'
import { AbsoluteTime, RelativeTime } from '@countersign/web-kit/time.tsx'
import { useQuery } from '@tanstack/react-query'
import { consoleTitle, upstreamWords } from '../consoles.ts'
import { Circuits } from './circuits.tsx'
import { ErrorRate } from './error-rate.tsx'
import { PauseReason } from './pause-reason.tsx'
import { UpstreamBadge } from './upstream-badge.tsx'
import { UpstreamCharts } from './upstream-charts.tsx'
import { upstreamStates } from './upstream-states.ts'

/** An upstream as this installation finds it, and as people hold it back and let it go on. */
export const upstreamView: RecordView = {
  name: 'system.kind.upstream',
  headedBy: 'title',
  titled: ({ id }, t) => t('record.named', { kind: t('system.kind.upstream'), id: upstreamWords(id, t) }),
  states: upstreamStates,
  State: UpstreamState,
  Body: UpstreamFacts,
}

function useSummary(id: string): UpstreamSummary | undefined {
  const list = useQuery(upstreamsQuery(useClient()))
  return list.data?.connectors.find(({ name }) => name === id)
}

/** That nobody has paused it says nothing of how it is: the word of the list, once that is here. */
function UpstreamState({ entity }: { entity: Entity }) {
  const found = useSummary(entity.id)
  if (found === undefined) return <StateBadge state={entity.state} states={upstreamStates} />
  return <UpstreamBadge state={found.state} />
}

function UpstreamFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const found = useSummary(entity.id)
  if (found === undefined) return null
  const { paused, waiting, answered_at, health, consoles, heard_by, calls, failures, processes } = found
  return (
    <>
      <Facts
        facts={[
          { label: t('system.upstream.pausedSince'), value: paused && <AbsoluteTime at={paused.at} /> },
          { label: t('system.upstream.by'), value: paused?.by_name ?? paused?.by ?? null },
          { label: t('system.upstream.why'), value: paused && <PauseReason paused={paused} />, wide: true },
          { label: t('system.upstream.waiting'), value: String(waiting.effects) },
          {
            label: t('system.upstream.longest'),
            value: waiting.since === null ? null : <RelativeTime at={waiting.since} />,
          },
          {
            label: t('system.upstream.errorRate'),
            value: <ErrorRate calls={calls} failures={failures} />,
          },
          {
            label: t('system.upstream.circuits'),
            value: processes.length === 0 ? null : <Circuits upstream={found} />,
            wide: true,
          },
          {
            label: t('system.upstream.answered'),
            value: answered_at === null ? null : <RelativeTime at={answered_at} />,
          },
          {
            label: t('system.upstream.health'),
            value: health === null ? null : t(upstreamStates[health]?.label ?? health),
          },
          {
            label: t('system.upstream.consoles'),
            value:
              commaList(
                consoles.map((name) => consoleTitle(name, t)),
                t,
              ) || null,
          },
          {
            label: t('system.upstream.heardBy'),
            value:
              commaList(
                heard_by.map((name) => consoleTitle(name, t)),
                t,
              ) || null,
          },
        ]}
      />
      <UpstreamCharts name={entity.id} />
    </>
  )
}

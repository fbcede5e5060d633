import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { gatewayOf } from './gateway-data.ts'
import { GatewayFigures } from './gateway-figures.tsx'
import { BREAKERS, GATEWAY_STATES } from './gateway-states.ts'
import { METHOD_NAMES } from './method-name.ts'

/** Message ids of how a breaker is, by the upstream's word. */
export const BREAKER_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(BREAKERS).map(([state, { label }]) => [state, label]),
)

/** P-04: a gateway, how it is and how payments have fared by it. */
export const gatewayView: RecordView = {
  name: 'platform.kind.gateway',
  headedBy: 'title',
  states: GATEWAY_STATES,
  Body: GatewayBody,
}

function GatewayBody({ entity }: { entity: Entity }) {
  return (
    <>
      <GatewayFacts entity={entity} />
      <GatewayFigures id={entity.id} />
    </>
  )
}

function GatewayFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const { kind, priority, weight, status_since: since, breaker, override } = gatewayOf(entity)
  const figure = (value: number) => numberFormat(language).format(value)
  const time = (at: string | null) => (at === null ? null : <AbsoluteTime at={at} />)
  const { label, tone } = BREAKERS[breaker.state]
  return (
    <Facts
      facts={[
        { label: t('platform.gateway.kind'), value: t(METHOD_NAMES[kind] ?? 'platform.method.other') },
        { label: t('platform.gateway.since'), value: time(since) },
        { label: t('platform.gateway.breaker'), value: <Badge tone={tone}>{t(label)}</Badge> },
        { label: t('platform.gateway.breakerSince'), value: time(breaker.since) },
        { label: t('platform.gateway.trips'), value: figure(breaker.trips) },
        { label: t('platform.gateway.nextProbe'), value: time(breaker.next_probe_at) },
        { label: t('platform.gateway.forcedUntil'), value: time(breaker.forced_until) },
        { label: t('platform.gateway.priority'), value: figure(priority) },
        { label: t('platform.gateway.weight'), value: figure(weight) },
        {
          label: t('platform.gateway.goesBy'),
          value:
            override === null ? null : (
              <>
                {t('platform.gateway.percent', { percent: figure(override.percent) })}{' '}
                <EntityLink to={{ kind: 'gateway', id: override.to }}>
                  {override.to_name ?? override.to}
                </EntityLink>
              </>
            ),
        },
        { label: t('platform.gateway.overrideUntil'), value: time(override?.until ?? null) },
      ]}
    />
  )
}

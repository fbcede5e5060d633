import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { part, parts, text } from '@countersign/web-kit/record/fields.ts'

/** Everything that holds whoever it is: limits in force, and the list. New ones are made here. */
export const edgeScopeView: RecordView = {
  name: 'platform.kind.edgeScope',
  headedBy: 'title',
  states: {
    open: { label: 'platform.edge.fromAnywhere', tone: 'neutral' },
    restricted: { label: 'platform.edge.fromTheList', tone: 'settled' },
  },
  Body: EdgeScopeBody,
}

function EdgeScopeBody({ entity: { data } }: { entity: Entity }) {
  const t = useText()
  const list = text(part(data, 'allowlist'), 'id')
  return (
    <Facts
      facts={[
        {
          label: t('platform.kind.allowlist'),
          value: list === null ? null : <EntityLink to={{ kind: 'allowlist', id: list }} />,
        },
        ...parts(data, 'rate_limits').map((limit) => ({
          label: text(limit, 'route') ?? '',
          value: (
            <EntityLink to={{ kind: 'rate_limit', id: text(limit, 'id') ?? '' }}>
              {t('platform.edge.rule', {
                limit: text(limit, 'limit') ?? '',
                seconds: text(limit, 'window_s') ?? '',
              })}
            </EntityLink>
          ),
        })),
      ]}
    />
  )
}

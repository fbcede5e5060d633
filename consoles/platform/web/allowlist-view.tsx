import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { parts, text } from '@countersign/web-kit/record/fields.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { EDGE_STATES } from './edge-state.ts'
import { SCOPE_NAMES } from './scope-name.ts'

/** From where is let in, and until when. */
export const allowlistView: RecordView = {
  name: 'platform.kind.allowlist',
  headedBy: 'title',
  states: EDGE_STATES,
  Body: AllowlistBody,
}

function AllowlistBody({ entity: { data } }: { entity: Entity }) {
  const t = useText()
  const changed = text(data, 'changed_at')
  return (
    <Facts
      facts={[
        {
          label: t('platform.edge.scope'),
          value: t(SCOPE_NAMES[text(data, 'scope') ?? ''] ?? 'platform.scope.console'),
        },
        {
          label: t('platform.edge.changedAt'),
          value: changed === null ? null : <AbsoluteTime at={changed} />,
        },
        ...parts(data, 'entries').map((entry) => {
          const until = text(entry, 'expires_at')
          return {
            label: text(entry, 'name') ?? '',
            value: (
              <>
                <code dir="ltr">{text(entry, 'cidr')}</code>
                {until === null ? null : (
                  <>
                    {' '}
                    {t('platform.edge.until')} <AbsoluteTime at={until} />
                  </>
                )}
              </>
            ),
            wide: true,
          }
        }),
      ]}
    />
  )
}

import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { text } from '@countersign/web-kit/record/fields.ts'
import { DayTime } from '@countersign/web-kit/time.tsx'
import { configVersions, valueAsText } from './config-versions.ts'

/** How one key of the platform is set, and how it was before. */
export const configView: RecordView = {
  name: 'platform.kind.config',
  headedBy: 'title',
  states: { active: { label: 'platform.config.active', tone: 'neutral' } },
  // Inside a line of its own, which begins where the page's lines do.
  Lead: ({ entity }) => (
    <div>
      <code>{valueAsText(entity.data.config_value)}</code>
    </div>
  ),
  Body: ConfigBody,
}

function ConfigBody({ entity }: { entity: Entity }) {
  const t = useText()
  const { data } = entity
  return (
    <Facts
      facts={[
        { label: t('platform.fact.whatFor'), value: text(data, 'description'), wide: true },
        { label: t('platform.fact.category'), value: text(data, 'category') },
        { label: t('platform.fact.version'), value: String(data.version) },
        {
          label: t('platform.fact.history'),
          wide: true,
          value: configVersions(entity).map(({ version, value, changed_by, changed_by_name, changed_at }) => (
            <div key={version}>
              {t('platform.config.versionOf', { version: String(version) })} <code>{valueAsText(value)}</code>{' '}
              {changed_by === null
                ? t('platform.config.delivered')
                : t('platform.config.setBy', { name: changed_by_name ?? changed_by })}{' '}
              <DayTime at={changed_at} />
            </div>
          )),
        },
      ]}
    />
  )
}

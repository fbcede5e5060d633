import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { operatorSettings } from './operator-settings.ts'

/** How somebody works for a console. */
export const operatorView: RecordView = {
  name: 'team.kind',
  headedBy: 'title',
  states: {
    'works here': { label: 'team.state.here', tone: 'neutral' },
    'holds no role here': { label: 'team.state.gone', tone: 'attention' },
  },
  Body: OperatorFacts,
}

function OperatorFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const { skills, maxOpen, awayFrom, awayUntil } = operatorSettings(entity)
  return (
    <Facts
      facts={[
        { label: t('team.skills'), value: skills.length === 0 ? t('team.anything') : commaList(skills, t) },
        {
          label: t('team.most'),
          value: maxOpen === null ? t('team.noLimit') : numberFormat(language).format(maxOpen),
        },
        {
          label: t('team.presence'),
          value:
            awayUntil === null ? (
              t('team.here')
            ) : (
              <>
                {t('team.away')}{' '}
                {awayFrom === null ? null : (
                  <>
                    {t('team.awayFrom')} <AbsoluteTime at={awayFrom} />{' '}
                  </>
                )}
                {t('people.until')} <AbsoluteTime at={awayUntil} />
              </>
            ),
        },
      ]}
    />
  )
}

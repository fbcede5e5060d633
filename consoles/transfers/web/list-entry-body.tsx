import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { text } from '@countersign/web-kit/record/fields.ts'
import { EntryFacts } from './entry-facts.tsx'

/** The list and the number there; then all that the list knows. */
export default function ListEntry({ entity }: { entity: Entity }) {
  const t = useText()
  const { data } = entity
  return (
    <>
      <Facts
        facts={[
          {
            label: t('transfers.kind.sanctionsList'),
            value: (
              <EntityLink to={{ kind: 'sanctions_list', id: text(data, 'list') ?? '' }}>
                {text(data, 'list_name')}
              </EntityLink>
            ),
          },
          {
            label: t('transfers.list.published'),
            value: <bdi dir="ltr">{text(data, 'published')}</bdi>,
          },
          { label: t('transfers.hit.entry'), value: <bdi dir="ltr">{text(data, 'uid')}</bdi> },
        ]}
      />
      <EntryFacts entry={data} />
    </>
  )
}

import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { EntityLink } from '../entity-link.tsx'
import { useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { SectionHeading } from '../section-heading.tsx'
import styles from './record.module.css'

/** What belongs together with a record, by what it is to it. */
export function Related({ entity, but }: { entity: Entity; but: readonly string[] }) {
  const t = useText()
  const related = (entity.related ?? []).filter((one) => !but.includes(one.relation))
  if (related.length === 0) return null
  return (
    <aside className={styles.related} aria-label={t('record.related')}>
      <SectionHeading>{t('record.related')}</SectionHeading>
      <ul className={styles.relatedList}>
        {related.map((one) => (
          <li key={`${one.relation} ${one.kind} ${one.id}`} className={styles.relatedItem}>
            <span className={styles.relation}>{one.relation.replaceAll('_', ' ')}</span>
            <EntityLink to={one}>
              <MoneyText>{one.title}</MoneyText>
            </EntityLink>
          </li>
        ))}
      </ul>
    </aside>
  )
}

import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { formatDuration } from '../duration.ts'
import { useLanguage, useText } from '../messages.ts'
import { RelativeTime } from '../time.tsx'
import styles from './record.module.css'

/** When a record was read from its upstream. */
export function FreshAt({ entity }: { entity: Entity }) {
  const t = useText()
  if (entity.stale !== false) return null
  return (
    <span className={styles.fresh}>
      {t('record.freshAt')} <RelativeTime at={entity.fresh_at} />
    </span>
  )
}

/** Says that a record is a copy, how old, and why, and that nothing destructive is offered on it. */
export function StaleBanner({ entity, onRetry }: { entity: Entity; onRetry: () => void }) {
  const t = useText()
  const language = useLanguage()
  if (entity.stale === false) return null
  return (
    <Banner
      tone="attention"
      action={
        <Button size="small" onClick={onRetry}>
          {t('record.readAgain')}
        </Button>
      }
    >
      <strong>{t('record.stale', { age: formatDuration(entity.stale.age_ms, language) })}</strong>{' '}
      {entity.stale.reason}
    </Banner>
  )
}

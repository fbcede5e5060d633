import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { part, text } from '@countersign/web-kit/record/fields.ts'
import { RelativeTime } from '@countersign/web-kit/time.tsx'
import { useOpenRequest } from '@countersign/web-kit/use-open-request.ts'
import styles from './records.module.css'

/** The version that was brought and is not in force; and the request that asks for it, to whoever may know of that. */
export function WaitingVersion({ list, data }: { list: string; data: Record<string, unknown> }) {
  const t = useText()
  const waiting = part(data, 'waiting')
  const published = text(waiting, 'published')
  const asked = useOpenRequest(
    { kind: 'sanctions_list', id: list },
    'transfers.take_list_into_force',
    published !== null,
  )
  if (published === null) return null
  return (
    <div className={styles.attention}>
      {t('transfers.list.waits', { published })} <RelativeTime at={text(waiting, 'staged_at') ?? ''} />
      {asked !== undefined && ' · '}
      {asked === null && (
        <EntityLink to={{ kind: 'sanctions_list', id: list }}>{t('transfers.list.notAsked')}</EntityLink>
      )}
      {asked && (
        <EntityLink to={{ kind: 'request', id: asked.id }}>
          {t('transfers.list.askedBy', { name: asked.requested_by.name })}
        </EntityLink>
      )}
    </div>
  )
}

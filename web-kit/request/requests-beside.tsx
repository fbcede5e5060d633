import type { RequestBeside } from '@countersign/sdk/wire/actions.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { EntityLink } from '../entity-link.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { RelativeTime } from '../time.tsx'

/** What else is asked for on the same record: whoever asks or agrees is to know, above all where only one of them can be done. */
export function RequestsBeside({ beside }: { beside: readonly RequestBeside[] | undefined }) {
  const t = useText()
  const me = useMe()
  return (beside ?? []).map(({ id, title, requested_by: by, created_at, excludes }) => (
    <Banner
      key={id}
      tone={excludes ? 'attention' : 'neutral'}
      action={<EntityLink to={{ kind: 'request', id }}>{t('request.open')}</EntityLink>}
    >
      {by.id === me.person.id
        ? t('request.besideOwn', { title })
        : t('request.beside', { title, name: by.name })}
      {t('sign.comma')}
      <RelativeTime at={created_at} />. {excludes ? t('request.beside.excludes') : null}
    </Banner>
  ))
}

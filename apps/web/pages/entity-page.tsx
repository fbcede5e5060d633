import { Notice } from '@countersign/ui/notice.tsx'
import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { refFromText } from '@countersign/web-kit/paths.ts'
import { Record as RecordFrame } from '@countersign/web-kit/record/record.tsx'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type UrlSearch, without } from '../url-search.ts'
import styles from './page.module.css'

const route = getRouteApi('/signed-in/entities/$kind/$id')

/** A record on a page of its own. */
export function EntityPage() {
  const t = useText()
  const me = useMe()
  const { kind, id } = route.useParams() as { kind: string; id: string }
  const { console } = route.useLoaderData() as { console: ConsoleWeb | null }
  const search = route.useSearch() as UrlSearch
  const navigate = route.useNavigate()
  const home = <Link to="/">{t('notFound.home')}</Link>
  if (console === null) return <Notice page title={t('entityPage.unknown', { kind })} actions={home} />
  if (!me.permissions.includes('kernel:read')) {
    return <Notice page title={t('problem.forbidden')} actions={home} />
  }
  return (
    <div className={styles.scroll}>
      <RecordFrame
        key={`${kind} ${id}`}
        of={{ kind, id }}
        console={console}
        me={me.person.id}
        layout="page"
        act={search.act}
        from={refFromText(search.from)}
        onAct={(act) => {
          const rest = without(search, ['act', 'from'])
          void navigate({ to: '.', search: act === undefined ? rest : { ...rest, act } })
        }}
      />
    </div>
  )
}

import { Button } from '@countersign/ui/button.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths, placePath } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { queuesQuery } from '@countersign/web-kit/queries.ts'
import { useQuery } from '@tanstack/react-query'
import { Navigate, useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { consoles } from '../consoles.ts'
import { useSignOut } from '../shell/sign-out.ts'

/** Leads to the first queue that this person works in; without one, to the first place of their console, or what else they may see. */
export function HomePage() {
  const t = useText()
  const me = useMe()
  const reads = me.permissions.includes('kernel:read')
  const { signOut, failed } = useSignOut()
  // While a page is on its way that somebody has chosen from here, nobody is led anywhere else.
  const { href } = useLocation()
  const [here] = useState(href)
  const queues = useQuery({ ...queuesQuery(useClient()), enabled: reads })
  if (href !== here || (reads && queues.isPending)) return <Skeleton lines={8} label={t('home.loading')} />
  if (queues.isError) {
    return <ProblemNotice page error={queues.error} onRetry={() => void queues.refetch()} />
  }
  const first = queues.data?.[0]
  if (first !== undefined) return <Navigate to={paths.queue(first.name)} replace />
  const place = consoles
    .filter(({ name }) => me.consoles.some((mine) => mine.name === name))
    .flatMap(({ places = [] }) => places)[0]
  if (reads && place !== undefined) return <Navigate to={placePath(place)} replace />
  if (me.permissions.includes('audit:read')) return <Navigate to={paths.audit} replace />
  return (
    <Notice
      page
      title={t('home.nothing')}
      actions={
        <Button variant="primary" onClick={signOut}>
          {t('home.nothing.other')}
        </Button>
      }
    >
      {failed ? <p role="alert">{t('user.signOutFailed')}</p> : null}
      {t('home.nothing.detail', { name: me.person.name, roles: commaList(me.roles, t) || '–' })}
    </Notice>
  )
}

import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { SplitView } from '@countersign/ui/split-view.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { ListView } from '@countersign/web-kit/list/list-view.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { listsQuery } from '@countersign/web-kit/queries.ts'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useRef } from 'react'
import type { UrlSearch } from '../url-search.ts'
import { OpenBeside, UnknownList, useBeside } from './open-beside.tsx'

const route = getRouteApi('/signed-in/lists/$kind')

/** The records of a kind beside the one that is open. */
export function ListPage() {
  const t = useText()
  const { kind } = route.useParams() as { kind: string }
  const { console } = route.useLoaderData() as { console: ConsoleWeb | null }
  const beside = useBeside(route.useSearch() as UrlSearch, route.useNavigate())
  const detail = useRef<HTMLElement>(null)
  const reads = useMe().permissions.includes('kernel:read')
  const lists = useQuery({ ...listsQuery(useClient()), enabled: reads })
  const of = lists.data?.find((one) => one.kind === kind)

  if (reads && lists.isPending) return <Skeleton lines={16} label={t('list.loading')} />
  if (reads && lists.data === undefined) {
    return <ProblemNotice page error={lists.error} onRetry={() => void lists.refetch()} />
  }
  if (of === undefined || console === null) return <UnknownList title={t('listPage.unknown')} />
  return (
    <>
      <title>{t('page.title', { page: of.title })}</title>
      <SplitView
        title={of.title}
        detailLabel={t('queuePage.record')}
        detailRef={detail}
        list={
          <ListView
            key={kind}
            of={of}
            console={console}
            list={beside.list}
            openId={beside.openText}
            onList={beside.onList}
            onOpen={(record, inPlace) => beside.onOpen(record, undefined, inPlace)}
            onEnter={() => detail.current?.focus()}
            onAct={beside.onOpen}
          />
        }
        detail={beside.open === null ? null : <OpenBeside beside={beside} console={console} />}
      />
    </>
  )
}

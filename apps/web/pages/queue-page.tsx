import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { SplitView } from '@countersign/ui/split-view.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { queuesQuery } from '@countersign/web-kit/queries.ts'
import { ClaimButton } from '@countersign/web-kit/queue/claim-button.tsx'
import { QueueView } from '@countersign/web-kit/queue/queue-view.tsx'
import { RowFacts } from '@countersign/web-kit/queue/row-facts.tsx'
import { ACTION_MENU } from '@countersign/web-kit/record/record.tsx'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useRef } from 'react'
import type { UrlSearch } from '../url-search.ts'
import { OpenBeside, UnknownList, useBeside } from './open-beside.tsx'

const route = getRouteApi('/signed-in/$console/$queue')

/** A queue beside the record that is open in it. */
export function QueuePage() {
  const t = useText()
  const me = useMe()
  const params = route.useParams() as { console: string; queue: string }
  const { console } = route.useLoaderData() as { console: ConsoleWeb | null }
  const beside = useBeside(route.useSearch() as UrlSearch, route.useNavigate())
  const reads = me.permissions.includes('kernel:read')
  const queues = useQuery({ ...queuesQuery(useClient()), enabled: reads })
  const detail = useRef<HTMLElement>(null)
  const name = `${params.console}.${params.queue}`
  const queue = queues.data?.find((one) => one.name === name)

  if (reads && queues.isPending) return <Skeleton lines={16} label={t('queue.loading')} />
  if (reads && queues.data === undefined) {
    return <ProblemNotice page error={queues.error} onRetry={() => void queues.refetch()} />
  }
  if (queue === undefined || console === null) return <UnknownList title={t('queuePage.unknown')} />
  const { list, open } = beside
  return (
    <>
      <title>{t('page.title', { page: queue.title })}</title>
      <SplitView
        title={queue.title}
        detailLabel={t('queuePage.record')}
        detailRef={detail}
        list={
          <QueueView
            key={name}
            queue={queue}
            console={console}
            me={me.person.id}
            list={list}
            openId={beside.openText}
            onList={beside.onList}
            onOpen={({ subject }, inPlace) => beside.onOpen(subject, undefined, inPlace)}
            onEnter={() => detail.current?.focus()}
            onActions={({ subject }) => beside.onOpen(subject, ACTION_MENU)}
          />
        }
        detail={
          open === null ? null : (
            <OpenBeside
              beside={beside}
              console={console}
              known={<RowFacts queue={queue} console={console} list={list} subject={open} />}
              more={<ClaimButton queue={queue} list={list} subject={open} me={me.person.id} />}
            />
          )
        }
      />
    </>
  )
}

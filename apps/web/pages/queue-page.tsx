import type { WorkItem } from '@countersign/sdk/wire/queues.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { SplitView } from '@countersign/ui/split-view.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { useKeys } from '@countersign/web-kit/keymap.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { refFromText, refToText } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { queuesQuery } from '@countersign/web-kit/queries.ts'
import { ClaimButton } from '@countersign/web-kit/queue/claim-button.tsx'
import { QueueView } from '@countersign/web-kit/queue/queue-view.tsx'
import { RowFacts } from '@countersign/web-kit/queue/row-facts.tsx'
import { ACTION_MENU, Record as RecordFrame } from '@countersign/web-kit/record/record.tsx'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { QUEUE_OWN_PARAMS } from '../router.tsx'
import { type UrlSearch, without } from '../url-search.ts'

const route = getRouteApi('/signed-in/$console/$queue')

/** A queue beside the record that is open in it. */
export function QueuePage() {
  const t = useText()
  const me = useMe()
  const params = route.useParams() as { console: string; queue: string }
  const { console } = route.useLoaderData() as { console: ConsoleWeb | null }
  const search = route.useSearch() as UrlSearch
  const navigate = route.useNavigate()
  const client = useClient()
  const reads = me.permissions.includes('kernel:read')
  const queues = useQuery({ ...queuesQuery(client), enabled: reads })
  const detail = useRef<HTMLElement>(null)
  const name = `${params.console}.${params.queue}`
  const queue = queues.data?.find((one) => one.name === name)
  const open = refFromText(search.open)
  const list = without(search, QUEUE_OWN_PARAMS)

  const go = (next: UrlSearch, replace = false) => void navigate({ to: '.', search: next, replace })
  const close = () => go(without(search, ['open', 'act']))
  useKeys(
    t('queuePage.keys'),
    open === null ? [] : [{ keys: 'Escape', label: t('queuePage.close'), run: close }],
  )

  if (reads && queues.isPending) return <Skeleton lines={16} label={t('queue.loading')} />
  if (reads && queues.data === undefined) {
    return <ProblemNotice page error={queues.error} onRetry={() => void queues.refetch()} />
  }
  if (queue === undefined || console === null) {
    return (
      <Notice page title={t('queuePage.unknown')} actions={<Link to="/">{t('notFound.home')}</Link>}>
        {t('queuePage.unknown.detail', { roles: commaList(me.roles, t) || '–' })}
      </Notice>
    )
  }
  const openItem = (item: Pick<WorkItem, 'subject'>, act?: string, inPlace = false) =>
    go({ ...list, open: refToText(item.subject), ...(act === undefined ? {} : { act }) }, inPlace)
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
            openId={search.open ?? null}
            onList={(next) => go({ ...next, ...(search.open ? { open: search.open } : {}) })}
            onOpen={(item, inPlace) => openItem(item, undefined, inPlace)}
            onEnter={() => detail.current?.focus()}
            onActions={(item) => openItem(item, ACTION_MENU)}
          />
        }
        detail={
          open === null ? null : (
            <RecordFrame
              key={search.open}
              of={open}
              console={console}
              me={me.person.id}
              layout="pane"
              known={<RowFacts queue={queue} console={console} list={list} subject={open} />}
              act={search.act}
              onAct={(act) => go(act === undefined ? without(search, ['act']) : { ...search, act })}
              more={<ClaimButton queue={queue} list={list} subject={open} me={me.person.id} />}
              controls={
                <Button size="small" variant="quiet" keys="Escape" onClick={close}>
                  {t('queuePage.close')}
                </Button>
              }
            />
          )
        }
      />
    </>
  )
}

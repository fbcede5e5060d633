import type { PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { SplitView } from '@countersign/ui/split-view.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useKeys } from '@countersign/web-kit/keymap.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { approvalsQuery, requestQuery, requestsQuery } from '@countersign/web-kit/queries.ts'
import { RequestDetail } from '@countersign/web-kit/request/request-detail.tsx'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { UrlSearch } from '../url-search.ts'
import { ApprovalTabs, tabOf } from './approval-tabs.tsx'
import styles from './approvals-page.module.css'
import { HistoryFilter, historyStates } from './history-filter.tsx'
import { RequestList, rowOf } from './request-list.tsx'
import { SourceLine } from './source-line.tsx'

/** Taking up an item and giving it back are requests too, and nothing that anyone approves. */
const GOVERNED = { without_target_kind: 'work_item', without_parts: 'true' } as const

const route = getRouteApi('/signed-in/approvals')

/** What waits for me, what I asked for, and what came of all of it, beside the one that is open. */
export function ApprovalsPage() {
  const t = useText()
  const me = useMe()
  const client = useClient()
  const search = route.useSearch() as UrlSearch
  const navigate = route.useNavigate()
  const tab = tabOf(search.tab)

  const state = tab === 'history' ? historyStates.find((one) => one === search.state) : undefined

  const reads = me.permissions.includes('requests:read')
  const inbox = useQuery({ ...approvalsQuery(client), enabled: reads })
  const asked = useInfiniteQuery({
    ...requestsQuery(client, { requested_by: me.person.id, ...GOVERNED }),
    enabled: reads && tab === 'asked',
  })
  const history = useInfiniteQuery({
    ...requestsQuery(client, { ...GOVERNED, ...(state === undefined ? {} : { state }) }),
    enabled: reads && tab === 'history',
  })
  const scheduled = useInfiniteQuery({
    ...requestsQuery(client, { scheduled: 'waiting' }),
    enabled: reads && tab === 'scheduled',
  })
  // What came to nothing when its time had come, below all that is still to come.
  const suspended = useInfiniteQuery({
    ...requestsQuery(client, { scheduled: 'suspended' }),
    enabled: reads && tab === 'scheduled' && scheduled.data !== undefined && !scheduled.hasNextPage,
  })
  const list =
    tab === 'asked'
      ? asked
      : tab === 'history'
        ? history
        : scheduled.data === undefined || scheduled.hasNextPage
          ? scheduled
          : suspended
  const pages = tab === 'scheduled' ? [scheduled, suspended] : [list]
  const items: ActionRequest[] =
    tab === 'waiting'
      ? (inbox.data?.items ?? [])
      : pages.flatMap(({ data }) => data?.pages.flatMap((page) => page.requests) ?? [])

  const waiting = inbox.data?.items.find((one) => one.id === search.open)
  const openQuery = useQuery({
    ...requestQuery(client, search.open ?? ''),
    enabled: reads && search.open !== undefined,
  })
  // The list has what is asked; the request itself also what it would do now. The list's copy shows until that is there.
  const open: PendingRequest | undefined = openQuery.data ?? items.find((one) => one.id === search.open)

  const go = (next: UrlSearch) => void navigate({ to: '.', search: next })
  const place = { ...(tab === 'waiting' ? {} : { tab }), ...(state === undefined ? {} : { state }) }
  const openRequest = (id: string) => go({ ...place, open: id })
  const close = () => go(place)
  const step = (by: number) => {
    const at = items.findIndex((one) => one.id === search.open)
    const next = items[at < 0 ? 0 : Math.max(0, Math.min(items.length - 1, at + by))]
    if (next === undefined) return
    openRequest(next.id)
    // Enter then acts on the row, not on the tab that was chosen before; and a screen reader reads it.
    document.getElementById(rowOf(next.id))?.focus()
  }
  useKeys(t('inbox.keys'), [
    { keys: 'j', label: t('queue.key.next'), run: () => step(1) },
    { keys: 'k', label: t('queue.key.previous'), run: () => step(-1) },
    // As in a queue: nothing is open yet, so it opens the first.
    ...(search.open === undefined
      ? [{ keys: 'Enter', label: t('queue.key.enter'), run: () => step(0) }]
      : []),
    ...(search.open === undefined ? [] : [{ keys: 'Escape', label: t('inbox.close'), run: close }]),
  ])

  if (!reads) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  const reading = tab === 'waiting' ? inbox : list
  return (
    <>
      <title>{t('page.title', { page: t('approvals.title') })}</title>
      <SplitView
        title={t('approvals.title')}
        detailLabel={t('inbox.request')}
        list={
          <>
            <div className={styles.bar}>
              <span className={styles.heading} aria-hidden="true">
                {t('approvals.title')}
              </span>
              <SourceLine inbox={inbox.data} />
            </div>
            <ApprovalTabs current={tab} waiting={inbox.data?.items.length} />
            {tab === 'history' ? (
              <HistoryFilter
                state={state}
                onChange={(chosen) => go({ tab, ...(chosen === undefined ? {} : { state: chosen }) })}
              />
            ) : null}
            {tab === 'waiting' && inbox.data?.next_cursor ? (
              <p className={styles.unread}>{t('inbox.more.waiting')}</p>
            ) : null}
            <RequestList
              unsure={tab === 'waiting' && inbox.data?.sources.some(({ status }) => status !== 'ok') === true}
              tab={tab}
              items={items}
              pending={reading.isPending}
              error={reading.data === undefined ? reading.error : null}
              openId={search.open}
              onOpen={openRequest}
              onRetry={() => void reading.refetch()}
              more={tab === 'waiting' || !list.hasNextPage ? null : () => void list.fetchNextPage()}
            />
          </>
        }
        detail={
          open === undefined ? null : (
            <div className={styles.pane}>
              <RequestDetail
                key={open.id}
                request={open}
                approval={waiting}
                heading="h2"
                controls={
                  <Button size="small" variant="quiet" keys="Escape" onClick={close}>
                    {t('inbox.close')}
                  </Button>
                }
              />
            </div>
          )
        }
      />
    </>
  )
}

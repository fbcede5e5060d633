import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { SplitView } from '@countersign/ui/split-view.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { useKeys } from '@countersign/web-kit/keymap.tsx'
import { ListView } from '@countersign/web-kit/list/list-view.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { refFromText, refToText } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { listsQuery } from '@countersign/web-kit/queries.ts'
import { Record as RecordFrame } from '@countersign/web-kit/record/record.tsx'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { QUEUE_OWN_PARAMS } from '../router.tsx'
import { type UrlSearch, without } from '../url-search.ts'

const route = getRouteApi('/signed-in/lists/$kind')

/** The records of a kind beside the one that is open. */
export function ListPage() {
  const t = useText()
  const me = useMe()
  const { kind } = route.useParams() as { kind: string }
  const { console } = route.useLoaderData() as { console: ConsoleWeb | null }
  const search = route.useSearch() as UrlSearch
  const navigate = route.useNavigate()
  const detail = useRef<HTMLElement>(null)
  const reads = me.permissions.includes('kernel:read')
  const lists = useQuery({ ...listsQuery(useClient()), enabled: reads })
  const of = lists.data?.find((one) => one.kind === kind)
  const open = refFromText(search.open)
  const list = without(search, QUEUE_OWN_PARAMS)

  const go = (next: UrlSearch, replace = false) => void navigate({ to: '.', search: next, replace })
  const close = () => go(list)
  useKeys(
    t('queuePage.keys'),
    open === null ? [] : [{ keys: 'Escape', label: t('queuePage.close'), run: close }],
  )

  if (reads && lists.isPending) return <Skeleton lines={16} label={t('list.loading')} />
  if (reads && lists.data === undefined) {
    return <ProblemNotice page error={lists.error} onRetry={() => void lists.refetch()} />
  }
  if (of === undefined || console === null) {
    return (
      <Notice page title={t('listPage.unknown')} actions={<Link to="/">{t('notFound.home')}</Link>}>
        {t('queuePage.unknown.detail', { roles: commaList(me.roles, t) || '–' })}
      </Notice>
    )
  }
  const openRecord = (record: EntityRef, act?: string, inPlace = false) =>
    go({ ...list, open: refToText(record), ...(act === undefined ? {} : { act }) }, inPlace)
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
            list={list}
            openId={search.open ?? null}
            onList={(next) => go({ ...next, ...(search.open ? { open: search.open } : {}) })}
            onOpen={(record, inPlace) => openRecord(record, undefined, inPlace)}
            onEnter={() => detail.current?.focus()}
            onAct={openRecord}
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
              act={search.act}
              onAct={(act) => go(act === undefined ? without(search, ['act']) : { ...search, act })}
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

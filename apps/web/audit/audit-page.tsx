import type { AuditQuery } from '@countersign/sdk/client.ts'
import type { AuditEntry } from '@countersign/sdk/wire.ts'
import { Button } from '@countersign/ui/button.tsx'
import { DataGrid, type GridColumn } from '@countersign/ui/data-grid.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { SplitView } from '@countersign/ui/split-view.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useKeys } from '@countersign/web-kit/keymap.tsx'
import { type Translate, useText } from '@countersign/web-kit/messages.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { auditHeadQuery, auditQuery } from '@countersign/web-kit/queries.ts'
import { useWidth } from '@countersign/web-kit/queue/use-width.ts'
import { ClockTime } from '@countersign/web-kit/time.tsx'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import type { UrlSearch } from '../url-search.ts'
import { AuditEntryPane } from './audit-entry-pane.tsx'
import { AuditFilters, auditFilters } from './audit-filters.tsx'
import styles from './audit-page.module.css'
import { CheckpointLine } from './checkpoint-line.tsx'
import { Outcome } from './outcome.tsx'

const route = getRouteApi('/signed-in/audit')
const ROW_PX = 32
const TARGET_FROM_PX = 720
const TIME_FROM_PX = 480

/** Everything that was done, refused, seen or signed in, filtered; each entry can be proved. */
export function AuditPage() {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const search = route.useSearch() as UrlSearch
  const navigate = route.useNavigate()
  const [frame, width] = useWidth()
  const [cursor, setCursor] = useState<string | null>(null)

  const filters: AuditQuery = useMemo(
    () => Object.fromEntries(auditFilters.flatMap((key) => (search[key] ? [[key, search[key]]] : []))),
    [search],
  )
  const list = useInfiniteQuery(auditQuery(client, filters))
  const head = useQuery(auditHeadQuery(client, filters))
  const entries = useMemo(() => list.data?.pages.flatMap((page) => page.entries) ?? [], [list.data])
  const newest = head.data?.entries[0]
  const fresh = newest !== undefined && entries.length > 0 && newest.id !== entries[0]?.id

  const at = entries.findIndex((entry) => entry.id === (cursor ?? search.open))
  const active = at >= 0 ? at : entries.length > 0 ? 0 : -1
  const go = (next: UrlSearch) => void navigate({ to: '.', search: next })
  const openEntry = (entry: AuditEntry) => go({ ...filters, open: entry.id })
  const close = () => go({ ...filters })
  const move = useCallback((index: number) => setCursor(entries[index]?.id ?? null), [entries])
  const step = (by: number) => move(Math.max(0, Math.min(entries.length - 1, active + by)))
  useKeys(t('audit.keys'), [
    { keys: 'j', label: t('queue.key.next'), run: () => step(1) },
    { keys: 'k', label: t('queue.key.previous'), run: () => step(-1) },
    {
      keys: 'Enter',
      label: t('queue.key.open'),
      run: () => {
        const entry = entries[active]
        if (entry !== undefined) openEntry(entry)
      },
    },
    ...(search.open === undefined ? [] : [{ keys: 'Escape', label: t('audit.close'), run: close }]),
  ])

  const columns = useMemo(() => auditColumns(t, width), [t, width])
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const onEndNear = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])

  return (
    <>
      <title>{t('page.title', { page: t('audit.title') })}</title>
      <SplitView
        title={t('audit.title')}
        detailLabel={t('audit.entry')}
        list={
          <>
            <div className={styles.bar}>
              <div className={styles.head}>
                <span className={styles.heading} aria-hidden="true">
                  {t('audit.title')}
                </span>
                <CheckpointLine />
              </div>
              <AuditFilters filters={filters} onChange={(next) => go(next as UrlSearch)} />
            </div>
            <div aria-live="polite" className={styles.fresh}>
              {fresh ? (
                <Button size="small" onClick={() => void queries.resetQueries({ queryKey: ['audit'] })}>
                  {t('audit.fresh')}
                </Button>
              ) : null}
            </div>
            <div ref={frame} className={styles.frame}>
              {list.isPending ? (
                <Skeleton lines={16} label={t('audit.loading')} />
              ) : list.data === undefined ? (
                <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
              ) : entries.length === 0 ? (
                <Notice title={t('audit.empty')}>{t('audit.empty.detail')}</Notice>
              ) : (
                <DataGrid<AuditEntry>
                  label={t('audit.title')}
                  rows={entries}
                  columns={columns}
                  rowId={entryId}
                  rowHeight={ROW_PX}
                  total={hasNextPage ? -1 : entries.length}
                  active={active}
                  openId={search.open ?? null}
                  selected={NOTHING}
                  onActive={move}
                  onOpen={openEntry}
                  onEndNear={onEndNear}
                />
              )}
            </div>
          </>
        }
        detail={
          search.open === undefined ? null : (
            <AuditEntryPane
              key={search.open}
              id={search.open}
              onClose={close}
              onFilter={(key, value) => go({ ...filters, [key]: value })}
            />
          )
        }
      />
    </>
  )
}

const NOTHING: ReadonlySet<string> = new Set()
const entryId = (entry: AuditEntry) => entry.id

function auditColumns(t: Translate, width: number): GridColumn<AuditEntry>[] {
  const all: (GridColumn<AuditEntry> & { fromPx?: number })[] = [
    {
      key: 'at',
      header: t('audit.column.at'),
      track: '124px',
      fromPx: TIME_FROM_PX,
      render: (entry) => <ClockTime at={entry.at} seconds />,
    },
    {
      key: 'actor',
      header: t('audit.column.actor'),
      track: 'minmax(96px, 0.9fr)',
      render: (entry) => entry.actor?.name ?? entry.actor?.id ?? t('audit.nobody'),
    },
    {
      key: 'action',
      header: t('audit.column.action'),
      track: 'minmax(0, 1.4fr)',
      render: (entry) => <code>{entry.action ?? entry.kind}</code>,
    },
    {
      key: 'target',
      header: t('audit.column.target'),
      track: 'minmax(0, 1fr)',
      fromPx: TARGET_FROM_PX,
      render: (entry) => (entry.target === null ? null : <code>{entry.target.id}</code>),
    },
    {
      key: 'outcome',
      header: t('audit.column.outcome'),
      track: '120px',
      render: (entry) => <Outcome entry={entry} />,
    },
  ]
  return all.filter(({ fromPx = 0 }) => width >= fromPx)
}

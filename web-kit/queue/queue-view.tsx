import type { Queue, WorkItem } from '@countersign/sdk/wire.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { DataGrid } from '@countersign/ui/data-grid.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { useClient } from '../client-context.tsx'
import type { ConsoleWeb } from '../console-web.ts'
import { formatDuration } from '../duration.ts'
import { useKeys } from '../keymap.tsx'
import { useLanguage, useText } from '../messages.ts'
import { describeProblem, ProblemNotice } from '../problem-notice.tsx'
import { type QueueList, queueHeadQuery, queueItemsQuery } from '../queries.ts'
import styles from './queue.module.css'
import { CARDS_BELOW_PX, lettersOf, queueColumns } from './queue-columns.tsx'
import { QueueFilterBar } from './queue-filters.tsx'
import { LAG_BANNER_MS, QueueHeader } from './queue-header.tsx'
import { type QueueRow, queueRows } from './queue-rows.ts'
import { useClaim } from './use-claim.ts'
import { useWidth } from './use-width.ts'

export const ROW_PX = 32
/** Where there is no room for columns a row is two lines. */
const CARD_ROW_PX = 52

/** A queue as a dense endless table: moved through by key, filtered by chips, kept in place while it changes. */
export function QueueView({
  queue,
  console,
  me,
  list: wanted,
  openId,
  onList,
  onOpen,
  onActions,
}: {
  queue: Queue
  console: ConsoleWeb
  me: string
  /** Filters and sort, as they are in the URL. */
  list: QueueList
  /** `kind:id` of the record open beside the list. */
  openId: string | null
  onList: (list: QueueList) => void
  onOpen: (item: WorkItem) => void
  onActions: (item: WorkItem) => void
}) {
  const t = useText()
  const language = useLanguage()
  const client = useClient()
  const queries = useQueryClient()
  const [frame, width] = useWidth()
  const [cursor, setCursor] = useState<string | null>(null)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const list = useInfiniteQuery(queueItemsQuery(client, queue.name, wanted))
  const head = useQuery(queueHeadQuery(client, queue.name, wanted))
  const claim = useClaim(queue.name, me)

  const { rows, fresh } = useMemo(() => queueRows(list.data?.pages ?? [], head.data), [list.data, head.data])
  const openAt = rows.findIndex((row) => `${row.subject.kind}:${row.subject.id}` === openId)
  const cursorAt = rows.findIndex((row) => row.id === cursor)
  const active = openAt >= 0 ? openAt : cursorAt >= 0 ? cursorAt : rows.length > 0 ? 0 : -1
  const activeRow = rows[active]

  const toggle = useCallback((id: string) => {
    setSelected((now) => {
      const next = new Set(now)
      if (!next.delete(id)) next.add(id)
      return next
    })
  }, [])
  // With a record open beside the list, moving opens the next: keys never act on another row than the one that is shown.
  const move = useCallback(
    (index: number) => {
      const row = rows[index]
      setCursor(row?.id ?? null)
      if (openId !== null && row !== undefined) onOpen(row)
    },
    [rows, openId, onOpen],
  )
  const step = (by: number) => move(Math.max(0, Math.min(rows.length - 1, active + by)))
  const chosen = () =>
    rows.filter((row) => (selected.size > 0 ? selected.has(row.id) : row.id === activeRow?.id))

  const assign = () => {
    if (!claim.isPending) claim.mutate(chosen())
  }

  useKeys(t('queue.keys'), [
    { keys: 'j', label: t('queue.key.next'), run: () => step(1) },
    { keys: 'k', label: t('queue.key.previous'), run: () => step(-1) },
    { keys: 'Enter', label: t('queue.key.open'), run: () => activeRow && onOpen(activeRow) },
    { keys: 'x', label: t('queue.key.select'), run: () => activeRow && toggle(activeRow.id) },
    { keys: 'a', label: t('queue.key.assign'), run: assign },
    { keys: '.', label: t('queue.key.actions'), run: () => activeRow && onActions(activeRow) },
  ])

  const firstPage = list.data?.pages[0]
  const letters = useMemo(
    () => lettersOf(queue.columns, firstPage?.items ?? [], console, t),
    [queue.columns, firstPage, console, t],
  )
  const columns = useMemo(
    () =>
      queueColumns({ declared: queue.columns, letters, width, console, t, me, selected, onSelect: toggle }),
    [queue.columns, letters, width, console, t, me, selected, toggle],
  )
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const onEndNear = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])

  const page = head.data ?? list.data?.pages[0]
  const behind = page?.behind_ms ?? 0
  const showFresh = () => void queries.resetQueries({ queryKey: ['queue-items', queue.name] })

  return (
    <>
      <div className={styles.bar}>
        <QueueHeader queue={queue} page={page} done={wanted.state === 'done'} />
        <QueueFilterBar columns={queue.columns} list={wanted} console={console} onChange={onList} />
      </div>
      {behind > LAG_BANNER_MS ? (
        <Banner tone="attention">{t('queue.farBehind', { length: formatDuration(behind, language) })}</Banner>
      ) : null}
      {claim.isError ? <Banner tone="danger">{describeProblem(claim.error, t).detail}</Banner> : null}
      <div className={styles.notice} aria-live="polite">
        {fresh > 0 ? (
          <Button size="small" onClick={showFresh}>
            {t('queue.fresh', { count: fresh })}
          </Button>
        ) : null}
        {selected.size > 0 ? (
          <span className={styles.selection}>
            {t('queue.selected', { count: selected.size })}
            <Button size="small" keys="a" busy={claim.isPending} onClick={assign}>
              {t('queue.assign')}
            </Button>
            <Button size="small" variant="quiet" onClick={() => setSelected(new Set())}>
              {t('queue.clearSelection')}
            </Button>
          </span>
        ) : null}
      </div>
      <div ref={frame} className={styles.frame}>
        {list.isPending ? (
          <Skeleton lines={16} label={t('queue.loading')} />
        ) : list.data === undefined ? (
          <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
        ) : rows.length === 0 ? (
          <EmptyQueue filtered={Object.keys(wanted).length > 0} onClear={() => onList({})} />
        ) : (
          <DataGrid<QueueRow>
            label={queue.title}
            rows={rows}
            columns={columns}
            rowId={rowId}
            rowHeight={width < CARDS_BELOW_PX ? CARD_ROW_PX : ROW_PX}
            total={hasNextPage ? -1 : rows.length}
            active={active}
            openId={rows[openAt]?.id ?? null}
            selected={selected}
            rowState={rowState}
            onActive={move}
            onOpen={onOpen}
            onEndNear={onEndNear}
            footer={
              list.isFetchNextPageError ? (
                <ProblemNotice error={list.error} onRetry={() => void fetchNextPage()} />
              ) : null
            }
          />
        )}
      </div>
    </>
  )
}

function EmptyQueue({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const t = useText()
  return filtered ? (
    <Notice
      title={t('queue.emptyFiltered')}
      actions={<Button onClick={onClear}>{t('queue.clearFilters')}</Button>}
    />
  ) : (
    <Notice title={t('queue.empty')}>{t('queue.empty.detail')}</Notice>
  )
}

const rowId = (row: QueueRow) => row.id
const rowState = (row: QueueRow) => (row.gone ? 'gone' : 'present')

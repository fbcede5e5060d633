import { problemStatus } from '@countersign/sdk/problem.ts'
import type { Queue, WorkItem } from '@countersign/sdk/wire/queues.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { DataGrid } from '@countersign/ui/data-grid.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { backAt } from '../action-sheet/drafts.ts'
import { useClient } from '../client-context.tsx'
import type { ConsoleWeb } from '../console-web.ts'
import { formatDuration } from '../duration.ts'
import { useKeys } from '../keymap.tsx'
import { useMe } from '../me-context.tsx'
import { useLanguage, useText } from '../messages.ts'
import { useRowHeight } from '../preferences.ts'
import { ProblemNotice } from '../problem-notice.tsx'
import { type QueueList, queueHeadQuery, queueItemsQuery } from '../queries.ts'
import { ExtraOperatorsButton } from './extra-operators-button.tsx'
import { FileMenu } from './file-menu.tsx'
import { leftItems } from './left-items.ts'
import { NextItemButton } from './next-item-button.tsx'
import styles from './queue.module.css'
import { CARDS_BELOW_PX, lettersOf, numericColumns, queueColumns } from './queue-columns.tsx'
import { QueueFilterBar } from './queue-filters.tsx'
import { LAG_BANNER_MS, QueueHeader } from './queue-header.tsx'
import { makeQueueRows, type QueueRow, recordRef } from './queue-rows.ts'
import { RefusedItems } from './refused-items.tsx'
import { RunbookButton } from './runbook-button.tsx'
import { bulkPlace, SelectionBar } from './selection-bar.tsx'
import { useKeptSelection } from './use-kept-selection.ts'
import { claimOf, useOnItems } from './use-on-items.ts'
import { useReadAhead } from './use-read-ahead.ts'
import { selected, useSelection } from './use-selection.ts'
import { useWidth } from './use-width.ts'
import { ViewsMenu } from './views-menu.tsx'

/** A queue as a dense endless table: moved through by key, filtered by chips, kept in place while it changes. */
export function QueueView({
  queue,
  console,
  me,
  list: wanted,
  openId,
  onList,
  onOpen,
  onEnter,
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
  /** `inPlace`: what was open is stepped over, and is no place to go back to. */
  onOpen: (item: Pick<WorkItem, 'subject'>, inPlace?: boolean) => void
  /** Enter on the row that is open. */
  onEnter: () => void
  onActions: (item: WorkItem) => void
}) {
  const t = useText()
  const situations = console.queueRunbooks?.[queue.name]
  const language = useLanguage()
  const client = useClient()
  const queries = useQueryClient()
  const [frame, width] = useWidth()
  const rowHeight = useRowHeight(width < CARDS_BELOW_PX)
  const grid = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState<string | null>(null)
  // The way that the list was last gone, and so where one goes next.
  const [way, setWay] = useState<1 | -1>(1)
  // Whoever sorts or filters wants to see what is first then, until the hand moves from where it was before.
  const [sorted, setSorted] = useState(false)
  const change = (list: QueueList) => {
    setCursor(null)
    setSorted(true)
    onList(list)
  }
  const [left] = useState(() => backAt(me, bulkPlace(queue)))
  const [act, setAct] = useState(left?.type)
  const selection = useSelection(leftItems(left))
  const bulkMenu = useRef<HTMLButtonElement>(null)
  const list = useInfiniteQuery(queueItemsQuery(client, queue.name, wanted))
  const head = useQuery(queueHeadQuery(client, queue.name, wanted))
  const claim = useOnItems(queue.name)

  const [queueRows] = useState(makeQueueRows)
  const { rows, fresh, mark, indexOf, indexOfRecord } = useMemo(
    () => queueRows(list.data?.pages ?? [], head.data),
    [queueRows, list.data, head.data],
  )
  useKeptSelection(queue.name, me, selection, rows)
  const openAt = openId === null ? -1 : indexOfRecord(openId)
  const cursorAt = cursor === null ? -1 : indexOf(cursor)
  // With a record open, every key is about that record: moving opens, so that the cursor is never anywhere else.
  const at = openAt >= 0 ? openAt : cursorAt
  const active = at >= 0 ? at : rows.length > 0 ? 0 : -1
  const actedOn = openId === null ? rows[active] : rows[openAt]
  const mayClaim = useMe().roles.some((role) => role.startsWith(`${queue.console}/`))

  const { toggle } = selection
  useReadAhead(openAt >= 0 ? rows[openAt + way]?.subject : undefined)

  const latest = useRef({ rows, active, openId, onOpen })
  latest.current = { rows, active, openId, onOpen }
  const move = useCallback((index: number) => {
    const { rows, active, openId, onOpen } = latest.current
    const row = rows[index]
    setWay(index < active ? -1 : 1)
    setCursor(row?.id ?? null)
    setSorted(false)
    if (row !== undefined && openId !== null && openId !== recordRef(row)) onOpen(row, true)
  }, [])
  const step = (by: number) => {
    grid.current?.focus({ preventScroll: true })
    move(Math.max(0, Math.min(rows.length - 1, active + by)))
  }
  const isSelected = (row: QueueRow) => selection.ids.has(row.id)

  const assign = (chosen: QueueRow[]) => {
    if (mayClaim && !claim.isPending && chosen.length > 0) claim.mutate(claimOf(chosen, me))
  }
  const assignByKey = () => {
    if (openId === null && selection.ids.size > 0) assign(rows.filter(isSelected))
    else if (actedOn !== undefined) assign([actedOn])
  }
  const showActions = () => {
    const chosen = openId === null && selection.ids.size > 0 ? rows.filter(isSelected) : [actedOn]
    if (chosen.length > 1) bulkMenu.current?.click()
    else if (chosen[0] !== undefined) onActions(chosen[0])
  }

  useKeys(t('queue.keys'), [
    { keys: 'j', label: t('queue.key.next'), run: () => step(1) },
    { keys: 'k', label: t('queue.key.previous'), run: () => step(-1) },
    { keys: 'ArrowDown', label: t('queue.key.next'), run: () => step(1), when: isFocusNowhere },
    { keys: 'ArrowUp', label: t('queue.key.previous'), run: () => step(-1), when: isFocusNowhere },
    { keys: 'Home', label: t('queue.key.first'), run: () => step(-rows.length), when: isFocusNowhere },
    { keys: 'End', label: t('queue.key.last'), run: () => step(rows.length), when: isFocusNowhere },
    {
      keys: 'Enter',
      label: t('queue.key.enter'),
      run: () => {
        if (openId !== null) onEnter()
        else if (actedOn !== undefined) onOpen(actedOn)
      },
    },
    { keys: 'x', label: t('queue.key.select'), run: () => actedOn && toggle(actedOn) },
    { keys: 'a', label: t('queue.key.assign'), run: assignByKey, when: () => mayClaim },
    { keys: '.', label: t('queue.key.actions'), run: showActions },
  ])

  // Whoever came by a link of the menu goes on in the list, not on that link; likewise once a record is closed.
  const listed = rows.length > 0
  const wasOpen = useRef(openId !== null)
  useEffect(() => {
    const closed = wasOpen.current && openId === null
    wasOpen.current = openId !== null
    if (!listed || openId !== null) return
    if (isFocusInMenu() || (closed && isFocusNowhere())) grid.current?.focus({ preventScroll: true })
  }, [listed, openId])

  // What was done to a row is over once its sheet is closed: it is not counted on with the next.
  const { drop } = selection
  const over = act === undefined ? [...selection.ids].filter((id) => rows[indexOf(id)]?.gone) : []
  // Ids have no blanks.
  const overIds = over.join(' ')
  useEffect(() => {
    if (overIds !== '') drop(overIds.split(' '))
  }, [overIds, drop])

  const firstPage = list.data?.pages[0]
  const letters = useMemo(
    () => lettersOf(queue.columns, firstPage?.items ?? [], console, t, language),
    [queue.columns, firstPage, console, t, language],
  )
  const numeric = useMemo(
    () => numericColumns(queue.columns, firstPage?.items ?? []),
    [queue.columns, firstPage],
  )
  const sortedBy =
    wanted.sort === 'deadline' ? queue.columns.find(({ type }) => type === 'deadline') : undefined
  const columns = useMemo(
    () =>
      queueColumns({
        declared: columnsShown(queue.columns, wanted.columns),
        letters,
        mark,
        numeric,
        width,
        sortedBy,
        console,
        t,
        me,
        selected: selection.ids,
        onSelect: toggle,
      }),
    [
      queue.columns,
      wanted.columns,
      letters,
      mark,
      numeric,
      width,
      sortedBy,
      console,
      t,
      me,
      selection.ids,
      toggle,
    ],
  )
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const onEndNear = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])

  const page = head.data ?? list.data?.pages[0]
  const behind = page?.behind_ms ?? 0
  const showFresh = useCallback(
    () => void queries.resetQueries({ queryKey: ['queue-items', queue.name] }),
    [queries, queue.name],
  )
  // In a list with nothing in it no row can move under anybody's hands.
  const fillsEmpty = list.data !== undefined && rows.length === 0 && fresh > 0
  useEffect(() => {
    if (fillsEmpty) showFresh()
  }, [fillsEmpty, showFresh])

  return (
    <>
      <div className={styles.bar}>
        <div className={styles.top}>
          <QueueHeader queue={queue} page={page} done={wanted.state === 'done'} />
          <div className={styles.work}>
            <ViewsMenu queue={queue} list={wanted} me={me} onList={change} />
            <FileMenu queue={queue} list={wanted} />
            <ExtraOperatorsButton queue={queue} />
            {situations === undefined ? null : (
              <RunbookButton
                title={queue.title}
                situations={situations}
                guide={queue.guide}
                messages={console.runbookMessages}
              />
            )}
            <NextItemButton queue={queue} onOpen={onOpen} />
          </div>
        </div>
        <QueueFilterBar
          columns={queue.columns}
          sorts={queue.sorts}
          list={wanted}
          console={console}
          onChange={change}
        />
      </div>
      {behind > LAG_BANNER_MS ? (
        <Banner tone="attention">{t('queue.farBehind', { length: formatDuration(behind, language) })}</Banner>
      ) : null}
      <RefusedItems result={claim.data} />
      <div ref={frame} className={styles.frame}>
        {list.isPending ? (
          <Skeleton lines={16} label={t('queue.loading')} />
        ) : list.data === undefined ? (
          <UnreadList error={list.error} onRetry={() => void list.refetch()} onUsual={() => onList({})} />
        ) : rows.length === 0 ? (
          <EmptyQueue filtered={Object.keys(wanted).length > 0} onClear={() => onList({})} />
        ) : (
          <DataGrid<QueueRow>
            label={queue.title}
            rows={rows}
            columns={columns}
            rowId={rowId}
            rowHeight={rowHeight}
            total={hasNextPage ? -1 : rows.length}
            active={active}
            openId={rows[openAt]?.id ?? null}
            selected={selection.ids}
            rowState={rowState}
            gridRef={grid}
            fromTop={sorted}
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
      <div className={styles.notice} aria-live="polite">
        {fresh > 0 ? (
          <Button size="small" onClick={showFresh}>
            {t('queue.fresh', { count: fresh })}
          </Button>
        ) : null}
        {selection.ids.size > 0 ? (
          <SelectionBar
            queue={queue}
            list={wanted}
            selection={selection}
            shown={rows.filter(({ gone }) => !gone).map(selected)}
            whole={!hasNextPage}
            menuRef={bulkMenu}
            act={act}
            onAct={setAct}
            claim={{
              busy: claim.isPending,
              barred: mayClaim ? undefined : t('queue.notYours', { console: queue.console }),
              keys: openId === null ? 'a' : undefined,
              run: () => assign(rows.filter(isSelected)),
            }}
          />
        ) : null}
      </div>
    </>
  )
}

/** A list that could not be read. What the address asks for wrongly is wrong however often it is asked. */
function UnreadList({
  error,
  onRetry,
  onUsual,
}: {
  error: unknown
  onRetry: () => void
  onUsual: () => void
}) {
  const t = useText()
  if (problemStatus(error) !== 400) return <ProblemNotice error={error} onRetry={onRetry} />
  return (
    <ProblemNotice
      error={error}
      title={t('queue.badAddress')}
      actions={<Button onClick={onUsual}>{t('queue.usual')}</Button>}
    />
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

/** The declared columns, or those of them that the list asks for. */
function columnsShown(columns: Queue['columns'], wanted: string | undefined): Queue['columns'] {
  if (wanted === undefined) return columns
  const keys = wanted.split(',')
  return columns.filter(({ key }) => keys.includes(key))
}

const rowId = (row: QueueRow) => row.id
const rowState = (row: QueueRow) => (row.gone ? 'gone' : 'present')

function isFocusNowhere(): boolean {
  return document.activeElement === null || document.activeElement === document.body
}

function isFocusInMenu(): boolean {
  return document.activeElement?.closest('nav a') != null
}

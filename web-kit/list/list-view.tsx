import { problemStatus } from '@countersign/sdk/problem.ts'
import type { ListActionsOf, ListedRecord, RecordList } from '@countersign/sdk/wire/lists.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { DataGrid } from '@countersign/ui/data-grid.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef, useState } from 'react'
import { useClient } from '../client-context.tsx'
import type { ConsoleWeb } from '../console-web.ts'
import { useKeys } from '../keymap.tsx'
import { useLanguage, useText } from '../messages.ts'
import { numberFormat } from '../number-format.ts'
import { refToText } from '../paths.ts'
import { useRowHeight } from '../preferences.ts'
import { ProblemNotice } from '../problem-notice.tsx'
import { entityQuery, type QueueList, recordsHeadQuery, recordsQuery } from '../queries.ts'
import { CARDS_BELOW_PX, lettersOf, numericColumns } from '../queue/queue-columns.tsx'
import { useWidth } from '../queue/use-width.ts'
import { ActionBar } from '../record/action-bar.tsx'
import { offeredActions } from '../record/offered-actions.ts'
import styles from './list.module.css'
import { listColumns } from './list-columns.tsx'
import { ListFilterBar } from './list-filters.tsx'
import { type ListRow, makeListRows, rowPage } from './list-rows.ts'

const NONE: ReadonlySet<string> = new Set()

/** The records of a kind as a dense endless table: moved through by key, filtered by chips, kept in place while they change. */
export function ListView({
  of,
  console,
  list: wanted,
  openId,
  onList,
  onOpen,
  onEnter,
  onAct,
}: {
  of: RecordList
  console: ConsoleWeb
  /** Filters, as they are in the URL. */
  list: QueueList
  /** `kind:id` of the record open beside the list. */
  openId: string | null
  onList: (list: QueueList) => void
  /** `inPlace`: what was open is stepped over, and is no place to go back to. */
  onOpen: (record: EntityRef, inPlace?: boolean) => void
  /** Enter on the row that is open. */
  onEnter: () => void
  /** An action of the record that the list's own actions are on. */
  onAct: (record: EntityRef, action: string) => void
}) {
  const t = useText()
  const language = useLanguage()
  const client = useClient()
  const queries = useQueryClient()
  const [frame, width] = useWidth()
  const rowHeight = useRowHeight(width < CARDS_BELOW_PX)
  const grid = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState<string | null>(null)
  const read = useInfiniteQuery(recordsQuery(client, of.kind, wanted))
  const head = useQuery(recordsHeadQuery(client, of.kind, wanted))
  const [listRows] = useState(makeListRows)
  const pages = useMemo(() => (read.data?.pages ?? []).map(rowPage), [read.data])
  const { rows, fresh, indexOf, indexOfRecord } = useMemo(
    () => listRows(pages, head.data === undefined ? undefined : rowPage(head.data)),
    [listRows, pages, head.data],
  )
  const openAt = openId === null ? -1 : indexOfRecord(openId)
  const cursorAt = cursor === null ? -1 : indexOf(cursor)
  const at = openAt >= 0 ? openAt : cursorAt
  const active = at >= 0 ? at : rows.length > 0 ? 0 : -1
  const states = console.records[of.kind]?.states ?? {}

  const latest = useRef({ rows, openId, onOpen })
  latest.current = { rows, openId, onOpen }
  const move = useCallback((index: number) => {
    const { rows, openId, onOpen } = latest.current
    const row = rows[index]
    setCursor(row?.id ?? null)
    if (row !== undefined && openId !== null && openId !== refToText(row)) onOpen(refOf(row), true)
  }, [])
  const open = useCallback((row: ListedRecord) => latest.current.onOpen(refOf(row)), [])
  const step = (by: number) => {
    grid.current?.focus({ preventScroll: true })
    move(Math.max(0, Math.min(rows.length - 1, active + by)))
  }
  useKeys(t('list.keys'), [
    { keys: 'j', label: t('queue.key.next'), run: () => step(1) },
    { keys: 'k', label: t('queue.key.previous'), run: () => step(-1) },
    {
      keys: 'Enter',
      label: t('queue.key.enter'),
      run: () => {
        const row = rows[active]
        if (openId !== null) onEnter()
        else if (row !== undefined) open(row)
      },
    },
  ])

  const first = pages[0]?.items
  const letters = useMemo(
    () => lettersOf(of.columns, first ?? [], console, t, language),
    [of.columns, first, console, t, language],
  )
  const numeric = useMemo(() => numericColumns(of.columns, first ?? []), [of.columns, first])
  const columns = useMemo(
    () => listColumns({ declared: of.columns, letters, numeric, width, console, states, t }),
    [of.columns, letters, numeric, width, console, states, t],
  )
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = read
  const onEndNear = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const filtered = Object.keys(wanted).length > 0

  return (
    <>
      <div className={styles.bar}>
        <div className={styles.head}>
          <span className={styles.title} aria-hidden="true">
            {of.title}
          </span>
          {read.data === undefined ? null : (
            <span className={styles.facts}>
              {t(hasNextPage ? 'list.readSoFar' : 'list.all', {
                value: numberFormat(language).format(rows.length),
              })}
            </span>
          )}
          {of.actions_of.length === 0 ? null : (
            <span className={styles.acts}>
              {of.actions_of.map((actions) => (
                <ListActions
                  key={`${actions.kind}/${actions.id}`}
                  of={actions}
                  console={console}
                  onAct={onAct}
                />
              ))}
            </span>
          )}
        </div>
        <ListFilterBar of={of} list={wanted} console={console} states={states} onChange={onList} />
      </div>
      {of.note === null ? null : (
        <div className={styles.note}>
          <Banner tone="neutral">{of.note}</Banner>
        </div>
      )}
      <div ref={frame} className={styles.frame}>
        {read.isPending ? (
          <Skeleton lines={16} label={t('list.loading')} />
        ) : read.data === undefined ? (
          <UnreadList
            error={read.error}
            sources={console.sources}
            onRetry={() => void read.refetch()}
            onUsual={() => onList({})}
          />
        ) : rows.length === 0 ? (
          <Notice
            title={t(filtered ? 'list.emptyFiltered' : 'list.empty')}
            {...(filtered
              ? { actions: <Button onClick={() => onList({})}>{t('queue.clearFilters')}</Button> }
              : {})}
          />
        ) : (
          <DataGrid<ListRow>
            label={of.title}
            rows={rows}
            columns={columns}
            rowId={rowId}
            rowHeight={rowHeight}
            total={hasNextPage ? -1 : rows.length}
            active={active}
            openId={rows[openAt]?.id ?? null}
            selected={NONE}
            rowState={rowState}
            gridRef={grid}
            onActive={move}
            onOpen={open}
            onEndNear={onEndNear}
            footer={
              read.isFetchNextPageError ? (
                <ProblemNotice error={read.error} onRetry={() => void fetchNextPage()} />
              ) : null
            }
          />
        )}
      </div>
      <div className={styles.fresh} aria-live="polite">
        {fresh > 0 ? (
          <Button
            size="small"
            onClick={() => void queries.resetQueries({ queryKey: ['list-records', of.kind] })}
          >
            {t('queue.fresh', { count: fresh })}
          </Button>
        ) : null}
      </div>
    </>
  )
}

/** What can be done here that is on none of the records listed. */
function ListActions({
  of,
  console,
  onAct,
}: {
  of: ListActionsOf
  console: ConsoleWeb
  onAct: (record: EntityRef, action: string) => void
}) {
  const record = refOf(of)
  const { data } = useQuery(entityQuery(useClient(), record))
  if (data === undefined) return null
  const offered = offeredActions(data, console)
    .filter(({ affordance }) => of.only === undefined || affordance.action === of.only)
    .map((one) => (of.title === undefined ? one : { ...one, title: of.title }))
  return <ActionBar of={record} offered={offered} onAct={(action) => onAct(record, action)} />
}

/** A list that could not be read. What the address asks for wrongly is wrong however often it is asked. */
function UnreadList({
  error,
  sources,
  onRetry,
  onUsual,
}: {
  error: unknown
  sources: Record<string, string>
  onRetry: () => void
  onUsual: () => void
}) {
  const t = useText()
  if (problemStatus(error) !== 400) return <ProblemNotice error={error} sources={sources} onRetry={onRetry} />
  return (
    <ProblemNotice
      error={error}
      title={t('queue.badAddress')}
      actions={<Button onClick={onUsual}>{t('list.usual')}</Button>}
    />
  )
}

const refOf = ({ kind, id }: EntityRef): EntityRef => ({ kind, id })
const rowId = (row: ListRow) => row.id
const rowState = (row: ListRow) => (row.gone ? 'gone' : 'present')

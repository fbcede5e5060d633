import type { AuditQuery } from '@countersign/sdk/client.ts'
import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { AuditEntry } from '@countersign/sdk/wire/audit.ts'
import { Button } from '@countersign/ui/button.tsx'
import { DataGrid, type GridColumn } from '@countersign/ui/data-grid.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { SplitView } from '@countersign/ui/split-view.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useKeys } from '@countersign/web-kit/keymap.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { type Translate, useText } from '@countersign/web-kit/messages.ts'
import { useRowHeight } from '@countersign/web-kit/preferences.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { actionsQuery, auditHeadQuery, auditQuery } from '@countersign/web-kit/queries.ts'
import { useWidth } from '@countersign/web-kit/queue/use-width.ts'
import { DayTime, ZoneNote } from '@countersign/web-kit/time.tsx'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { consoles } from '../consoles.ts'
import type { UrlSearch } from '../url-search.ts'
import { actionWords } from './action-words.ts'
import { actorWords } from './actor-words.ts'
import { AuditEntryPane } from './audit-entry-pane.tsx'
import { AuditFilters, auditFilters } from './audit-filters.tsx'
import styles from './audit-page.module.css'
import { CheckpointLine } from './checkpoint-line.tsx'
import { Outcome } from './outcome.tsx'
import { SecurityFirst } from './security-first.tsx'
import { shortId, targetWords } from './target-words.ts'

const whole = getRouteApi('/signed-in/audit')
const own = getRouteApi('/signed-in/consoles/$console/audit-log')
const NO_ACTIONS: ActionDeclaration[] = []
const TARGET_FROM_PX = 720
const TIME_FROM_PX = 480

/** Everything that was done, refused, seen or signed in, filtered; each entry can be proved. */
export function AuditPage() {
  const t = useText()
  // Asking for what may not be read would itself stand in the log.
  const search = whole.useSearch() as UrlSearch
  const navigate = whole.useNavigate()
  const mayRead = useMe().permissions.includes('audit:read')
  if (mayRead)
    return (
      <AuditLog
        title={t('audit.title')}
        search={search}
        onSearch={(next) => void navigate({ to: '.', search: next })}
      />
    )
  return <Forbidden />
}

/** P-09: one console's own part of the log, its security events first. */
export function ConsoleAuditPage() {
  const t = useText()
  const { console: name } = own.useParams() as { console: string }
  const search = own.useSearch() as UrlSearch
  const navigate = own.useNavigate()
  const mine = useMe().consoles.some((one) => one.name === name)
  const entry = consoles.find((one) => one.name === name)
  if (!mine || entry?.auditLog === undefined) return <Forbidden />
  return (
    <AuditLog
      title={t('audit.ownTitle')}
      door={entry.auditLog}
      search={search}
      onSearch={(next) => void navigate({ to: '.', search: next })}
    />
  )
}

function Forbidden() {
  const t = useText()
  return (
    <Notice page title={t('audit.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>}>
      {t('audit.forbidden.detail')}
    </Notice>
  )
}

function AuditLog({
  title,
  door,
  search,
  onSearch,
}: {
  title: string
  /** Of the console whose own part it is; undefined: the whole log, which can be proved and exported. */
  door?: string
  search: UrlSearch
  onSearch: (search: UrlSearch) => void
}) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const [frame, width] = useWidth()
  const rowHeight = useRowHeight(width < TIME_FROM_PX)
  const [cursor, setCursor] = useState<string | null>(null)

  const filters: AuditQuery = useMemo(
    () => Object.fromEntries(auditFilters.flatMap((key) => (search[key] ? [[key, search[key]]] : []))),
    [search],
  )
  const list = useInfiniteQuery(auditQuery(client, filters, door))
  const head = useQuery(auditHeadQuery(client, filters, door))
  const entries = useMemo(() => list.data?.pages.flatMap((page) => page.entries) ?? [], [list.data])
  const newest = head.data?.entries[0]
  const fresh = newest !== undefined && entries.length > 0 && newest.id !== entries[0]?.id

  const at = entries.findIndex((entry) => entry.id === (cursor ?? search.open))
  const active = at >= 0 ? at : entries.length > 0 ? 0 : -1
  const go = onSearch
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

  const declared = useQuery(actionsQuery(client)).data ?? NO_ACTIONS
  const columns = useMemo(() => auditColumns(t, width, declared), [t, width, declared])
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const onEndNear = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  // What is looked for may be far back: pages that hold none of it are passed over.
  const seeking = list.data !== undefined && entries.length === 0 && hasNextPage
  useEffect(() => {
    if (seeking) onEndNear()
  }, [seeking, onEndNear])
  const security = list.data?.pages[0]?.security ?? []

  return (
    <>
      <title>{t('page.title', { page: title })}</title>
      <SplitView
        title={title}
        detailLabel={t('audit.entry')}
        list={
          <>
            <div className={styles.bar}>
              <div className={styles.head}>
                <span className={styles.heading} aria-hidden="true">
                  {title}
                </span>
                {door === undefined ? <CheckpointLine /> : null}
                <span className={styles.zone}>
                  <ZoneNote />
                </span>
              </div>
              <AuditFilters
                filters={filters}
                exports={door === undefined}
                onChange={(next) => go(next as UrlSearch)}
              />
            </div>
            {security.length === 0 ? null : <SecurityFirst entries={security} onOpen={openEntry} />}
            <div aria-live="polite" className={styles.fresh}>
              {fresh ? (
                <Button size="small" onClick={() => void queries.resetQueries({ queryKey: ['audit'] })}>
                  {t('audit.fresh')}
                </Button>
              ) : null}
            </div>
            <div ref={frame} className={styles.frame}>
              {list.isPending || seeking ? (
                <Skeleton lines={16} label={t('audit.loading')} />
              ) : list.data === undefined ? (
                <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
              ) : entries.length === 0 ? (
                <Notice title={t('audit.empty')}>{t('audit.empty.detail')}</Notice>
              ) : (
                <DataGrid<AuditEntry>
                  label={title}
                  rows={entries}
                  columns={columns}
                  rowId={entryId}
                  rowHeight={rowHeight}
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
              door={door}
              onClose={close}
              onFilter={(key, value) => go({ ...filters, [key]: value })}
            />
          )
        }
      />
    </>
  )
}

/** What it is called; its id where it has no name that is known. */
function TargetName({ target: { id, title } }: { target: NonNullable<AuditEntry['target']> }) {
  return title === undefined ? <code>{shortId(id)}</code> : <bdi>{title}</bdi>
}

const NOTHING: ReadonlySet<string> = new Set()
const entryId = (entry: AuditEntry) => entry.id

function auditColumns(t: Translate, width: number, declared: ActionDeclaration[]): GridColumn<AuditEntry>[] {
  const who = (entry: AuditEntry) => actorWords(entry, t)
  const what = (entry: AuditEntry) => (
    <span title={entry.action ?? entry.kind}>{actionWords(entry, declared, t)}</span>
  )
  if (width < TIME_FROM_PX) {
    return [
      {
        key: 'entry',
        header: t('audit.column.action'),
        track: 'minmax(0, 1fr)',
        composite: true,
        render: (entry) => (
          <span className={styles.card}>
            <span className={styles.cardText}>{what(entry)}</span>
            <Outcome entry={entry} />
            <span className={styles.cardParts}>
              <bdi>{who(entry)}</bdi>
              {entry.target === null ? null : (
                <>
                  <span aria-hidden="true">·</span>
                  <bdi>{targetWords(entry.target, t)}</bdi>
                  <bdi className={styles.cardId}>{entry.target.title ?? shortId(entry.target.id)}</bdi>
                </>
              )}
            </span>
            <span className={styles.cardFaint}>
              <DayTime at={entry.at} />
            </span>
          </span>
        ),
      },
    ]
  }
  const all: (GridColumn<AuditEntry> & { fromPx?: number })[] = [
    {
      key: 'at',
      header: t('audit.column.at'),
      track: '176px',
      render: (entry) => <DayTime at={entry.at} />,
    },
    { key: 'actor', header: t('audit.column.actor'), track: 'minmax(96px, 0.9fr)', render: who },
    { key: 'action', header: t('audit.column.action'), track: 'minmax(0, 1.4fr)', render: what },
    {
      key: 'target',
      header: t('audit.column.target'),
      track: 'minmax(0, 1fr)',
      fromPx: TARGET_FROM_PX,
      render: ({ target }) =>
        target === null ? null : (
          <span title={target.id}>
            {targetWords(target, t)} <TargetName target={target} />
          </span>
        ),
    },
    {
      key: 'outcome',
      header: t('audit.column.outcome'),
      track: '140px',
      render: (entry) => <Outcome entry={entry} />,
    },
  ]
  return all.filter(({ fromPx = 0 }) => width >= fromPx)
}

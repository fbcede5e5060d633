import { problemStatus } from '@countersign/sdk/problem.ts'
import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { CopyButton } from '@countersign/ui/copy-button.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { toneOf } from '@countersign/ui/tone.ts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, Suspense } from 'react'
import { ActionSheet } from '../action-sheet/action-sheet.tsx'
import { useClient } from '../client-context.tsx'
import type { ConsoleWeb } from '../console-web.ts'
import { useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { paths } from '../paths.ts'
import { describeProblem, ProblemNotice } from '../problem-notice.tsx'
import { actionsQuery, entityQuery } from '../queries.ts'
import { StateBadge } from '../request/state-badge.tsx'
import { SectionLevel } from '../section-heading.tsx'
import { ActionBar } from './action-bar.tsx'
import { ActionMenu } from './action-menu.tsx'
import { FreshAt, StaleBanner } from './freshness.tsx'
import { type OfferedAction, offeredActions } from './offered-actions.ts'
import { PendingRequests } from './pending-requests.tsx'
import { PersonalData } from './personal-data.tsx'
import styles from './record.module.css'
import { RecordHistory } from './record-history.tsx'
import { Related } from './related.tsx'

const NONE: EntityRef[] = []

/** The value of `act` that opens the list of actions instead of one's sheet. */
export const ACTION_MENU = 'menu'

function namedKinds({ records }: Pick<ConsoleWeb, 'records'>): ReadonlySet<string> {
  return new Set(Object.keys(records).filter((kind) => records[kind]?.headedBy === 'title'))
}

/**
 * A record, on a page of its own or beside a list: identity and state, what can be done, the kind's own part, the
 * timeline, what is related. `act` is the action whose sheet is open; it lives in the URL.
 */
export function Record({
  of,
  console,
  me,
  layout,
  act,
  from,
  onAct,
  more,
  controls,
  known,
}: {
  of: EntityRef
  console: ConsoleWeb
  me: string
  layout: 'page' | 'pane'
  act: string | undefined
  /** The record that led to the action. */
  from?: EntityRef | null
  onAct: (action: string | undefined) => void
  /** Buttons of the place it is shown in: back, close, claim. */
  controls?: ReactNode
  /** What that place adds to the actions. */
  more?: ReactNode
  /** What is known of the record while it is being read. */
  known?: ReactNode
}) {
  const t = useText()
  const client = useClient()
  const query = useQuery(entityQuery(client, of))
  const actions = useQuery(actionsQuery(client)).data ?? []
  if (query.isPending) {
    return (
      <div className={styles.record} data-layout={layout}>
        <div className={styles.top}>{controls}</div>
        {query.failureCount > 0 ? (
          <Banner tone="attention">
            {describeProblem(query.failureReason, t, console.sources).title}. {t('record.tryingAgain')}
          </Banner>
        ) : null}
        {known}
        <p className={styles.reading} role="status">
          {t('record.loading')}
        </p>
        <Skeleton lines={8} label={t('record.loading')} />
      </div>
    )
  }
  const missing = problemStatus(query.error) === 404
  if (query.data === undefined) {
    return (
      <div className={styles.record} data-layout={layout}>
        <div className={styles.top}>{controls}</div>
        {known}
        <ProblemNotice
          page={layout === 'page'}
          error={query.error}
          sources={console.sources}
          onRetry={() => void query.refetch()}
          {...(missing && console.records[of.kind] !== undefined
            ? { detail: t('record.notThere', { kind: t(console.records[of.kind]?.name ?? ''), id: of.id }) }
            : {})}
          {...(layout === 'page' && missing ? { actions: <Link to="/">{t('record.home')}</Link> } : {})}
        />
      </div>
    )
  }
  const entity = query.data
  const view = console.records[entity.kind]
  const offered = offeredActions(entity, console)
  const Title = layout === 'page' ? 'h1' : 'h2'
  const heading =
    view?.titled?.(entity, t) ??
    (view?.headedBy === 'id' ? t('record.named', { kind: t(view.name), id: entity.id }) : entity.title)
  // A masked number and an id read the same whichever way the page does.
  const shown = (
    <bdi>
      <MoneyText>{heading}</MoneyText>
    </bdi>
  )
  return (
    <SectionLevel level={layout === 'page' ? 2 : 3}>
      <article className={styles.record} data-layout={layout} aria-label={heading}>
        {layout === 'page' ? <title>{t('page.title', { page: heading })}</title> : null}
        <header className={styles.header}>
          <div className={styles.top}>
            <div className={styles.identity}>
              <Title className={styles.title}>
                {layout === 'pane' ? <Link to={paths.entity(of)}>{shown}</Link> : shown}
              </Title>
              <CopyButton value={entity.id} label={t('copy.id')} doneLabel={t('copy.done')} />
              <span className={styles.state} aria-live="polite">
                {view?.State === undefined ? (
                  <StateBadge state={entity.state} states={view?.states ?? {}} />
                ) : (
                  <view.State entity={entity} />
                )}
              </span>
              <FreshAt entity={entity} />
            </div>
            {controls}
          </div>
          {view?.Lead === undefined ? null : <view.Lead entity={entity} />}
        </header>
        <StaleBanner entity={entity} onRetry={() => void query.refetch()} />
        {query.isError ? <Banner tone="attention">{t('record.refreshFailed')}</Banner> : null}
        {(entity.banners ?? []).map((banner) => (
          <Banner key={banner.text} tone={toneOf(banner.tone)}>
            <MoneyText>{banner.text}</MoneyText>
          </Banner>
        ))}
        <PendingRequests of={of} affordances={entity.affordances} />
        <ActionBar
          of={of}
          offered={offered.filter(standsAbove)}
          onAct={onAct}
          first={view?.Foremost === undefined ? null : <view.Foremost entity={entity} />}
          more={more}
        />
        <div className={styles.columns}>
          <div className={styles.main}>
            {view?.Body === undefined ? null : (
              // Of records that few people open in a day, what stands there is loaded with the first of them.
              <Suspense fallback={<Skeleton lines={6} label={t('record.loading')} />}>
                <view.Body entity={entity} />
              </Suspense>
            )}
            <PersonalData
              key={`personal ${of.kind} ${of.id}`}
              entity={entity}
              labels={console.personalLabels ?? {}}
              onAct={onAct}
            />
            {view?.ofAll ? null : (
              <RecordHistory
                key={`history ${of.kind} ${of.id}`}
                of={of}
                me={me}
                sources={console.sources}
                known={entity.related ?? NONE}
                named={namedKinds(console)}
              />
            )}
          </div>
          <Related entity={entity} but={view?.ownRelations ?? []} />
        </div>
        {act === ACTION_MENU ? (
          <ActionMenu entity={entity} offered={offered} onAct={onAct} onClose={() => onAct(undefined)} />
        ) : (
          <OpenSheet
            entity={entity}
            console={console}
            actions={actions}
            act={act}
            from={from ?? undefined}
            onClose={() => onAct(undefined)}
          />
        )}
      </article>
    </SectionLevel>
  )
}

/** Personal data has its buttons where it stands. */
function standsAbove({ affordance }: OfferedAction): boolean {
  return !/^[a-z]+\.(reveal|erase)_/.test(affordance.action)
}

function OpenSheet({
  entity,
  console,
  actions,
  act,
  from,
  onClose,
}: {
  entity: Entity
  console: ConsoleWeb
  actions: ActionDeclaration[]
  act: string | undefined
  from: EntityRef | undefined
  onClose: () => void
}) {
  const action = actions.find((one) => one.type === act)
  if (action === undefined || action.target_kind !== entity.kind) return null
  return (
    <ActionSheet
      key={`${action.type} ${entity.id}`}
      action={action}
      inverse={actions.find((one) => one.type === action.inverse)}
      entity={entity}
      form={console.actionForms[action.type]}
      from={from}
      undoes={entity.affordances.find((one) => one.action === action.type)?.undoes}
      onClose={onClose}
    />
  )
}

import type { Approval, PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import type { ActionRequest, Emergency } from '@countersign/sdk/wire/requests.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { backAt } from '../action-sheet/drafts.ts'
import { BulkProgress } from '../bulk/bulk-progress.tsx'
import { useClient } from '../client-context.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { paths } from '../paths.ts'
import { actionsQuery } from '../queries.ts'
import { SectionHeading, SectionLevel } from '../section-heading.tsx'
import { AbsoluteTime, Deadline, RelativeTime } from '../time.tsx'
import { AsSeen } from './as-seen.tsx'
import { ENDINGS, type Ending, EndRequestDialog } from './decide-dialog.tsx'
import { DecideRequest } from './decide-request.tsx'
import { EditRequestSheet, isEditable } from './edit-request-sheet.tsx'
import { RequestActions } from './request-actions.tsx'
import styles from './request-detail.module.css'
import { RequestFacts, RequestHistory } from './request-facts.tsx'
import { RequestPersonal } from './request-personal.tsx'
import {
  approvalsGiven,
  isCancellable,
  isEmergencyOpen,
  isUndecided,
  isUnderWayOverMany,
} from './request-state.ts'
import { RequestsBeside } from './requests-beside.tsx'
import { Schedule } from './schedule.tsx'
import { RequestBadge } from './state-badge.tsx'
import { Undo, Undoes } from './undo.tsx'

/**
 * A request as an approver reads it: what was asked and why, what it does as reckoned now, what changed since, and what
 * the signature covers. A digest that changes while it is being read has to be read again before it can be signed.
 */
export function RequestDetail({
  request,
  approval,
  heading,
  controls,
  onDecided,
}: {
  request: PendingRequest
  /** What waits for this person about it; nothing where they have no say. */
  approval: Approval | undefined
  heading: 'h1' | 'h2'
  controls?: ReactNode
  onDecided?: (request: ActionRequest) => void
}) {
  const t = useText()
  const me = useMe()
  const queries = useQueryClient()
  const [read, setRead] = useState(request.digest)
  const [left] = useState(() => backAt(me.person.id, `request:${request.id}`)?.type)
  const [ending, setEnding] = useState<Ending | 'edit' | null>(
    () => [...ENDINGS, 'edit' as const].find((one) => one === left) ?? null,
  )
  const mine = request.requested_by.id === me.person.id
  // Of no matter to whoever signs nothing: the one who asked, and made the change, least of all.
  const signs = !mine && approval?.can_approve === true && isUndecided(request)
  const changed = signs && request.digest !== read
  const { data: actions } = useQuery({ ...actionsQuery(useClient()), enabled: mine })
  const action = actions?.find(({ type }) => type === request.type)

  function decided(answer: ActionRequest) {
    setEnding(null)
    // The answer says what came of it; what it does stands as it was read, until the request is read again.
    queries.setQueryData(['request', answer.id], (now: PendingRequest | undefined) => ({
      ...(now ?? request),
      ...answer,
    }))
    void queries.invalidateQueries({ queryKey: ['approvals'] })
    void queries.invalidateQueries({ queryKey: ['requests'] })
    onDecided?.(answer)
  }

  const Heading = heading
  const { target } = request
  const name = (
    <>
      {request.title}
      {target.title === undefined ? null : (
        <>
          {t('sign.colon')}
          <bdi>
            <MoneyText>{target.title}</MoneyText>
          </bdi>
        </>
      )}
    </>
  )
  return (
    <SectionLevel level={heading === 'h1' ? 2 : 3}>
      <article className={styles.detail} aria-label={request.title}>
        <header>
          <div className={styles.top}>
            <div className={styles.identity}>
              <Heading className={styles.title}>
                {heading === 'h2' ? <Link to={paths.request(request.id)}>{name}</Link> : name}
              </Heading>
              <RequestBadge request={request} />
            </div>
            {controls === undefined ? null : <span className={styles.controls}>{controls}</span>}
          </div>
          <p className={styles.lead}>
            {mine ? t('request.askedOwn') : t('request.asked', { name: request.requested_by.name })}{' '}
            <RelativeTime at={request.created_at} />
            {request.state === 'pending' && request.expires_at ? (
              <>
                {' · '}
                {t('request.expires')} <RelativeTime at={request.expires_at} />
              </>
            ) : null}
          </p>
          {request.undoes === undefined ? null : <Undoes id={request.undoes} />}
          {request.part_of === undefined ? null : (
            <p className={styles.lead}>
              {t('bulk.partOf')}{' '}
              <Link to={paths.request(request.part_of.id)}>
                {t('bulk.partOf.link', { position: request.part_of.position })}
              </Link>
            </p>
          )}
        </header>
        {request.unreadable === undefined ? null : <Banner tone="attention">{request.unreadable}</Banner>}
        {request.refused === undefined ? null : (
          <Banner
            tone="attention"
            action={
              request.refused.emergency === undefined ? undefined : (
                <Link to={paths.request(request.refused.emergency.id)}>{t('request.emergency.openIt')}</Link>
              )
            }
          >
            <strong>{t('request.refusedNow')}</strong> {request.refused.message}
          </Banner>
        )}
        {request.state === 'pending' && request.target_changed && request.drift_allowed === false ? (
          <Banner
            tone="attention"
            action={
              mine && isEditable(request, action) ? (
                <Button size="small" variant="primary" onClick={() => setEnding('edit')}>
                  {t('request.askAgain')}
                </Button>
              ) : undefined
            }
          >
            <strong>{t('request.drifted')}</strong>{' '}
            {t('request.drifted.detail', {
              count: approvalsGiven(request),
            })}
          </Banner>
        ) : null}
        {changed ? (
          <Banner
            tone="attention"
            action={
              <Button size="small" onClick={() => setRead(request.digest)}>
                {t('request.readAgain')}
              </Button>
            }
          >
            <strong>{t('request.changed')}.</strong>{' '}
            {t('request.changed.detail', { revision: request.revision })}
          </Banner>
        ) : null}
        <RequestsBeside beside={request.state === 'pending' ? request.beside : undefined} />
        <EmergencyBanner request={request} />
        <Schedule request={request} />
        <RequestFacts request={request} signing={approval !== undefined && isUndecided(request)} />
        <RequestPersonal request={request} />
        {request.state === 'outcome_unknown' || request.break_glass?.reviewed_by === null ? (
          <RequestActions request={request} left={left} />
        ) : null}
        {approval !== undefined && isUndecided(request) ? (
          <DecideRequest
            request={request}
            approval={approval}
            changed={changed}
            onReject={() => setEnding('reject')}
            onRenew={isEmergencyOpen(request) ? () => setEnding('renew') : undefined}
            onDecided={decided}
          />
        ) : null}
        {isCancellable(request) && mine ? (
          <div className={styles.actions}>
            {isEditable(request, action) ? (
              <Button onClick={() => setEnding('edit')}>{t('request.edit')}</Button>
            ) : null}
            <Button onClick={() => setEnding('cancel')}>
              {t(isUnderWayOverMany(request) ? 'request.stop' : 'request.cancel')}
            </Button>
          </div>
        ) : null}
        <Undo request={request} />
        {request.bulk === undefined ? null : <BulkProgress request={request} progress={request.bulk} />}
        {request.transitions === undefined || request.transitions.length === 0 ? null : (
          <section>
            <SectionHeading>{t('request.history')}</SectionHeading>
            <RequestHistory request={request} />
          </section>
        )}
        <AsSeen seen={request.seen ?? []} />
        {ending === 'edit' && action !== undefined ? (
          <EditRequestSheet
            request={request}
            action={action}
            onClose={() => setEnding(null)}
            onDone={decided}
          />
        ) : null}
        {ending === null || ending === 'edit' ? null : (
          <EndRequestDialog request={request} how={ending} onClose={() => setEnding(null)} onDone={decided} />
        )}
      </article>
    </SectionLevel>
  )
}

const ENDED = {
  rejected: 'request.emergency.rejected',
  lapsed: 'request.emergency.lapsed',
  taken_back: 'request.emergency.takenBack',
  no_effect: 'request.emergency.noEffect',
} as const

/** Others have said no to the same as an ordinary request: it may have become urgent since, and who decides is to know. */
function RejectedBefore({ before }: { before: NonNullable<Emergency['rejected_before']> }) {
  const t = useText()
  return (
    <p>
      {t('request.emergency.rejectedBefore', { name: before.by.name })} <AbsoluteTime at={before.at} />.{' '}
      <Link to={paths.request(before.id)}>{t('request.emergency.rejectedRequest')}</Link>
    </p>
  )
}

/** Until when it is in force without approval, or how that ended. */
function EmergencyBanner({ request }: { request: ActionRequest }) {
  const t = useText()
  const { emergency } = request
  if (request.break_glass?.reviewed_by === null) {
    return <Banner tone="attention">{t('request.glassBroken')}</Banner>
  }
  if (emergency === undefined || emergency.approval === 'agreed') return null
  if (emergency.approval !== 'pending') {
    return (
      <Banner tone="neutral">
        {t(ENDED[emergency.approval])}{' '}
        {emergency.lifted_by === undefined ? null : (
          <Link to={paths.request(emergency.lifted_by)}>{t('request.emergency.lift')}</Link>
        )}
      </Banner>
    )
  }
  return (
    <Banner tone="attention">
      <strong>{t('request.emergency.open')}</strong> {t('request.emergency.until')}{' '}
      {emergency.until === undefined ? null : <Deadline at={emergency.until} />}.
      {emergency.rejected_before === undefined ? null : <RejectedBefore before={emergency.rejected_before} />}
    </Banner>
  )
}

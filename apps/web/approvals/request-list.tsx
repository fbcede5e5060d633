import type { Approval } from '@countersign/sdk/wire/approvals.ts'
import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { MoneyText } from '@countersign/web-kit/money-text.tsx'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { RecordMarks } from '@countersign/web-kit/record-marks.tsx'
import { reasonWords } from '@countersign/web-kit/request/reason-words.ts'
import {
  approvalsGiven,
  failureCause,
  isEmergencyOpen,
  isUndecided,
  requestRisks,
} from '@countersign/web-kit/request/request-state.ts'
import { RequestBadge } from '@countersign/web-kit/request/state-badge.tsx'
import { AbsoluteTime, RelativeTime } from '@countersign/web-kit/time.tsx'
import type { InboxTab } from './approval-tabs.tsx'
import styles from './approvals-page.module.css'

const EMPTY: Record<InboxTab, string> = {
  waiting: 'inbox.empty.waiting',
  asked: 'inbox.empty.asked',
  scheduled: 'inbox.empty.scheduled',
  history: 'inbox.empty.history',
}

/** The element that a request is opened by; what moves through the list by key moves the focus with it. */
export function rowOf(request: string): string {
  return `request-${request}`
}

/** Requests, two lines each, three of what is for later: what is asked and what it would do, how old, how far along. */
export function RequestList({
  tab,
  items,
  pending,
  error,
  openId,
  onOpen,
  onRetry,
  more,
  unsure = false,
}: {
  tab: InboxTab
  items: (ActionRequest & Pick<Approval, 'expiring' | 'unreadable' | 'marks'>)[]
  pending: boolean
  error: unknown
  openId: string | undefined
  onOpen: (id: string) => void
  onRetry: () => void
  more: (() => void) | null
  /** Not every source was read: nothing on the list does not mean that nothing waits. */
  unsure?: boolean
}) {
  const t = useText()
  if (pending) return <Skeleton lines={8} label={t('inbox.loading')} />
  if (error !== null) return <ProblemNotice error={error} onRetry={onRetry} />
  if (items.length === 0 && unsure) {
    return <Notice title={t('inbox.unknown')}>{t('inbox.unknown.detail')}</Notice>
  }
  if (items.length === 0) return <Notice title={t(EMPTY[tab])}>{t('inbox.empty.detail')}</Notice>
  return (
    <ul className={styles.list} aria-label={t('inbox.list')}>
      {items.map((request) => (
        <li key={request.id}>
          <button
            type="button"
            id={rowOf(request.id)}
            className={styles.item}
            aria-current={request.id === openId ? 'true' : undefined}
            onClick={() => onOpen(request.id)}
          >
            <span className={styles.itemTitle}>
              {request.title}
              {request.target.title === undefined ? null : (
                <>
                  {t('sign.colon')}
                  <bdi>
                    <MoneyText>{request.target.title}</MoneyText>
                  </bdi>
                </>
              )}{' '}
              <RecordMarks marks={request.marks} />
            </span>
            <span className={styles.itemAge}>
              <Age request={request} />
            </span>
            <span className={styles.itemText} dir="auto">
              {request.risk === 'high' || request.risk === 'critical' ? (
                <span className={styles.risk}>{t(requestRisks[request.risk])} · </span>
              ) : null}
              {request.unreadable === undefined ? null : (
                <span className={styles.due}>{t('inbox.unreadable')} · </span>
              )}
              {isEmergencyOpen(request) ? <span className={styles.risk}>{t('inbox.inForce')} · </span> : null}
              {tab === 'asked' ? null : (
                <>
                  <bdi>{request.requested_by.name}</bdi> ·{' '}
                </>
              )}
              {request.reason ? `${reasonWords(request.reason)} · ` : ''}
              {request.evidence?.preview === undefined ? (
                (failureCause(request, t) ?? request.target.id)
              ) : (
                <MoneyText>{request.evidence.preview.summary}</MoneyText>
              )}
            </span>
            <span className={styles.itemState}>
              {isUndecided(request) ? (
                t('request.approvalsOf', {
                  given: approvalsGiven(request),
                  required: request.approvals.required,
                })
              ) : (
                <RequestBadge request={request} />
              )}
            </span>
            {request.scheduled_for !== undefined &&
            (tab === 'scheduled' || isUndecided(request) || request.schedule === 'waiting') ? (
              <span className={styles.scheduled}>
                {t('inbox.notBefore')} <AbsoluteTime at={request.scheduled_for} />
              </span>
            ) : null}
          </button>
        </li>
      ))}
      {more === null ? null : (
        <li className={styles.more}>
          <Button size="small" onClick={more}>
            {t('inbox.more')}
          </Button>
        </li>
      )}
    </ul>
  )
}

/** Of what somebody still has to answer, how long there is for that; of the rest, how long ago it was asked for. */
function Age({ request }: { request: ActionRequest & Pick<Approval, 'expiring'> }) {
  const t = useText()
  const until = isEmergencyOpen(request) ? request.emergency?.until : request.expires_at
  if (!isUndecided(request) || until == null) return <RelativeTime at={request.created_at} bare />
  return (
    <span className={request.expiring ? styles.due : undefined}>
      {request.expiring ? '⚠ ' : ''}
      {t(isEmergencyOpen(request) ? 'inbox.lapses' : 'inbox.expires')} <RelativeTime at={until} />
    </span>
  )
}

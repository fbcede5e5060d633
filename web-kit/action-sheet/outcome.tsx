import type { ApprovalRequirement } from '@countersign/sdk/wire/actions.ts'
import type { ActionRequest, RequestState } from '@countersign/sdk/wire/requests.ts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useClient } from '../client-context.tsx'
import { EntityLink } from '../entity-link.tsx'
import { formatList } from '../format-list.ts'
import { type Translate, useLanguage, useText } from '../messages.ts'
import { paths } from '../paths.ts'
import { requestQuery } from '../queries.ts'
import { RequestHistory } from '../request/request-facts.tsx'
import { approvalsBy, approvalsGiven, failureCause, isSettled } from '../request/request-state.ts'
import { RequestBadge } from '../request/state-badge.tsx'
import { AbsoluteTime, RelativeTime } from '../time.tsx'
import styles from './action-sheet.module.css'

/** While a request is on its way it is read again this often, should the live stream be down. */
const FALLBACK_READ_MS = 5_000

/** What became of what was asked, followed until it is settled. */
export function Outcome({
  request,
  asked,
  onExecuted,
}: {
  request: ActionRequest
  /** Where nothing is left to read here once it was carried out. */
  onExecuted?: (() => void) | undefined
  /** Who may agree to it, as it stood in the sheet that was confirmed. */
  asked: Pick<ApprovalRequirement, 'eligible_people' | 'eligible_roles'> | undefined
}) {
  const t = useText()
  const language = useLanguage()
  const client = useClient()
  const query = useQuery({
    ...requestQuery(client, request.id),
    placeholderData: request,
    refetchInterval: ({ state }) => (state.data && isSettled(state.data.state) ? false : FALLBACK_READ_MS),
  })
  const now = query.data ?? request
  const executed = now.state === 'executed'
  const over = useRef(onExecuted)
  over.current = onExecuted
  useEffect(() => {
    if (executed) over.current?.()
  }, [executed])
  const cause = failureCause(now, t)
  const pending = now.state === 'pending'
  const people = pending
    ? approversOf(asked, language)
    : formatList(
        approvalsBy(now).map(({ name }) => name),
        language,
        'conjunction',
      )
  return (
    <div className={styles.outcome}>
      <p className={styles.outcomeLine} role="status">
        <RequestBadge request={now} /> <span>{outcomeText(now, people, t)}</span>
      </p>
      {now.scheduled_for === undefined || isSettled(now.state) ? null : (
        <p>
          {t('sheet.when.notBefore')} <AbsoluteTime at={now.scheduled_for} />
        </p>
      )}
      {cause === undefined ? null : <p className={styles.refused}>{cause}</p>}
      {now.state === 'failed' ? <p>{t('sheet.outcome.failed.next')}</p> : null}
      {now.state === 'pending' ? (
        <p className={styles.muted}>
          {t('sheet.outcome.pending.hint')}
          {now.expires_at ? (
            <>
              {' '}
              {t('sheet.outcome.expires')} <RelativeTime at={now.expires_at} />.
            </>
          ) : null}
        </p>
      ) : null}
      <RequestHistory request={now} />
      {now.made === undefined ? null : (
        <p>
          {t('sheet.outcome.made')} <EntityLink to={now.made}>{now.target.title}</EntityLink>
        </p>
      )}
      <p>
        <Link to={paths.request(now.id)}>{t('request.open')}</Link>
      </p>
    </div>
  )
}

/** By name with the role beside it: those who are named need not be all who have it. */
function approversOf(asked: Parameters<typeof Outcome>[0]['asked'], language: string): string {
  const roles = formatList(asked?.eligible_roles ?? [], language, 'disjunction')
  const names = (asked?.eligible_people ?? []).map(({ name }) => name)
  if (names.length === 0) return roles
  const people = formatList(names, language, 'disjunction')
  return roles === '' ? people : `${people} (${roles})`
}

const TEXTS: Record<Exclude<RequestState, 'pending'>, string> = {
  authorized: 'sheet.outcome.authorized',
  dispatching: 'sheet.outcome.dispatching',
  executed: 'sheet.outcome.executed',
  failed: 'sheet.outcome.failed',
  rejected: 'sheet.outcome.rejected',
  cancelled: 'sheet.outcome.cancelled',
  expired: 'sheet.outcome.expired',
  denied: 'sheet.outcome.denied',
  stale: 'sheet.outcome.stale',
  outcome_unknown: 'sheet.outcome.unknown',
}

function outcomeText(request: ActionRequest, people: string, t: Translate): string {
  if (request.state === 'executed' && people !== '') return t('sheet.outcome.executedBy', { people })
  if (request.state !== 'pending') return t(TEXTS[request.state])
  const count = request.approvals.required - approvalsGiven(request)
  return people === ''
    ? t('sheet.outcome.pending', { count })
    : t('sheet.outcome.pendingBy', { count, people })
}

import type { ActionRequest, RequestState } from '@countersign/sdk/wire.ts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useClient } from '../client-context.tsx'
import { type Translate, useText } from '../messages.ts'
import { paths } from '../paths.ts'
import { requestQuery } from '../queries.ts'
import { RequestHistory } from '../request/request-facts.tsx'
import { approvalsGiven, isSettled } from '../request/request-state.ts'
import { RequestBadge } from '../request/state-badge.tsx'
import styles from './action-sheet.module.css'

/** While a request is on its way it is read again this often, should the live stream be down. */
const FALLBACK_READ_MS = 5_000

/** What became of what was asked, followed until it is settled. */
export function Outcome({ request }: { request: ActionRequest }) {
  const t = useText()
  const client = useClient()
  const query = useQuery({
    ...requestQuery(client, request.id),
    placeholderData: request,
    refetchInterval: ({ state }) => (state.data && isSettled(state.data.state) ? false : FALLBACK_READ_MS),
  })
  const now = query.data ?? request
  return (
    <div className={styles.outcome}>
      <p className={styles.outcomeLine} role="status">
        <RequestBadge state={now.state} /> <span>{outcomeText(now, t)}</span>
      </p>
      {now.state === 'pending' ? <p className={styles.muted}>{t('sheet.outcome.pending.hint')}</p> : null}
      <RequestHistory request={now} />
      <p>
        <Link to={paths.request(now.id)}>{t('request.open')}</Link>{' '}
        <code className={styles.muted}>{now.id}</code>
      </p>
    </div>
  )
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

function outcomeText(request: ActionRequest, t: Translate): string {
  if (request.state !== 'pending') return t(TEXTS[request.state])
  return t('sheet.outcome.pending', { count: request.approvals.required - approvalsGiven(request) })
}

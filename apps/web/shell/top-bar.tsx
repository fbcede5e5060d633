import type { Me } from '@countersign/sdk/wire/me.ts'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { type LiveState, useLiveState } from '@countersign/web-kit/live.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { alertsQuery, approvalsQuery, unreadMentionsQuery } from '@countersign/web-kit/queries.ts'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Omnibox } from './omnibox.tsx'
import { useSessionEnded } from './session-ended.ts'
import styles from './top-bar.module.css'
import { UserMenu } from './user-menu.tsx'

/** Search, whether the page is live, what waits for me, who I am. */
export function TopBar({ me }: { me: Me }) {
  return (
    <header className={styles.bar}>
      <Omnibox me={me} />
      <LiveBadge />
      {me.permissions.includes('requests:read') ? <ApprovalCount /> : <span className={styles.gap} />}
      {me.permissions.includes('kernel:read') ? <MentionCount /> : null}
      {me.permissions.includes('kernel:read') ? <AlertCount /> : null}
      <UserMenu me={me} />
    </header>
  )
}

const LIVE_TEXTS: Partial<Record<LiveState, { full: string; short: string }>> = {
  lost: { full: 'live.lost', short: 'live.lostShort' },
  catching_up: { full: 'live.catchingUp', short: 'live.catchingUpShort' },
}

const ENDED_TEXT = { full: 'live.ended', short: 'live.lostShort' }

/** Quiet while all is well; says when what is shown may be old. */
function LiveBadge() {
  const t = useText()
  const state = useLiveState()
  const text = useSessionEnded() ? ENDED_TEXT : LIVE_TEXTS[state]
  return (
    <span className={styles.live} role="status">
      {text === undefined ? null : (
        <>
          <span className={styles.full}>{t(text.full)}</span>
          <span className={styles.short}>{t(text.short)}</span>
        </>
      )}
    </span>
  )
}

function ApprovalCount() {
  const t = useText()
  const inbox = useQuery(approvalsQuery(useClient()))
  const unreadable = inbox.data?.sources.some((source) => source.status !== 'ok') ?? false
  const count = inbox.data?.items.length
  const text = inbox.isError ? t('top.approvalsUnknown') : t('top.approvals', { count: count ?? 0 })
  return (
    <Link
      to={paths.approvals}
      className={styles.approvals}
      data-waiting={(count ?? 0) > 0 || inbox.isError || unreadable || undefined}
    >
      <span aria-hidden="true">◔</span>
      <span className={styles.full}>{text}</span>
      <span className={styles.short} aria-label={text} role="img">
        {inbox.isError ? '?' : (count ?? 0)}
      </span>
      {unreadable ? <span title={t('top.sourceUnreadable')}>⚠</span> : null}
    </Link>
  )
}

/** Shown while there is something unread; the list itself is always in the rail. */
function MentionCount() {
  const t = useText()
  const unread = useQuery(unreadMentionsQuery(useClient()))
  const count = unread.data ?? 0
  if (count === 0 && !unread.isError) return null
  const text = unread.isError ? t('top.mentionsUnknown') : t('top.mentions', { count })
  return (
    <Link to={paths.mentions} className={styles.mentions} data-waiting>
      <span aria-hidden="true">@</span>
      <span className={styles.full}>{text}</span>
      <span className={styles.short} aria-label={text} role="img">
        {unread.isError ? '?' : count}
      </span>
    </Link>
  )
}

/** How many alerts nobody sees to; quiet while there is none. */
function AlertCount() {
  const t = useText()
  const open = useInfiniteQuery(alertsQuery(useClient(), 'open'))
  const count = open.data?.pages[0]?.waiting ?? 0
  const text = open.isError ? t('top.alertsUnknown') : t('top.alerts', { count })
  if (count === 0 && !open.isError) return null
  return (
    <Link to={paths.alerts} className={styles.alerts} aria-label={text} title={text}>
      <span aria-hidden="true">⚠ {open.isError ? '?' : count}</span>
    </Link>
  )
}

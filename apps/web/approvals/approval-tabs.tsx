import { useText } from '@countersign/web-kit/messages.ts'
import { Link } from '@tanstack/react-router'
import styles from './approvals-page.module.css'

export const inboxTabs = ['waiting', 'asked', 'scheduled', 'history'] as const
export type InboxTab = (typeof inboxTabs)[number]

const TITLES: Record<InboxTab, string> = {
  waiting: 'inbox.waiting',
  asked: 'inbox.asked',
  scheduled: 'inbox.scheduled',
  history: 'inbox.history',
}

export function tabOf(text: string | undefined): InboxTab {
  return inboxTabs.find((tab) => tab === text) ?? 'waiting'
}

/** Waiting for me, asked by me, for later, history: links, so that each has its address. */
export function ApprovalTabs({ current, waiting }: { current: InboxTab; waiting: number | undefined }) {
  const t = useText()
  return (
    <nav className={styles.tabs} aria-label={t('inbox.tabs')}>
      {inboxTabs.map((tab) => (
        <Link
          key={tab}
          to="/approvals"
          search={tab === 'waiting' ? {} : { tab }}
          activeOptions={{ exact: true, includeSearch: true }}
          className={styles.tab}
          aria-current={tab === current ? 'page' : undefined}
        >
          {t(TITLES[tab])}
          {tab === 'waiting' && waiting !== undefined ? (
            <span className={styles.count}>{waiting}</span>
          ) : null}
        </Link>
      ))}
    </nav>
  )
}

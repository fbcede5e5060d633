import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { PageTabs } from '../shell/page-tabs.tsx'
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
    <div className={styles.tabs}>
      <PageTabs
        label={t('inbox.tabs')}
        path={paths.approvals}
        by="tab"
        tabs={inboxTabs.map((name) => ({
          name,
          label:
            name === 'waiting' && waiting !== undefined ? (
              <>
                {t(TITLES[name])}
                <span className={styles.count}>{waiting}</span>
              </>
            ) : (
              t(TITLES[name])
            ),
        }))}
        current={current}
      />
    </div>
  )
}

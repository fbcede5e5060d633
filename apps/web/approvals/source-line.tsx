import type { ApprovalInbox } from '@countersign/sdk/wire/approvals.ts'
import { useNow } from '@countersign/web-kit/clock.ts'
import { formatList } from '@countersign/web-kit/format-list.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { RelativeTime } from '@countersign/web-kit/time.tsx'
import styles from './approvals-page.module.css'

/** Whether every source of approvals was read, and when: an empty list has to mean that nothing is pending. */
export function SourceLine({ inbox }: { inbox: ApprovalInbox | undefined }) {
  const t = useText()
  const language = useLanguage()
  const now = useNow()
  if (inbox === undefined || inbox.sources.length === 0) return null
  const unread = inbox.sources.filter((source) => source.status !== 'ok')
  if (unread.length > 0) {
    const names = (status: string) =>
      formatList(
        unread.filter((source) => source.status === status).map((source) => source.name),
        language,
      )
    const [unreadable, missing] = [names('unreadable'), names('missing')]
    return (
      <div className={styles.unread} role="alert">
        {unreadable === '' ? null : <p>⚠ {t('inbox.sourcesUnread', { names: unreadable })}</p>}
        {missing === '' ? null : <p>⚠ {t('inbox.sourcesMissing', { names: missing })}</p>}
      </div>
    )
  }
  const oldest = Math.min(
    ...inbox.sources.map((source) => (source.read_at === null ? now : Date.parse(source.read_at))),
  )
  return (
    <p className={styles.sources}>
      {t('inbox.sourcesRead')} <RelativeTime at={new Date(oldest).toISOString()} />{' '}
      <span aria-hidden="true">✓</span>
    </p>
  )
}

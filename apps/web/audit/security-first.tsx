import type { AuditEntry } from '@countersign/sdk/wire/audit.ts'
import { Button } from '@countersign/ui/button.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { securityEvents } from '@countersign/web-kit/security-event.ts'
import { RelativeTime } from '@countersign/web-kit/time.tsx'
import { useId, useState } from 'react'
import { actorWords } from './actor-words.ts'
import styles from './audit-page.module.css'
import { entrySeverities, worded } from './log-words.ts'

const SHOWN_AT_FIRST = 3

/** What is to be looked at before everything else: the newest security events, each with who and when. */
export function SecurityFirst({
  entries,
  onOpen,
}: {
  entries: readonly AuditEntry[]
  onOpen: (entry: AuditEntry) => void
}) {
  const t = useText()
  const heading = useId()
  const [all, setAll] = useState(false)
  return (
    <section className={styles.security} aria-labelledby={heading}>
      <h2 id={heading} className={styles.securityTitle}>
        {t('audit.own.security')}
      </h2>
      <ul className={styles.securityList}>
        {entries.slice(0, all ? entries.length : SHOWN_AT_FIRST).map((entry) => (
          <li key={entry.id} className={styles.securityEvent}>
            <Button size="small" variant="quiet" onClick={() => onOpen(entry)}>
              {worded(entry.event_sub_type ?? entry.kind, securityEvents, t)}
            </Button>
            <span>
              <bdi>{actorWords(entry, t)}</bdi>
              {typeof entry.detail?.affected_resource === 'string' ? (
                <>
                  {' · '}
                  <code>
                    <bdi>{entry.detail.affected_resource}</bdi>
                  </code>
                </>
              ) : null}
              {entry.severity == null ? null : (
                <span className={styles.muted}> · {worded(entry.severity, entrySeverities, t)}</span>
              )}
              <span className={styles.muted}>
                {' · '}
                <RelativeTime at={entry.at} />
              </span>
            </span>
          </li>
        ))}
      </ul>
      {all || entries.length <= SHOWN_AT_FIRST ? null : (
        <Button size="small" variant="quiet" onClick={() => setAll(true)}>
          {t('audit.own.security.all', { count: entries.length })}
        </Button>
      )}
    </section>
  )
}

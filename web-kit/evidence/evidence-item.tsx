import type { Evidence } from '@countersign/sdk/wire/evidence.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { CopyButton } from '@countersign/ui/copy-button.tsx'
import { formatBytes } from '../bytes.ts'
import { useClient } from '../client-context.tsx'
import { dateFormat } from '../date-format.ts'
import { useLanguage, useText } from '../messages.ts'
import { RelativeTime } from '../time.tsx'
import styles from './evidence.module.css'
import { EvidenceHold } from './evidence-hold.tsx'

/** One attached file: what it is, by whom, its checksum, how long it is kept, and the file itself where it is given out. */
export function EvidenceItem({ of, evidence }: { of: EntityRef; evidence: Evidence }) {
  const t = useText()
  const language = useLanguage()
  const client = useClient()
  const { id, name, bytes, sha256, state, scan, retention } = evidence
  const day = dateFormat(language, { dateStyle: 'medium', timeZone: 'UTC' })
  return (
    <li className={styles.item}>
      <div className={styles.line}>
        {state === 'available' ? (
          <a
            className={styles.name}
            href={client.evidencePath(of, id)}
            download
            aria-label={t('evidence.download', { name })}
          >
            <bdi>{name}</bdi>
          </a>
        ) : (
          <span className={styles.name}>
            <bdi>{name}</bdi>
          </span>
        )}
        <span className={styles.aside}>{formatBytes(bytes, language)}</span>
        <span className={styles.aside}>
          <bdi>{evidence.attached_by.name}</bdi> <RelativeTime at={evidence.at} />
        </span>
        {state === 'removed' ? null : (
          <span className={styles.aside}>
            {retention.legal_hold
              ? t('evidence.held')
              : t('evidence.keptUntil', { day: day.format(new Date(retention.keep_until)) })}
          </span>
        )}
        {scan.verdict === 'not_scanned' ? (
          <span className={styles.aside}>{t('evidence.notScanned')}</span>
        ) : null}
        {state === 'removed' ? null : <EvidenceHold id={id} held={retention.legal_hold} />}
      </div>
      {state === 'available' ? null : (
        <p className={state === 'removed' ? styles.aside : styles.withheld}>
          {t(
            state === 'removed'
              ? 'evidence.state.removed'
              : scan.verdict === 'infected'
                ? 'evidence.state.infected'
                : 'evidence.state.quarantined',
          )}
        </p>
      )}
      <div className={styles.line}>
        <span className={styles.aside}>{t('evidence.checksum')}</span>
        <code className={styles.checksum} dir="ltr">
          {sha256}
        </code>
        <CopyButton value={sha256} label={t('evidence.copyChecksum', { name })} doneLabel={t('copy.done')} />
      </div>
    </li>
  )
}

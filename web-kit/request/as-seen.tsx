import type { SeenEvidence } from '@countersign/sdk/wire/approvals.ts'
import { CopyButton } from '@countersign/ui/copy-button.tsx'
import { useText } from '../messages.ts'
import { SectionHeading } from '../section-heading.tsx'
import { AbsoluteTime } from '../time.tsx'
import { DriftTable } from './preview-value.tsx'
import styles from './request-detail.module.css'
import { PreviewText } from './request-facts.tsx'
import { shortDigest } from './request-state.ts'

const DID = { approve: 'request.seen.approved', reject: 'request.seen.rejected' } as const

/** What everybody who asked or decided was shown then, exactly as it was sealed (K-40). */
export function AsSeen({ seen }: { seen: SeenEvidence[] }) {
  const t = useText()
  if (seen.length === 0) return null
  return (
    <section aria-label={t('request.seen')}>
      <SectionHeading>{t('request.seen')}</SectionHeading>
      {seen.map((one) => (
        <details key={`${one.by.id} ${one.at}`} className={styles.seen}>
          <summary>
            {t('request.seen.by', { name: one.by.name })} <AbsoluteTime at={one.at} />
            {' · '}
            {t(one.decision === null ? 'request.seen.asked' : DID[one.decision])} ·{' '}
            {t('request.revision', { revision: one.revision })}
            {one.intact ? null : <strong className={styles.broken}> · {t('request.seen.broken')}</strong>}
          </summary>
          <Sealed one={one} />
        </details>
      ))}
    </section>
  )
}

function Sealed({ one }: { one: SeenEvidence }) {
  const t = useText()
  const { preview, target_version, read_at, policy_version, stale, refused, sources, drift } = one.evidence
  return (
    <div className={styles.sealed}>
      {refused === undefined ? null : (
        <p>
          {t('request.refusedNow')} {refused.message}
        </p>
      )}
      {preview ? <PreviewText preview={preview} /> : <p>{t('request.seen.noPreview')}</p>}
      {drift === undefined ? null : <DriftTable drift={drift} />}
      <ul className={styles.sources}>
        {target_version == null ? null : <li>{t('request.seen.version', { version: target_version })}</li>}
        {read_at == null ? null : (
          <li>
            {t(stale ? 'request.seen.readBefore' : 'request.seen.read')} <AbsoluteTime at={read_at} />
          </li>
        )}
        {(sources ?? []).map(({ name, status }) => (
          <li key={name}>
            {t(status === 'ok' ? 'request.seen.sourceRead' : 'request.seen.sourceUnread', { name })}
          </li>
        ))}
        {policy_version === undefined ? null : (
          <li>{t('request.seen.policy', { version: policy_version })}</li>
        )}
        <li>
          <code title={one.hash}>sha256 {shortDigest(one.hash)}</code>
          <CopyButton value={one.hash} label={t('copy.id')} doneLabel={t('copy.done')} />
        </li>
      </ul>
    </div>
  )
}

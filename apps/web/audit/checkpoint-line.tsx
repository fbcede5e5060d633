import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { checkpointQuery } from '@countersign/web-kit/queries.ts'
import { shortDigest } from '@countersign/web-kit/request/request-state.ts'
import { useQuery } from '@tanstack/react-query'
import styles from './audit-page.module.css'

const SIGNATURES = {
  verified: 'audit.signature.verified',
  unsupported: 'audit.signature.unsupported',
  wrong: 'audit.signature.wrong',
} as const

/** The newest signed checkpoint: how many entries, which root, and whether this browser could verify the signature. */
export function CheckpointLine() {
  const t = useText()
  const language = useLanguage()
  const checkpoint = useQuery(checkpointQuery(useClient()))
  if (checkpoint.isError) return <p className={styles.bad}>{t('audit.checkpoint.unread')}</p>
  if (checkpoint.data === undefined)
    return <p className={styles.checkpoint}>{t('audit.checkpoint.reading')}</p>
  const { size, root, signature, origin } = checkpoint.data
  return (
    <p className={styles.checkpoint}>
      {t('audit.checkpoint', { count: size, value: numberFormat(language).format(size) })}
      {' · '}
      <code title={`${origin}\n${root}`}>{shortDigest(root)}</code>
      {' · '}
      <span
        className={signature === 'verified' ? styles.good : signature === 'wrong' ? styles.bad : undefined}
      >
        {t(SIGNATURES[signature])}
      </span>
    </p>
  )
}

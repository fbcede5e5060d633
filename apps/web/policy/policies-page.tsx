import { Notice } from '@countersign/ui/notice.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { Link } from '@tanstack/react-router'
import { consoles } from '../consoles.ts'
import styles from './policy.module.css'
import { KERNEL } from './policy-record.ts'

/** The consoles whose approval rules this person may read. */
export function PoliciesPage() {
  const t = useText()
  const me = useMe()
  const mine = consoles.filter((entry) => me.consoles.some(({ name }) => name === entry.name))
  if (!me.permissions.includes('kernel:read') || mine.length === 0) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: t('policy.title') })}</title>
      <h1 className={styles.heading}>{t('policy.title')}</h1>
      <p className={styles.hint}>{t('policy.lead')}</p>
      <ul className={styles.consoles}>
        {mine.map((entry) => (
          <li key={entry.name}>
            <Link to={paths.entity({ kind: 'approval_policy', id: entry.name })}>{t(entry.title)}</Link>
          </li>
        ))}
        <li>
          <Link to={paths.entity({ kind: 'approval_policy', id: KERNEL })}>{t('policy.kernel')}</Link>
        </li>
      </ul>
    </div>
  )
}

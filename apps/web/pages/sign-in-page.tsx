import { useText } from '@countersign/web-kit/messages.ts'
import { signInUrl } from '../shell/sign-in-url.ts'
import type { UrlSearch } from '../url-search.ts'
import styles from './sign-in-page.module.css'

const ERRORS: Record<string, string> = {
  role_conflict: 'signIn.error.roleConflict',
  no_roles: 'signIn.error.noRoles',
  access_denied: 'signIn.error.denied',
}

/** One button: the identity provider does the rest. Says why, where a sign-in was refused. */
export function SignInPage({ search }: { search: UrlSearch }) {
  const t = useText()
  const error = search.error
  return (
    <main className={styles.page}>
      <title>{t('page.title', { page: t('signIn.button') })}</title>
      <div className={styles.box}>
        <svg viewBox="0 0 16 16" aria-hidden="true" className={styles.mark}>
          <rect width="16" height="16" rx="4" />
          <path d="M3.2 8.4l2.6 2.7 4-5.6M7.6 11.1l.3.3 4.9-6.6" />
        </svg>
        <h1 className={styles.title}>{t('signIn.title')}</h1>
        <p className={styles.lead}>{t('signIn.lead')}</p>
        {error === undefined ? null : (
          <p className={styles.error} role="alert">
            {t(ERRORS[error] ?? 'signIn.error.other', { error })}
          </p>
        )}
        <a className={styles.button} href={signInUrl(search.return_to ?? '/app/')}>
          {t('signIn.button')}
        </a>
      </div>
    </main>
  )
}

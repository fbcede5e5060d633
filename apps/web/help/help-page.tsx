import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { getRouteApi, Link } from '@tanstack/react-router'
import { NotFoundPage } from '../pages/page-problem.tsx'
import { GuideText } from './guide-text.tsx'
import { GUIDES } from './guides.ts'
import styles from './help.module.css'

const route = getRouteApi('/signed-in/help/$guide')

/** The guides that there are. */
export function HelpPage() {
  const t = useText()
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: t('help.title') })}</title>
      <h1 className={styles.heading}>{t('help.title')}</h1>
      <InEnglish />
      <ul className={styles.list}>
        {GUIDES.map(({ name, title }) => (
          <li key={name}>
            <Link to="/help/$guide" params={{ guide: name }}>
              {t(title)}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** One guide, with its pictures. */
export function GuidePage() {
  const t = useText()
  const { guide } = route.useParams()
  const { text } = route.useLoaderData()
  const known = GUIDES.find(({ name }) => name === guide)
  if (known === undefined || text === null) return <NotFoundPage />
  return (
    <div className={styles.page} key={guide}>
      <title>{t('page.title', { page: t(known.title) })}</title>
      <p>
        <Link to="/help">{t('help.all')}</Link>
      </p>
      <InEnglish />
      <GuideText name={guide} text={text} />
    </div>
  )
}

function InEnglish() {
  const t = useText()
  return useLanguage() === 'en' ? null : <p className={styles.hint}>{t('help.inEnglish')}</p>
}

import { Notice } from '@countersign/ui/notice.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { getRouteApi, Link } from '@tanstack/react-router'
import { PageTabs } from '../shell/page-tabs.tsx'
import styles from '../system/system.module.css'
import type { UrlSearch } from '../url-search.ts'
import { HolderTable } from './holder-table.tsx'
import { RoleChanges } from './role-changes.tsx'

const TABS = [
  ['holders', 'people.tab.holders'],
  ['dormant', 'people.tab.dormant'],
  ['changes', 'people.tab.changes'],
] as const

const route = getRouteApi('/signed-in/system/access')

/** The access review (K-46): who holds which role, who lets it lie, who joined and who left. */
export function AccessPage() {
  const t = useText()
  const reads = useMe().permissions.includes('access:read')
  const { tab: asked } = route.useSearch() as UrlSearch
  const tab = TABS.find(([name]) => name === asked)?.[0] ?? 'holders'
  if (!reads) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: t('people.title') })}</title>
      <h1 className={styles.heading}>{t('people.title')}</h1>
      <PageTabs
        label={t('people.title')}
        path={paths.access}
        by="tab"
        tabs={TABS.map(([name, label]) => ({ name, label: t(label) }))}
        current={tab}
      />
      {tab === 'changes' ? <RoleChanges /> : <HolderTable key={tab} dormant={tab === 'dormant'} />}
    </div>
  )
}

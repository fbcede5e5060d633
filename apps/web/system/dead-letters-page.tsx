import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { deadLettersQuery } from '@countersign/web-kit/queries.ts'
import { RelativeTime } from '@countersign/web-kit/time.tsx'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { PageTabs } from '../shell/page-tabs.tsx'
import type { UrlSearch } from '../url-search.ts'
import styles from './system.module.css'

const LISTS = {
  waiting: { tab: 'system.deadLetters.waiting', none: 'system.deadLetters.none.waiting' },
  replayed: { tab: 'system.deadLetters.replayed', none: 'system.deadLetters.none.replayed' },
  discarded: { tab: 'system.deadLetters.discarded', none: 'system.deadLetters.none.discarded' },
} as const
const STATES = ['waiting', 'replayed', 'discarded'] as const

const route = getRouteApi('/signed-in/system/dead-letters')

/** What upstreams sent and nobody understood, by source and error. */
export function DeadLettersPage() {
  const t = useText()
  const reads = useMe().permissions.includes('kernel:read')
  const asked = (route.useSearch() as UrlSearch).state
  const state = STATES.find((one) => one === asked) ?? 'waiting'
  const list = useQuery({ ...deadLettersQuery(useClient(), state), enabled: reads })
  if (!reads) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: t('deadLetters.title') })}</title>
      <h1 className={styles.heading}>{t('deadLetters.title')}</h1>
      <PageTabs
        label={t('deadLetters.title')}
        path={paths.deadLetters}
        by="state"
        tabs={STATES.map((name) => ({ name, label: t(LISTS[name].tab) }))}
        current={state}
      />
      {list.isPending ? <Skeleton lines={6} label={t('system.deadLetters.loading')} /> : null}
      {list.isError && list.data === undefined ? (
        <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.data?.kinds.length === 0 ? <Notice title={t(LISTS[state].none)} /> : null}
      {list.data !== undefined && list.data.kinds.length > 0 ? (
        <div className={styles.wide}>
          <table className={styles.table} data-figures>
            <thead>
              <tr>
                <th scope="col">{t('system.deadLetter.error')}</th>
                <th scope="col">{t('system.deadLetter.source')}</th>
                <th scope="col">{t('system.deadLetter.letters')}</th>
                <th scope="col">{t('system.deadLetter.times')}</th>
                <th scope="col">{t('system.deadLetter.since')}</th>
                <th scope="col">{t('system.deadLetter.last')}</th>
              </tr>
            </thead>
            <tbody>
              {list.data.kinds.map((kind) => (
                <tr key={kind.id}>
                  <td>
                    <Link
                      className={styles.reason}
                      title={kind.error}
                      to={paths.entity({ kind: 'dead_letter', id: kind.id })}
                    >
                      {kind.error}
                    </Link>
                    {kind.replaying > 0 ? (
                      <span className={styles.hint}> {t('system.deadLetter.replaying')}</span>
                    ) : null}
                  </td>
                  <td data-label={t('system.deadLetter.source')}>{kind.source}</td>
                  <td data-label={t('system.deadLetter.letters')}>{kind.letters}</td>
                  <td data-label={t('system.deadLetter.times')}>
                    {t('system.deadLetter.timesCount', { count: kind.times })}
                  </td>
                  <td data-label={t('system.deadLetter.since')}>
                    <RelativeTime at={kind.first_at} />
                  </td>
                  <td data-label={t('system.deadLetter.last')}>
                    <RelativeTime at={kind.last_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {list.data?.truncated ? <p className={styles.hint}>{t('system.deadLetters.truncated')}</p> : null}
    </div>
  )
}

import type { JobList, JobRound } from '@countersign/sdk/wire/jobs.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { Value } from '@countersign/web-kit/chart/value.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useNow } from '@countersign/web-kit/clock.ts'
import { formatDuration } from '@countersign/web-kit/duration.ts'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { jobsQuery } from '@countersign/web-kit/queries.ts'
import { RelativeTime } from '@countersign/web-kit/time.tsx'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { upstreamWords } from '../consoles.ts'
import { jobStates } from './job-states.ts'
import styles from './system.module.css'

/** T-10: what the workers do again and again, and how the last round of each went. */
export function JobsPage() {
  const t = useText()
  const reads = useMe().permissions.includes('kernel:read')
  const list = useQuery({ ...jobsQuery(useClient()), enabled: reads })
  if (!reads) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: t('jobs.title') })}</title>
      <h1 className={styles.heading}>{t('jobs.title')}</h1>
      <p className={styles.hint}>
        {t('jobs.hint')} <Link to={paths.health}>{t('jobs.toHealth')}</Link>
      </p>
      {list.isPending ? <Skeleton lines={8} label={t('jobs.loading')} /> : null}
      {list.isError && list.data === undefined ? (
        <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.data === undefined ? null : <Jobs list={list.data} />}
    </div>
  )
}

function Jobs({ list: { workers, jobs } }: { list: JobList }) {
  const t = useText()
  return (
    <>
      {workers.length === 0 ? (
        <Notice title={t('jobs.none')}>{t('jobs.none.detail')}</Notice>
      ) : (
        <p className={styles.hint}>{t('jobs.workers', { count: workers.length })}</p>
      )}
      <div className={styles.wide}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('jobs.job')}</th>
              <th scope="col">{t('system.alert.state')}</th>
              <th scope="col">{t('jobs.last')}</th>
            </tr>
          </thead>
          <tbody>
            {jobs.map(({ name, title, state, rounds }) => {
              const shown = jobStates[state]
              return (
                <tr key={name}>
                  <th scope="row">{title}</th>
                  <td data-label={t('system.alert.state')}>
                    <Badge tone={shown?.tone ?? 'neutral'}>
                      {shown === undefined ? state : t(shown.label)}
                    </Badge>
                  </td>
                  <td data-label={t('jobs.last')}>
                    <ul className={styles.rosters}>
                      {rounds.map((round) => (
                        <li key={`${round.process} ${round.of}`}>
                          <Round round={round} alone={workers.length === 1} />
                        </li>
                      ))}
                    </ul>
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </>
  )
}

/** @param alone there is one worker: which it is says nothing */
function Round({ round, alone }: { round: JobRound; alone: boolean }) {
  const t = useText()
  const { process, of, began_at, took_ms, failing, failure, under_way, stuck } = round
  const whose = [...(of === null ? [] : [upstreamWords(of, t)]), ...(alone ? [] : [process])].join(' · ')
  const ended = took_ms !== null && !(under_way && stuck)
  return (
    <>
      {whose === '' ? null : (
        <>
          <bdi>{whose}</bdi>
          {t('sign.colon')}
        </>
      )}
      {ended ? (
        <>
          {began_at === null ? null : <RelativeTime at={began_at} />}
          {t('sign.comma')}
          {t('jobs.took')} <Value of={took_ms / 1000} unit="seconds" />
        </>
      ) : began_at === null ? (
        t('jobs.notYet')
      ) : (
        <span className={stuck ? styles.bad : undefined}>
          <UnderWay since={began_at} />
        </span>
      )}
      {failing > 0 ? (
        <span className={styles.bad}>
          {t('sign.comma')}
          {t('jobs.failing', { count: failing, failure: failure ?? '' })}
        </span>
      ) : null}
    </>
  )
}

/** For how long a round has been under way. */
function UnderWay({ since }: { since: string }) {
  const t = useText()
  const language = useLanguage()
  const length = formatDuration(Math.max(0, useNow() - Date.parse(since)), language)
  return <time dateTime={since}>{t('jobs.atIt', { length })}</time>
}

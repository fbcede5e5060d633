import type { AlertSummary } from '@countersign/sdk/wire/alerts.ts'
import type { JobList } from '@countersign/sdk/wire/jobs.ts'
import type { ProjectionSummary } from '@countersign/sdk/wire/projections.ts'
import type { UpstreamSummary } from '@countersign/sdk/wire/upstreams.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { Banner } from '@countersign/ui/banner.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { alertsQuery, jobsQuery, projectionsQuery, upstreamsQuery } from '@countersign/web-kit/queries.ts'
import { RelativeTime } from '@countersign/web-kit/time.tsx'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { upstreamWords } from '../consoles.ts'
import { severities, severityTones } from './alert-states.ts'
import { jobStates } from './job-states.ts'
import { LateNow } from './late-now.tsx'
import { projectionStates } from './projection-states.ts'
import styles from './system.module.css'
import { UpstreamBadge } from './upstream-badge.tsx'

/** The worst first; more are on the page of alerts. */
const ALERTS_SHOWN = 8
const WORST_FIRST = ['critical', 'high', 'medium', 'low']

/** What calls for somebody now, of everything that the console watches; or that nothing does. */
export function WhatIsWrong() {
  const t = useText()
  const client = useClient()
  const alerts = useInfiniteQuery(alertsQuery(client, 'open'))
  const upstreams = useQuery(upstreamsQuery(client))
  const projections = useQuery(projectionsQuery(client))
  const jobs = useQuery(jobsQuery(client))
  const read = [alerts, upstreams, projections, jobs]
  const failed = read.find(({ isError, data }) => isError && data === undefined)
  if (failed) {
    return (
      <ProblemNotice
        error={failed.error}
        onRetry={() => {
          for (const each of read) if (each.isError) void each.refetch()
        }}
      />
    )
  }
  if (
    alerts.data === undefined ||
    upstreams.data === undefined ||
    projections.data === undefined ||
    jobs.data === undefined
  ) {
    return <Skeleton lines={3} label={t('health.loading')} />
  }
  return (
    <Found
      alerts={alerts.data.pages.flatMap((page) => page.alerts)}
      openAlerts={alerts.data.pages[0]?.open ?? 0}
      upstreams={upstreams.data.connectors.filter(({ state }) => state !== 'ok')}
      projections={projections.data.projections.filter(({ state }) => state !== 'well')}
      workers={jobs.data.workers.length}
      jobs={jobs.data.jobs.filter(({ state }) => state !== 'well')}
    />
  )
}

type FoundProps = {
  alerts: readonly AlertSummary[]
  /** All of them, of which `alerts` are the first. */
  openAlerts: number
  upstreams: readonly UpstreamSummary[]
  projections: readonly ProjectionSummary[]
  workers: number
  jobs: JobList['jobs']
}

function Found({ alerts, openAlerts, upstreams, projections, workers, jobs }: FoundProps) {
  const t = useText()
  if (openAlerts + upstreams.length + projections.length + jobs.length === 0) {
    return <Notice title={t('health.nothing')}>{t('health.nothing.detail')}</Notice>
  }
  const shown = alerts
    .toSorted((a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity))
    .slice(0, ALERTS_SHOWN)
  const more = openAlerts - shown.length
  return (
    <section aria-label={t('health.wrong')}>
      <h2 className={styles.subheading}>{t('health.wrong')}</h2>
      {workers === 0 ? (
        <Banner tone="danger" action={<Link to={paths.jobs}>{t('jobs.title')}</Link>}>
          <strong>{t('jobs.none')}.</strong> {t('jobs.none.detail')}
        </Banner>
      ) : null}
      <ul className={styles.rosters}>
        {/* Where no worker runs that is said once, and not of each. */}
        {workers === 0 ? null : jobs.map((job) => <JobLine key={job.name} job={job} />)}
        {upstreams.map(({ name, state }) => (
          <li key={name}>
            <UpstreamBadge state={state} />{' '}
            <Link to={paths.entity({ kind: 'upstream', id: name })}>{upstreamWords(name, t)}</Link>
          </li>
        ))}
        {projections.map((projection) => (
          <ProjectionLine key={projection.name} projection={projection} />
        ))}
        {shown.map((alert) => (
          <AlertLine key={alert.id} alert={alert} />
        ))}
      </ul>
      {more > 0 ? <Link to={paths.alerts}>{t('health.more', { count: more })}</Link> : null}
    </section>
  )
}

function JobLine({ job: { title, state } }: { job: JobList['jobs'][number] }) {
  const t = useText()
  const shown = jobStates[state]
  return (
    <li>
      <Badge tone={shown?.tone ?? 'danger'}>{shown === undefined ? state : t(shown.label)}</Badge>{' '}
      <Link to={paths.jobs}>{title}</Link>
    </li>
  )
}

function ProjectionLine({ projection: { name, state } }: { projection: ProjectionSummary }) {
  const t = useText()
  const shown = projectionStates[state]
  return (
    <li>
      <Badge tone={shown?.tone ?? 'danger'}>{shown === undefined ? state : t(shown.label)}</Badge>{' '}
      <Link to={paths.entity({ kind: 'projection', id: name })}>{name}</Link>
    </li>
  )
}

function AlertLine({ alert }: { alert: AlertSummary }) {
  const t = useText()
  const { id, title, severity, raised_at, acknowledged_by } = alert
  return (
    <li>
      <Badge tone={severityTones[severity] ?? 'neutral'}>{t(severities[severity] ?? severity)}</Badge>{' '}
      <Link to={paths.entity({ kind: 'alert', id })}>{title}</Link>
      <span className={styles.facts}>
        <RelativeTime at={raised_at} />
        {acknowledged_by === null ? null : (
          <span>{t('health.seenToBy', { person: alert.acknowledged_by_name ?? acknowledged_by })}</span>
        )}
        <LateNow alert={alert} />
      </span>
    </li>
  )
}

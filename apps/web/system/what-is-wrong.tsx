import { Badge } from '@countersign/ui/badge.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { alertsQuery, projectionsQuery, upstreamsQuery } from '@countersign/web-kit/queries.ts'
import { RelativeTime } from '@countersign/web-kit/time.tsx'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { severities, severityTones } from './alert-states.ts'
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
  const read = [alerts, upstreams, projections]
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
  if (read.some(({ data }) => data === undefined)) {
    return <Skeleton lines={3} label={t('health.loading')} />
  }
  const open = (alerts.data?.pages.flatMap((page) => page.alerts) ?? []).toSorted(
    (a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity),
  )
  const unwell = (upstreams.data?.connectors ?? []).filter(({ state }) => state !== 'ok')
  const stopped = (projections.data?.projections ?? []).filter(({ state }) => state !== 'well')
  if (open.length + unwell.length + stopped.length === 0) {
    return <Notice title={t('health.nothing')}>{t('health.nothing.detail')}</Notice>
  }
  const more = open.length - ALERTS_SHOWN
  return (
    <section aria-label={t('health.wrong')}>
      <h2 className={styles.subheading}>{t('health.wrong')}</h2>
      <ul className={styles.rosters}>
        {unwell.map(({ name, state }) => (
          <li key={name}>
            <UpstreamBadge state={state} />{' '}
            <Link to={paths.entity({ kind: 'upstream', id: name })}>{name}</Link>
          </li>
        ))}
        {stopped.map(({ name, state }) => {
          const shown = projectionStates[state]
          return (
            <li key={name}>
              <Badge tone={shown?.tone ?? 'danger'}>{shown === undefined ? state : t(shown.label)}</Badge>{' '}
              <Link to={paths.entity({ kind: 'projection', id: name })}>{name}</Link>
            </li>
          )
        })}
        {open.slice(0, ALERTS_SHOWN).map(({ id, title, severity, raised_at }) => (
          <li key={id}>
            <Badge tone={severityTones[severity] ?? 'neutral'}>{t(severities[severity] ?? severity)}</Badge>{' '}
            <Link to={paths.entity({ kind: 'alert', id })}>{title}</Link> <RelativeTime at={raised_at} />
          </li>
        ))}
      </ul>
      {more > 0 ? <Link to={paths.alerts}>{t('health.more', { count: more })}</Link> : null}
    </section>
  )
}

import type { AlertSummary } from '@countersign/sdk/wire/alerts.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { alertsQuery, rostersQuery } from '@countersign/web-kit/queries.ts'
import { DayTime, RelativeTime } from '@countersign/web-kit/time.tsx'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { PageTabs } from '../shell/page-tabs.tsx'
import type { UrlSearch } from '../url-search.ts'
import { alertStates, severities, severityTones } from './alert-states.ts'
import { LateNow } from './late-now.tsx'
import { OnCallNow } from './on-call-now.tsx'
import styles from './system.module.css'
import { toldInWords } from './told-in-words.ts'

/** Texts of what is there now, and of what is over. */
const LISTS = {
  open: { tab: 'system.alerts.open', none: 'system.alerts.none.open' },
  over: { tab: 'system.alerts.over', none: 'system.alerts.none.over' },
} as const

const route = getRouteApi('/signed-in/system/alerts')

/** What calls for a person, what did, and who is on call. */
export function AlertsPage() {
  const t = useText()
  const reads = useMe().permissions.includes('kernel:read')
  const state = (route.useSearch() as UrlSearch).state === 'over' ? 'over' : 'open'
  const list = useInfiniteQuery({ ...alertsQuery(useClient(), state), enabled: reads })
  if (!reads) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  const alerts = list.data?.pages.flatMap((page) => page.alerts) ?? []
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: t('alerts.title') })}</title>
      <h1 className={styles.heading}>{t('alerts.title')}</h1>
      <PageTabs
        label={t('alerts.title')}
        path={paths.alerts}
        by="state"
        tabs={(['open', 'over'] as const).map((name) => ({ name, label: t(LISTS[name].tab) }))}
        current={state}
      />
      {list.isPending ? <Skeleton lines={6} label={t('system.alerts.loading')} /> : null}
      {list.isError && list.data === undefined ? (
        <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.data !== undefined && alerts.length === 0 ? <Notice title={t(LISTS[state].none)} /> : null}
      {alerts.length > 0 ? <AlertTable alerts={alerts} /> : null}
      {list.hasNextPage ? (
        <Button size="small" onClick={() => void list.fetchNextPage()}>
          {t('system.alerts.more')}
        </Button>
      ) : null}
      <Rosters />
    </div>
  )
}

function AlertTable({ alerts }: { alerts: AlertSummary[] }) {
  const t = useText()
  return (
    <div className={styles.wide}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('system.alert.what')}</th>
            <th scope="col">{t('system.alert.severity')}</th>
            <th scope="col">{t('system.alert.state')}</th>
            <th scope="col">{t('system.alert.since')}</th>
            <th scope="col">{t('system.alert.told')}</th>
          </tr>
        </thead>
        <tbody>
          {alerts.map((alert) => {
            const state = alertStates[alert.state]
            const severity = severities[alert.severity]
            return (
              <tr key={alert.id}>
                <td>
                  <Link to={paths.entity({ kind: 'alert', id: alert.id })}>{alert.title}</Link>
                  <span className={styles.facts}>
                    {alert.state === 'over' ? null : <LateNow alert={alert} />}
                  </span>
                </td>
                <td data-label={t('system.alert.severity')}>
                  <Badge tone={severityTones[alert.severity] ?? 'neutral'}>
                    {severity === undefined ? alert.severity : t(severity)}
                  </Badge>
                </td>
                <td data-label={t('system.alert.state')}>
                  <Badge tone={state?.tone ?? 'neutral'}>
                    {state === undefined ? alert.state : t(state.label)}
                  </Badge>
                  {alert.acknowledged_by === null ? null : (
                    <> {alert.acknowledged_by_name ?? alert.acknowledged_by}</>
                  )}
                  {alert.state === 'silenced' && alert.silenced_until !== null ? (
                    <>
                      {' '}
                      <DayTime at={alert.silenced_until} />
                    </>
                  ) : null}
                </td>
                <td data-label={t('system.alert.since')}>
                  <RelativeTime at={alert.raised_at} />
                </td>
                <td data-label={t('system.alert.told')}>
                  {toldInWords(
                    alert.told.filter((id) => id !== 'webhook').map((id) => alert.told_names[id] ?? id),
                    alert.told.includes('webhook'),
                    t,
                  )}
                  {alert.undelivered > 0 ? (
                    <span className={styles.bad}>
                      {' '}
                      {t('system.alert.undelivered', { count: alert.undelivered })}
                    </span>
                  ) : null}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Rosters() {
  const t = useText()
  const rosters = useQuery(rostersQuery(useClient()))
  return (
    <section aria-labelledby="rosters">
      <h2 id="rosters" className={styles.subheading}>
        {t('system.rosters')}
      </h2>
      {rosters.isError ? (
        <ProblemNotice error={rosters.error} onRetry={() => void rosters.refetch()} />
      ) : null}
      <ul className={styles.rosters}>
        {(rosters.data ?? []).map((roster) => (
          <li key={roster.console}>
            {roster.title}
            {t('sign.colon')}
            <OnCallNow roster={roster} />{' '}
            <Link to={paths.entity({ kind: 'roster', id: roster.console })}>
              {t(roster.entries.length === 0 ? 'system.roster.set' : 'system.roster.change', {
                console: roster.title,
              })}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

import type { UpstreamSummary } from '@countersign/sdk/wire/upstreams.ts'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { upstreamsQuery } from '@countersign/web-kit/queries.ts'
import { RelativeTime } from '@countersign/web-kit/time.tsx'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { upstreamWords } from '../consoles.ts'
import { Circuits } from './circuits.tsx'
import { ErrorRate } from './error-rate.tsx'
import styles from './system.module.css'
import { UpstreamBadge } from './upstream-badge.tsx'

/** Every system of record: how it is, what waits for it, and whether somebody has paused it. */
export function UpstreamsPage() {
  const t = useText()
  const reads = useMe().permissions.includes('kernel:read')
  const list = useQuery({ ...upstreamsQuery(useClient()), enabled: reads })
  if (!reads) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: t('upstreams.title') })}</title>
      <h1 className={styles.heading}>{t('upstreams.title')}</h1>
      {list.isPending ? <Skeleton lines={4} label={t('system.upstreams.loading')} /> : null}
      {list.isError && list.data === undefined ? (
        <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.data === undefined ? null : (
        <>
          <p className={styles.hint}>
            {t('system.upstreams.window', { minutes: Math.round(list.data.window_s / 60) })}
          </p>
          <UpstreamTable upstreams={list.data.connectors} />
        </>
      )}
    </div>
  )
}

function UpstreamTable({ upstreams }: { upstreams: readonly UpstreamSummary[] }) {
  const t = useText()
  return (
    <div className={styles.wide}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('system.upstream')}</th>
            <th scope="col">{t('system.alert.state')}</th>
            <th scope="col">{t('system.upstream.waiting')}</th>
            <th scope="col">{t('system.upstream.errorRate')}</th>
            <th scope="col">{t('system.upstream.answered')}</th>
            <th scope="col">{t('system.upstream.circuits')}</th>
          </tr>
        </thead>
        <tbody>
          {upstreams.map((upstream) => (
            <UpstreamRow key={upstream.name} upstream={upstream} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function UpstreamRow({ upstream }: { upstream: UpstreamSummary }) {
  const t = useText()
  const { name, state, paused, waiting, calls, failures, answered_at } = upstream
  const called = upstreamWords(name, t)
  return (
    <tr>
      <th scope="row">
        {upstream.consoles.length + upstream.heard_by.length === 0 ? (
          called
        ) : (
          <Link to={paths.entity({ kind: 'upstream', id: name })}>{called}</Link>
        )}
      </th>
      <td data-label={t('system.alert.state')}>
        <UpstreamBadge state={state} />
        {paused === null ? null : (
          <>
            {' '}
            {t('system.upstream.pausedBy', { by: paused.by_name ?? paused.by })}{' '}
            <RelativeTime at={paused.at} />
          </>
        )}
      </td>
      <td data-label={t('system.upstream.waiting')}>
        {waiting.effects}
        {waiting.since === null ? null : (
          <>
            {t('sign.comma')}
            <RelativeTime at={waiting.since} />
          </>
        )}
      </td>
      <td data-label={t('system.upstream.errorRate')}>
        <ErrorRate calls={calls} failures={failures} />
      </td>
      <td data-label={t('system.upstream.answered')}>
        {answered_at === null ? t('system.upstream.never') : <RelativeTime at={answered_at} />}
      </td>
      <td data-label={t('system.upstream.circuits')}>
        <Circuits upstream={upstream} />
      </td>
    </tr>
  )
}

import type { ProjectionSummary } from '@countersign/sdk/wire/projections.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { projectionsQuery } from '@countersign/web-kit/queries.ts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Behind } from './behind.tsx'
import { projectionStates } from './projection-states.ts'
import styles from './system.module.css'

/** What lists, timelines and search are made of: how far behind each is, and which stands still. */
export function ProjectionsPage() {
  const t = useText()
  const reads = useMe().permissions.includes('kernel:read')
  const list = useQuery({ ...projectionsQuery(useClient()), enabled: reads })
  if (!reads) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: t('projections.title') })}</title>
      <h1 className={styles.heading}>{t('projections.title')}</h1>
      {list.isPending ? <Skeleton lines={4} label={t('system.projections.loading')} /> : null}
      {list.isError && list.data === undefined ? (
        <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.data === undefined ? null : (
        <>
          <p className={styles.hint}>{t('system.projections.hint')}</p>
          <div className={styles.wide}>
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col">{t('system.projection')}</th>
                  <th scope="col">{t('system.alert.state')}</th>
                  <th scope="col">{t('system.projection.behind')}</th>
                  <th scope="col">{t('system.projection.stoppedAt')}</th>
                  <th scope="col">{t('system.projection.leftOut')}</th>
                </tr>
              </thead>
              <tbody>
                {list.data.projections.map((projection) => (
                  <ProjectionRow key={projection.name} projection={projection} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </div>
  )
}

function ProjectionRow({ projection }: { projection: ProjectionSummary }) {
  const t = useText()
  const { name, state, behind_ms, stopped_at, failing, left_out } = projection
  const shown = projectionStates[state]
  return (
    <tr>
      <th scope="row">
        <Link to={paths.entity({ kind: 'projection', id: name })}>{name}</Link>
      </th>
      <td data-label={t('system.alert.state')}>
        <Badge tone={shown?.tone ?? 'neutral'}>{shown === undefined ? state : t(shown.label)}</Badge>
      </td>
      <td data-label={t('system.projection.behind')}>
        <Behind ms={behind_ms} />
      </td>
      <td data-label={t('system.projection.stoppedAt')}>
        {stopped_at === null ? failing : t('system.projection.event', { ...stopped_at })}
      </td>
      <td data-label={t('system.projection.leftOut')}>{left_out === 0 ? null : left_out}</td>
    </tr>
  )
}

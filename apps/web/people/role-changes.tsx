import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { accessChangesQuery } from '@countersign/web-kit/queries.ts'
import { DayTime } from '@countersign/web-kit/time.tsx'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import styles from '../system/system.module.css'

const CHANGES_DAYS = 30

/** Who joined and who left: roles that began or ended lately. */
export function RoleChanges() {
  const t = useText()
  const list = useQuery(accessChangesQuery(useClient(), { days: CHANGES_DAYS }))
  if (list.isPending) return <Skeleton lines={8} label={t('people.loading')} />
  if (list.data === undefined) {
    return <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
  }
  if (list.data.length === 0) return <Notice title={t('people.none.changes')} />
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t('people.at')}</th>
          <th scope="col">{t('people.person')}</th>
          <th scope="col">{t('people.change')}</th>
          <th scope="col">{t('people.role')}</th>
          <th scope="col">{t('people.from')}</th>
        </tr>
      </thead>
      <tbody>
        {list.data.map(({ change, person, role, at, source, by_whom, request_id }) => (
          <tr key={`${at} ${person.id} ${role} ${change} ${source}`}>
            <td>
              <DayTime at={at} />
            </td>
            <td>
              <Link to={paths.entity({ kind: 'person', id: person.id })}>{person.name}</Link>
            </td>
            <td>{t(change === 'joined' ? 'people.joined' : 'people.left')}</td>
            <td>{role}</td>
            <td>
              {by_whom ?? t('people.provider')}
              {request_id === null ? null : (
                <>
                  {' · '}
                  <Link to={paths.request(request_id)}>{t('people.request')}</Link>
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

import type { RoleHolder } from '@countersign/sdk/wire/roles.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { accessReviewQuery } from '@countersign/web-kit/queries.ts'
import { DayTime, RelativeTime } from '@countersign/web-kit/time.tsx'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import styles from '../system/system.module.css'

/** Who holds which role, since when, from whom, and when they last did anything. */
export function HolderTable({ dormant }: { dormant: boolean }) {
  const t = useText()
  const list = useInfiniteQuery(accessReviewQuery(useClient(), dormant ? { dormant: 'true' } : {}))
  const holders = list.data?.pages.flatMap((page) => page.holders) ?? []
  if (list.isPending) return <Skeleton lines={8} label={t('people.loading')} />
  if (list.data === undefined) {
    return <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
  }
  if (holders.length === 0) return <Notice title={t(dormant ? 'people.none.dormant' : 'people.none')} />
  return (
    <>
      <div className={styles.wide}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('people.person')}</th>
              <th scope="col">{t('people.role')}</th>
              <th scope="col">{t('people.since')}</th>
              <th scope="col">{t('people.from')}</th>
              <th scope="col">{t('people.lastUsed')}</th>
            </tr>
          </thead>
          <tbody>
            {holders.map((held) => (
              <HolderRow key={`${held.person.id} ${held.role} ${held.source}`} held={held} />
            ))}
          </tbody>
        </table>
      </div>
      {list.hasNextPage ? (
        <Button size="small" onClick={() => void list.fetchNextPage()}>
          {t('people.more')}
        </Button>
      ) : null}
    </>
  )
}

function HolderRow({ held }: { held: RoleHolder }) {
  const t = useText()
  const { person } = held
  return (
    <tr>
      <td>
        <Link to={paths.entity({ kind: 'person', id: person.id })}>{person.name}</Link>{' '}
        {person.kind === 'machine' ? <Badge tone="neutral">{t('people.machine')}</Badge> : null}
        {person.disabled ? <Badge tone="neutral">{t('people.disabled')}</Badge> : null}
        {held.conflict ? <Badge tone="danger">{t('people.conflict')}</Badge> : null}
        {held.no_address ? <Badge tone="attention">{t('people.noAddress')}</Badge> : null}
        {held.one_human_with.length === 0 ? null : (
          <div>
            <Badge tone="attention">{t('people.oneHuman')}</Badge>{' '}
            {held.one_human_with.map(({ id, name }, nth) => (
              <Fragment key={id}>
                {nth === 0 ? '' : ', '}
                <Link to={paths.entity({ kind: 'person', id })}>{name}</Link>
              </Fragment>
            ))}
          </div>
        )}
      </td>
      <td data-label={t('people.role')}>{held.role}</td>
      <td data-label={t('people.since')}>{held.since === null ? '–' : <DayTime at={held.since} />}</td>
      <td data-label={t('people.from')}>
        {held.granted_by === null ? t('people.provider') : t('people.grantedBy', { name: held.granted_by })}
        {held.expires_at === null ? null : (
          <>
            {t('sign.comma')}
            {t('people.until')} <DayTime at={held.expires_at} />
          </>
        )}
        {held.request_id === null ? null : (
          <>
            {' · '}
            <Link to={paths.request(held.request_id)}>{t('people.request')}</Link>
          </>
        )}
      </td>
      <td data-label={t('people.lastUsed')}>
        {held.last_used_at === null ? t('people.never') : <RelativeTime at={held.last_used_at} />}{' '}
        {held.dormant ? <Badge tone="attention">{t('people.dormant')}</Badge> : null}
      </td>
    </tr>
  )
}

import type { Queue, QueuePerson } from '@countersign/sdk/wire/queues.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { queuePeopleQuery, queuesQuery } from '@countersign/web-kit/queries.ts'
import { SectionHeading, SectionLevel } from '@countersign/web-kit/section-heading.tsx'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { consoles } from '../consoles.ts'
import styles from '../system/system.module.css'
import { SET_ABSENCE, SET_WORKLOAD } from './workload-fields.tsx'

/** Who works for each console: what they know, how much they have and take, and when they are away (K-26). */
export function TeamPage() {
  const t = useText()
  const reads = useMe().permissions.includes('kernel:read')
  const queues = useQuery({ ...queuesQuery(useClient()), enabled: reads })
  if (!reads) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  // Settings and what is open are a console's: any of its queues tells.
  const of = consoles.flatMap((entry) => queues.data?.find(({ console }) => console === entry.name) ?? [])
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: t('team.title') })}</title>
      <h1 className={styles.heading}>{t('team.title')}</h1>
      <p className={styles.hint}>{t('team.hint')}</p>
      {queues.isPending ? (
        <Skeleton lines={6} label={t('team.loading')} />
      ) : queues.data === undefined ? (
        <ProblemNotice error={queues.error} onRetry={() => void queues.refetch()} />
      ) : (
        <SectionLevel level={2}>
          {of.map((queue) => (
            <Team key={queue.console} queue={queue} />
          ))}
        </SectionLevel>
      )}
    </div>
  )
}

function Team({ queue }: { queue: Queue }) {
  const t = useText()
  const people = useQuery(queuePeopleQuery(useClient(), queue.name))
  const title = consoles.find(({ name }) => name === queue.console)?.title
  return (
    <section>
      <SectionHeading>{title === undefined ? queue.console : t(title)}</SectionHeading>
      {people.isPending ? (
        <Skeleton lines={4} label={t('team.loading')} />
      ) : people.data === undefined ? (
        <ProblemNotice error={people.error} onRetry={() => void people.refetch()} />
      ) : people.data.length === 0 ? (
        <Notice title={t('team.nobody')}>{t('team.nobody.detail')}</Notice>
      ) : (
        <div className={styles.wide}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('people.person')}</th>
                <th scope="col">{t('team.open')}</th>
                <th scope="col">{t('team.skills')}</th>
                <th scope="col">{t('team.presence')}</th>
                <th scope="col">
                  <span className="visually-hidden">{t('team.change')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {people.data.map((person) => (
                <TeamRow key={person.id} person={person} console={queue.console} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function TeamRow({ person, console }: { person: QueuePerson; console: string }) {
  const t = useText()
  const language = useLanguage()
  const me = useMe()
  const record = paths.entity({ kind: 'operator', id: `${console}:${person.id}` })
  const mine = person.id === me.person.id
  return (
    <tr>
      <td>
        <Link to={record}>{person.name}</Link>
      </td>
      <td data-label={t('team.open')}>
        {person.max_open === null
          ? numberFormat(language).format(person.open)
          : t('queue.person.openOf', { count: person.open, max: person.max_open })}
      </td>
      <td data-label={t('team.skills')}>
        {person.skills.length === 0 ? t('team.anything') : commaList(person.skills, t)}
      </td>
      <td data-label={t('team.presence')}>
        {person.away ? <Badge tone="attention">{t('team.away')}</Badge> : null}{' '}
        {person.away_until === null ? (
          t('team.here')
        ) : (
          <>
            {person.away || person.away_from === null ? null : (
              <>
                {t('team.awayFrom')} <AbsoluteTime at={person.away_from} />{' '}
              </>
            )}
            {t('people.until')} <AbsoluteTime at={person.away_until} />
          </>
        )}
      </td>
      <td className={styles.links}>
        {mine && me.permissions.includes(SET_ABSENCE) ? (
          <Link to={record} search={{ act: SET_ABSENCE }}>
            {t('team.sayAway')}
          </Link>
        ) : null}
        {me.permissions.includes(SET_WORKLOAD) ? (
          <Link
            to={record}
            search={{ act: SET_WORKLOAD }}
            aria-label={t('team.setFor', { name: person.name })}
          >
            {t('team.set')}
          </Link>
        ) : null}
      </td>
    </tr>
  )
}

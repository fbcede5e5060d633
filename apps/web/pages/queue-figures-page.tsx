import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { RangePicker } from '@countersign/web-kit/chart/range-picker.tsx'
import { BACK_DEFAULT, rangeFromText, rangeToText } from '@countersign/web-kit/chart/time-range.ts'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { queuesQuery } from '@countersign/web-kit/queries.ts'
import { QueueFigures } from '@countersign/web-kit/queue/queue-figures.tsx'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import styles from '../system/system.module.css'
import type { UrlSearch } from '../url-search.ts'

const route = getRouteApi('/signed-in/$console/$queue/figures')

/** T-08: how a queue has been doing, over a time that the address names. */
export function QueueFiguresPage() {
  const t = useText()
  const params = route.useParams() as { console: string; queue: string }
  const search = route.useSearch() as UrlSearch
  const navigate = route.useNavigate()
  const reads = useMe().permissions.includes('kernel:read')
  const queues = useQuery({ ...queuesQuery(useClient()), enabled: reads })
  const name = `${params.console}.${params.queue}`
  const queue = queues.data?.find((one) => one.name === name)
  const range = rangeFromText(search.range)
  if (reads && queues.isPending) return <Skeleton lines={16} label={t('queue.loading')} />
  if (reads && queues.data === undefined) {
    return <ProblemNotice page error={queues.error} onRetry={() => void queues.refetch()} />
  }
  if (queue === undefined) {
    return <Notice page title={t('queuePage.unknown')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  const show = (text: string) =>
    void navigate({ to: '.', search: text === BACK_DEFAULT ? {} : { range: text }, replace: true })
  const heading = t('figures.title', { queue: queue.title })
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: heading })}</title>
      <h1 className={styles.heading}>{heading}</h1>
      <p className={styles.hint}>
        <Link to={paths.queue(name)}>{t('figures.toQueue')}</Link>
      </p>
      <RangePicker range={range} onRange={(next) => show(rangeToText(next))} />
      <QueueFigures
        key={name}
        queue={queue}
        range={range}
        onRange={(from, to) => show(rangeToText({ from, to }))}
      />
    </div>
  )
}

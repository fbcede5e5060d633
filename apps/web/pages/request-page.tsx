import { problemStatus } from '@countersign/sdk/problem.ts'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { approvalsQuery, requestQuery } from '@countersign/web-kit/queries.ts'
import { RecordHistory } from '@countersign/web-kit/record/record-history.tsx'
import { RequestDetail } from '@countersign/web-kit/request/request-detail.tsx'
import { SectionLevel } from '@countersign/web-kit/section-heading.tsx'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import styles from './page.module.css'

/** What befalls a request is our own doing: no upstream's name stands beside it. */
const NONE = {}

const route = getRouteApi('/signed-in/requests/$id')

/** An action request with everything that has happened to it. */
export function RequestPage() {
  const t = useText()
  const client = useClient()
  const { id } = route.useParams() as { id: string }
  const me = useMe()
  const reads = me.permissions.includes('requests:read')
  const request = useQuery({ ...requestQuery(client, id), enabled: reads })
  const inbox = useQuery({ ...approvalsQuery(client), enabled: reads })
  const home = <Link to="/">{t('notFound.home')}</Link>
  if (!reads) return <Notice page title={t('problem.forbidden')} actions={home} />
  if (request.isPending) {
    return (
      <div className={styles.page}>
        <Skeleton lines={8} label={t('requestPage.loading')} />
      </div>
    )
  }
  if (request.data === undefined) {
    return (
      <ProblemNotice
        page
        error={request.error}
        onRetry={() => void request.refetch()}
        {...(problemStatus(request.error) === 404 ? { actions: home } : {})}
      />
    )
  }
  const waiting = inbox.data?.items.find((one) => one.id === id)
  return (
    <div className={styles.scroll}>
      <title>{t('page.title', { page: request.data.title })}</title>
      <div className={styles.page}>
        <RequestDetail key={id} request={request.data} approval={waiting} heading="h1" />
        <SectionLevel level={2}>
          <RecordHistory
            key={`history ${id}`}
            of={{ kind: 'request', id }}
            me={me.person.id}
            sources={NONE}
            known={[request.data.target]}
          />
        </SectionLevel>
      </div>
    </div>
  )
}

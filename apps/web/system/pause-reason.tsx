import type { UpstreamSummary } from '@countersign/sdk/wire/upstreams.ts'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { actionsQuery, requestQuery } from '@countersign/web-kit/queries.ts'
import { reasonWords } from '@countersign/web-kit/request/reason-words.ts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

/** Why an upstream is paused: the reason that was chosen, the note with it as far as this person may read it, and the request. */
export function PauseReason({ paused }: { paused: NonNullable<UpstreamSummary['paused']> }) {
  const t = useText()
  const client = useClient()
  const readsRequests = useMe().permissions.includes('requests:read')
  const request = useQuery({ ...requestQuery(client, paused.request), enabled: readsRequests }).data
  const actions = useQuery(actionsQuery(client)).data ?? []
  const title = actions
    .flatMap(({ type, reasons }) => (type === 'kernel.pause_upstream' ? reasons : []))
    .find(({ code }) => code === paused.reason)?.title
  const reason = request?.reason ?? { code: paused.reason, ...(title === undefined ? {} : { title }) }
  return (
    <>
      <bdi>{reasonWords(reason)}</bdi>
      {request?.reason?.note ? (
        <>
          {' · '}
          <bdi>{request.reason.note}</bdi>
        </>
      ) : null}
      {readsRequests ? (
        <>
          {' · '}
          <Link to={paths.request(paused.request)}>{t('request.open')}</Link>
        </>
      ) : null}
    </>
  )
}

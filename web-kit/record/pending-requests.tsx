import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { useQuery } from '@tanstack/react-query'
import { useClient } from '../client-context.tsx'
import { EntityLink } from '../entity-link.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { pendingRequestsQuery } from '../queries.ts'
import { approvalsGiven, isEmergencyOpen } from '../request/request-state.ts'
import { Deadline, RelativeTime } from '../time.tsx'

/** What waits for approval on a record (K-39), in force as an emergency or not yet; and that it could not be read. */
export function PendingRequests({ of }: { of: EntityRef }) {
  const t = useText()
  const me = useMe()
  const pending = useQuery({
    ...pendingRequestsQuery(useClient(), of),
    enabled: me.permissions.includes('requests:read'),
  })
  if (pending.isError) return <Banner tone="attention">{t('record.pendingUnknown')}</Banner>
  return pending.data?.requests.map((request) => (
    <Banner
      key={request.id}
      tone="attention"
      action={<EntityLink to={{ kind: 'request', id: request.id }}>{t('request.open')}</EntityLink>}
    >
      {t(isEmergencyOpen(request) ? 'record.emergency' : 'record.pending', {
        title: request.title,
        name: request.requested_by.id === me.person.id ? t('timeline.you') : request.requested_by.name,
        given: approvalsGiven(request),
        required: request.approvals.required,
      })}{' '}
      <RelativeTime at={request.created_at} />
      {request.emergency?.until === undefined || !isEmergencyOpen(request) ? null : (
        <>
          . {t('record.emergencyUntil')} <Deadline at={request.emergency.until} />.
        </>
      )}
    </Banner>
  ))
}

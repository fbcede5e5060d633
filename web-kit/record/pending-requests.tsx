import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { useQuery } from '@tanstack/react-query'
import { useClient } from '../client-context.tsx'
import { EntityLink } from '../entity-link.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { pendingRequestsQuery, plannedRequestsQuery } from '../queries.ts'
import { approvalsGiven, isEmergencyOpen, isUndecided } from '../request/request-state.ts'
import { AbsoluteTime, Deadline, RelativeTime } from '../time.tsx'

/** What waits on a record (K-39): for approval, in force as an emergency or not yet, or agreed to and for its time (K-42). */
export function PendingRequests({ of }: { of: EntityRef }) {
  const t = useText()
  const client = useClient()
  const enabled = useMe().permissions.includes('requests:read')
  const pending = useQuery({ ...pendingRequestsQuery(client, of), enabled })
  const planned = useQuery({ ...plannedRequestsQuery(client, of), enabled })
  return (
    <>
      {pending.isError || planned.isError ? (
        <Banner tone="attention">{t('record.pendingUnknown')}</Banner>
      ) : null}
      {pending.data?.requests.map((request) => (
        <Waiting key={request.id} request={request} />
      ))}
      {planned.data?.requests
        .filter((request) => !isUndecided(request))
        .map((request) => (
          <Waiting key={request.id} request={request} />
        ))}
    </>
  )
}

function Waiting({ request }: { request: ActionRequest }) {
  const t = useText()
  const me = useMe()
  const mine = request.requested_by.id === me.person.id
  const emergency = isEmergencyOpen(request)
  const open = isUndecided(request)
  return (
    <Banner
      tone={open ? 'attention' : 'neutral'}
      action={<EntityLink to={{ kind: 'request', id: request.id }}>{t('request.open')}</EntityLink>}
    >
      {t(SAID[emergency ? 'emergency' : open ? 'pending' : 'planned'][mine ? 'mine' : 'of'], {
        title: request.title,
        name: request.requested_by.name,
        given: approvalsGiven(request),
        required: request.approvals.required,
      })}{' '}
      <RelativeTime at={request.created_at} />
      {request.scheduled_for === undefined ? null : (
        <>
          {' · '}
          {t('request.scheduled')} <AbsoluteTime at={request.scheduled_for} />
        </>
      )}
      {request.emergency?.until === undefined || !emergency ? null : (
        <>
          . {t('record.emergencyUntil')} <Deadline at={request.emergency.until} />.
        </>
      )}
    </Banner>
  )
}

const SAID = {
  pending: { of: 'record.pending', mine: 'record.pendingOwn' },
  emergency: { of: 'record.emergency', mine: 'record.emergencyOwn' },
  planned: { of: 'record.planned', mine: 'record.plannedOwn' },
} as const

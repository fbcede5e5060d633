import type { Affordance } from '@countersign/sdk/wire/entities.ts'
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
import styles from './record.module.css'

const NONE: readonly Affordance[] = []

/** What waits on a record (K-39): for approval, in force as an emergency or not yet, or agreed to and for its time (K-42). */
export function PendingRequests({
  of,
  affordances = NONE,
}: {
  of: EntityRef
  /** Of the record: those that have been asked for keep the room of their banners until they are read, so that nothing moves then. */
  affordances?: readonly Affordance[]
}) {
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
      {enabled && pending.isPending ? <Expected affordances={affordances} /> : null}
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

/** As long as what will stand there, and not to be read before it does; the way to the request is open at once. */
function Expected({ affordances }: { affordances: readonly Affordance[] }) {
  const t = useText()
  const asked = new Map(
    affordances.flatMap((one) => (one.open_request === undefined ? [] : [[one.open_request, one] as const])),
  )
  return [...asked].map(([id, { title, approvals }]) => (
    <Banner
      key={id}
      tone="attention"
      action={<EntityLink to={{ kind: 'request', id }}>{t('request.open')}</EntityLink>}
    >
      <span className={styles.expected}>
        {t(SAID.pending.of, { title, name: '', given: 0, required: approvals })}
      </span>
    </Banner>
  ))
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

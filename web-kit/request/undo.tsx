import type { PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ActionSheet } from '../action-sheet/action-sheet.tsx'
import { backAt } from '../action-sheet/drafts.ts'
import { useClient } from '../client-context.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { paths } from '../paths.ts'
import { describeProblem } from '../problem-notice.tsx'
import { actionsQuery, entityQuery, requestQuery } from '../queries.ts'
import { RelativeTime } from '../time.tsx'
import styles from './request-detail.module.css'
import { RequestBadge } from './state-badge.tsx'

/** The request that takes this one back, and how far it is. */
function UndoneBy({ id }: { id: string }) {
  const t = useText()
  const { data: other } = useQuery(requestQuery(useClient(), id))
  return (
    <p className={styles.lead}>
      {t(other === undefined || other.state === 'executed' ? 'request.undoneBy' : 'request.undoneBy.asked')}{' '}
      <Link to={paths.request(id)}>{other?.title ?? t('request.undoneBy.link')}</Link>{' '}
      {other === undefined ? null : <RequestBadge request={other} />}
    </p>
  )
}

/** What a request takes back, by its name: it stands above what is decided. */
export function Undoes({ id }: { id: string }) {
  const t = useText()
  const { data: other } = useQuery(requestQuery(useClient(), id))
  const about = other?.target.title
  return (
    <p className={styles.lead}>
      {t('request.undoes')}{' '}
      <Link to={paths.request(id)}>
        {other?.title ?? t('request.undoes.link')}
        {about === undefined ? null : (
          <>
            {t('sign.colon')}
            <bdi>
              <MoneyText>{about}</MoneyText>
            </bdi>
          </>
        )}
      </Link>
      {other === undefined ? null : (
        <>
          {' · '}
          {t('request.asked', { name: other.requested_by.name })} <RelativeTime at={other.created_at} />
        </>
      )}
    </p>
  )
}

type Offer = NonNullable<PendingRequest['undo']>

/**
 * What has taken a request back, and the way to do so: the inverse, asked for as any action. Over many records the way
 * stands with its rows.
 */
export function Undo({ request }: { request: PendingRequest }) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const me = useMe().person.id
  const { undone_by, target } = request
  const undo = request.bulk === undefined ? request.undo : undefined
  const [left] = useState(() => backAt(me, `${target.kind}:${target.id}`)?.type)
  // The sheet that is open goes on when what it asked for has made the offer void.
  const [open, setOpen] = useState<{ offer: Offer; entity: Entity } | null>(null)
  const { data: actions } = useQuery({
    ...actionsQuery(client),
    enabled: undo !== undefined || open !== null,
  })
  const begin = useMutation({
    // What was read before the request was carried out says nothing about taking it back.
    mutationFn: async (offer: Offer) => {
      const entity = await queries.fetchQuery({ ...entityQuery(client, target), staleTime: 0 })
      const affordance = entity.affordances.find(({ action }) => action === offer.action)
      if (affordance?.allowed === true) setOpen({ offer, entity })
      return affordance?.allowed === true ? undefined : (affordance?.reason ?? t('record.notAllowed'))
    },
  })
  const { mutate } = begin
  useEffect(() => {
    if (undo !== undefined && undo.action === left) mutate(undo)
  }, [undo, left, mutate])
  const action = actions?.find(({ type }) => type === open?.offer.action)
  return (
    <>
      {undone_by === undefined ? null : <UndoneBy id={undone_by} />}
      {undo === undefined ? null : (
        <div className={styles.actions}>
          <Button busy={begin.isPending} disabledReason={begin.data} onClick={() => mutate(undo)}>
            {t('request.undo', { title: undo.title })}
          </Button>
        </div>
      )}
      {begin.isError ? <Banner tone="danger">{describeProblem(begin.error, t).detail}</Banner> : null}
      {open === null || action === undefined ? null : (
        <ActionSheet
          action={action}
          inverse={actions?.find(({ type }) => type === action.inverse)}
          entity={open.entity}
          undoes={{ id: request.id, input: open.offer.input }}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  )
}

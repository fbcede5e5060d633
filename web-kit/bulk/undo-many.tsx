import type { PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { backAt } from '../action-sheet/drafts.ts'
import { useClient } from '../client-context.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { describeProblem } from '../problem-notice.tsx'
import { actionsQuery } from '../queries.ts'
import { BulkSheet } from './bulk-sheet.tsx'
import { leftTargets } from './left-targets.ts'
import { standingRows } from './request-rows.ts'

type Offer = NonNullable<PendingRequest['undo']>

/** What a request did to many records, taken back as a whole: one request for the inverse, over what still stands. */
export function UndoMany({ request }: { request: PendingRequest }) {
  const t = useText()
  const client = useClient()
  const me = useMe()
  const { undo } = request
  const place = `request:${request.id}/undo`
  const [left] = useState(() => leftTargets(backAt(me.person.id, place)))
  // The sheet that is open goes on when what it asked for has made the offer void.
  const [open, setOpen] = useState(() =>
    undo === undefined || left === undefined ? null : { offer: undo, targets: left },
  )
  const { data: actions } = useQuery({
    ...actionsQuery(client),
    enabled: undo !== undefined || open !== null,
  })
  const begin = useMutation({
    mutationFn: async (offer: Offer) => {
      const rows = await standingRows(client, request.id)
      setOpen({ offer, targets: rows.map(({ target: { kind, id } }) => ({ kind, id })) })
    },
  })
  const action = actions?.find(({ type }) => type === (open?.offer ?? undo)?.action)
  return (
    <>
      {undo === undefined ? null : (
        <Button
          busy={begin.isPending}
          // The catalogue lists what this person may ask for.
          disabledReason={actions !== undefined && action === undefined ? t('record.notAllowed') : undefined}
          onClick={() => begin.mutate(undo)}
        >
          {t('request.undo', { title: undo.title })}
        </Button>
      )}
      {begin.isError ? <Banner tone="danger">{describeProblem(begin.error, t).detail}</Banner> : null}
      {open === null || action === undefined ? null : (
        <BulkSheet
          action={action}
          place={place}
          targets={open.targets}
          prefilled={{ input: open.offer.input }}
          undoes={request.id}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  )
}

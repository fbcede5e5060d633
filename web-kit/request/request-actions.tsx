import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ActionSheet } from '../action-sheet/action-sheet.tsx'
import { useClient } from '../client-context.tsx'
import { actionsQuery, entityQuery } from '../queries.ts'
import { ActionBar } from '../record/action-bar.tsx'
import { offeredActions } from '../record/offered-actions.ts'
import { PendingRequests } from '../record/pending-requests.tsx'

/** What people can do about a request of which nobody knows what came: say what did, in the ordinary sheet. */
export function RequestActions({
  request,
  left,
}: {
  request: ActionRequest
  /** The action whose sheet was left to sign in again. */
  left: string | undefined
}) {
  const client = useClient()
  const [act, setAct] = useState(left)
  const of = { kind: 'request', id: request.id }
  const entity = useQuery(entityQuery(client, of)).data
  const actions = useQuery(actionsQuery(client)).data ?? []
  if (entity === undefined) return null
  const action = actions.find((one) => one.type === act)
  return (
    <>
      <PendingRequests of={of} />
      <ActionBar of={of} offered={offeredActions(entity, { actionKeys: {} })} onAct={setAct} />
      {action === undefined ? null : (
        <ActionSheet key={action.type} action={action} entity={entity} onClose={() => setAct(undefined)} />
      )}
    </>
  )
}

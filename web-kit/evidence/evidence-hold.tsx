import { Button } from '@countersign/ui/button.tsx'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ActionSheet } from '../action-sheet/action-sheet.tsx'
import { useClient } from '../client-context.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { actionsQuery, entityQuery } from '../queries.ts'

const HOLD = 'kernel.hold_evidence'
const RELEASE = 'kernel.release_evidence'

/** Keeps a file beyond its term, or asks that it may go: for those who may ever do so. */
export function EvidenceHold({ id, held }: { id: string; held: boolean }) {
  const t = useText()
  const me = useMe()
  const client = useClient()
  const [open, setOpen] = useState<string | null>(null)
  const actions = useQuery(actionsQuery(client)).data ?? []
  const subject = useQuery({ ...entityQuery(client, { kind: 'evidence', id }), enabled: open !== null })
  const type = held ? RELEASE : HOLD
  if (!me.permissions.includes(type) && open === null) return null
  const action = actions.find((one) => one.type === open)
  return (
    <>
      <Button
        size="small"
        variant="quiet"
        busy={open !== null && subject.isPending}
        onClick={() => setOpen(type)}
      >
        {t(held ? 'evidence.release' : 'evidence.hold')}
      </Button>
      {action === undefined || subject.data === undefined ? null : (
        <ActionSheet
          action={action}
          inverse={actions.find((one) => one.type === action.inverse)}
          entity={subject.data}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  )
}

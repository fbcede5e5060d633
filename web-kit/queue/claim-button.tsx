import type { Queue } from '@countersign/sdk/wire/queues.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Button } from '@countersign/ui/button.tsx'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useClient } from '../client-context.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { type QueueList, queueHeadQuery, queueItemsQuery } from '../queries.ts'
import { makeQueueRows } from './queue-rows.ts'
import { RefusedItems } from './refused-items.tsx'
import { claimOf, useOnItems } from './use-on-items.ts'

/** Takes the open record's work item, or gives it back; says who has it where somebody else does. */
export function ClaimButton({
  queue,
  list,
  subject,
  me,
}: {
  queue: Queue
  list: QueueList
  subject: EntityRef
  me: string
}) {
  const t = useText()
  const client = useClient()
  const { data } = useInfiniteQuery(queueItemsQuery(client, queue.name, list))
  const head = useQuery(queueHeadQuery(client, queue.name, list)).data
  const { roles } = useMe()
  const claim = useOnItems(queue.name)
  const [queueRows] = useState(makeQueueRows)
  const { rows, indexOfRecord } = useMemo(() => queueRows(data?.pages ?? [], head), [queueRows, data, head])
  const row = rows[indexOfRecord(`${subject.kind}:${subject.id}`)]
  if (row === undefined || row.gone) return null
  const { assignee } = row
  const barred = roles.some((role) => role.startsWith(`${queue.console}/`))
    ? undefined
    : t('queue.notYours', { console: queue.console })
  const others = assignee !== null && assignee.id !== me
  return (
    <>
      <Button
        keys="a"
        busy={claim.isPending}
        disabledReason={others ? t('queue.assigned', { name: assignee.name }) : barred}
        onClick={() => claim.mutate(claimOf([row], me))}
      >
        {t(assignee?.id === me ? 'queue.release' : 'queue.assign')}
      </Button>
      <RefusedItems result={claim.data} />
    </>
  )
}

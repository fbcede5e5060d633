import type { Queue } from '@countersign/sdk/wire/queues.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useClient } from '../client-context.tsx'
import type { ConsoleWeb } from '../console-web.ts'
import { type QueueList, queueItemsQuery } from '../queries.ts'
import { FieldCell } from './field-cell.tsx'

/** What the list knows of a record already, while the record itself is still being read. */
export function RowFacts({
  queue,
  console,
  list,
  subject,
}: {
  queue: Queue
  console: ConsoleWeb
  list: QueueList
  subject: EntityRef
}) {
  const pages = useInfiniteQuery({ ...queueItemsQuery(useClient(), queue.name, list), enabled: false }).data
  const row = pages?.pages
    .flatMap((page) => page.items)
    .find((item) => item.subject.kind === subject.kind && item.subject.id === subject.id)
  if (row === undefined) return null
  const shown = queue.columns.filter(
    ({ key }) => row.fields[key] != null && !console.hiddenColumns.includes(key),
  )
  return (
    <Facts
      facts={shown.map((column) => ({
        label: column.title,
        value: <FieldCell column={column} row={row} console={console} />,
      }))}
    />
  )
}

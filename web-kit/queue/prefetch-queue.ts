import type { Client } from '@countersign/sdk/client.ts'
import type { QueryClient } from '@tanstack/react-query'
import { type QueueList, queueHeadQuery, queueItemsQuery } from '../queries.ts'

/** Reads a list before it is drawn. Of a list that is new here the first page is its head too, and is read once. */
export function prefetchQueue(queries: QueryClient, client: Client, name: string, list: QueueList): void {
  const items = queueItemsQuery(client, name, list)
  const head = queueHeadQuery(client, name, list)
  const known = queries.getQueryData(items.queryKey) !== undefined
  void queries.prefetchInfiniteQuery(items)
  void queries.prefetchQuery(
    known
      ? head
      : {
          ...head,
          queryFn: async () => {
            const [first] = (await queries.fetchInfiniteQuery(items)).pages
            if (first === undefined) throw new Error(`The queue ${name} was read and has no page.`)
            return first
          },
        },
  )
}

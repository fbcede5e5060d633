import type { QueuePage, WorkItem } from '@countersign/sdk/wire/queues.ts'

/** A row as shown: the item, or the last that was known of one that has left the queue. */
export type QueueRow = WorkItem & { gone: boolean }

export type QueueRows = {
  rows: QueueRow[]
  /** Items that are in the queue now and not on the screen. */
  fresh: number
}

/**
 * The rows on the screen brought up to date by a newly read first page, without moving any: what the head has anew
 * replaces what is shown, what it should have and has not is marked gone, what is not shown is counted.
 */
export function queueRows(shown: QueuePage[], head: QueuePage | undefined): QueueRows {
  const items = distinct(shown.flatMap((page) => page.items))
  if (head === undefined) return { rows: items.map((item) => ({ ...item, gone: false })), fresh: 0 }
  const current = new Map(head.items.map((item) => [item.id, item]))
  const known = new Set(items.map((item) => item.id))
  const reach = headReach(items, head)
  const rows = items.map((item, index) => {
    const now = current.get(item.id)
    if (now !== undefined) return { ...now, gone: false }
    return { ...item, gone: index < reach }
  })
  return { rows, fresh: head.items.filter((item) => !known.has(item.id)).length }
}

/** How many of the shown rows the head speaks for: up to the last one it still has; all, where it is the whole queue. */
function headReach(items: WorkItem[], head: QueuePage): number {
  if (head.next_cursor === null) return items.length
  const inHead = new Set(head.items.map((item) => item.id))
  return items.findLastIndex((item) => inHead.has(item.id)) + 1
}

function distinct(items: WorkItem[]): WorkItem[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    if (seen.has(item.id)) return false
    seen.add(item.id)
    return true
  })
}

import { BULK_ROWS_MAX } from '../bulk/bulk-request.ts'
import type { Kernel } from '../kernel.ts'
import type { Queue } from './define-queue.ts'
import { type QueueFilters, type QueueSort, queuePage } from './queue-query.ts'

/** An item of a selection: its record, and the version of that as last heard of. */
export type SelectedItem = {
  readonly id: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly version: string
  readonly title: string
}

/** Every item that a list holds at this moment, in its order; null where there are too many to act on at once. */
export async function selectedItems(
  kernel: Kernel,
  queue: Queue,
  filters: QueueFilters,
  sort: QueueSort,
): Promise<SelectedItem[] | null> {
  const { items, next } = await queuePage(kernel, queue, filters, sort, undefined, BULK_ROWS_MAX, [])
  if (next !== null) return null
  return items.map(({ id, subject, subject_version, title }) => ({
    id,
    subject,
    version: subject_version,
    title,
  }))
}

import type { WorkItem } from '@countersign/sdk/wire/queues.ts'
import { makeRowsInPlace } from './rows-in-place.ts'

/** A row as shown: the item, or the last that was known of one that has left the queue. */
export type QueueRow = WorkItem & { gone: boolean }

export const makeQueueRows = () =>
  makeRowsInPlace<WorkItem>({ refOf: recordRef, markOf: ({ marks }) => marks?.[0]?.word })

export const recordRef = ({ subject }: Pick<WorkItem, 'subject'>) => `${subject.kind}:${subject.id}`

import type { SelectedItem } from '@countersign/sdk/wire/queues.ts'
import type { Left } from '../action-sheet/drafts.ts'
import { leftRef, leftVersion } from '../bulk/left-targets.ts'

/** What was selected in a queue when it was left to sign in again; undefined where nothing was, or it is no selection. */
export function leftItems(left: Left<unknown> | undefined): SelectedItem[] | undefined {
  const items = left?.records?.map((record): SelectedItem | undefined => {
    const { id, title, subject } = (record ?? {}) as Partial<Record<keyof SelectedItem, unknown>>
    const ref = leftRef(subject)
    return typeof id === 'string' && typeof title === 'string' && ref !== undefined
      ? { id, title, subject: ref, ...leftVersion(record) }
      : undefined
  })
  return items?.every((item) => item !== undefined) ? items : undefined
}

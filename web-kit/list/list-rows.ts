import type { ListedRecord } from '@countersign/sdk/wire/lists.ts'
import { refToText } from '../paths.ts'
import { makeRowsInPlace, type RowInPlace, type RowPage } from '../queue/rows-in-place.ts'

export type ListRow = RowInPlace<ListedRecord>

export const makeListRows = () => makeRowsInPlace<ListedRecord>({ refOf: refToText })

/** A page as it was read, for `makeListRows`. */
export function rowPage({
  entities,
  next_cursor,
}: {
  entities: readonly ListedRecord[]
  next_cursor: string | null
}): RowPage<ListedRecord> {
  return { items: entities, next_cursor }
}

import type { ListQuery, ListReading, Reading } from '@countersign/kernel/entities/define-entity.ts'
import type { Posting } from './posting.ts'

/** The general ledger, read only: nothing here posts to it. */
export type Ledger = {
  readonly posting: (id: string, signal?: AbortSignal) => Promise<Reading<Posting>>
  readonly postings: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<Posting>>
}

import type { ApprovalRequirement, PreviewBody } from './actions.ts'
import type { RequestState } from './requests.ts'
import type { EntityRef, WireTime } from './values.ts'

/** A row is `waiting` until it is a request of its own, `left_out` where it came to be none. */
export type RowState = RequestState | 'waiting' | 'left_out'

export type BulkProgress = { count: number; counts: Partial<Record<RowState, number>> }

export type BulkRow = {
  position: number
  target: EntityRef & { title?: string }
  state: RowState
  summary: string
  /** Why it is so, in words or as a code. */
  why?: string
  /** The request that this row is. */
  request?: string
  /** The request that takes this row back, or has. */
  undone_by?: string
}

export type BulkRowPage = BulkProgress & { rows: BulkRow[]; next_cursor: string | null }

export type BulkPreviewRow = {
  target: EntityRef & { title?: string }
  accepted: boolean
  message?: string
  summary?: string
}

export type BulkPreview = PreviewBody & {
  /** Of the accepted rows; null where there are none. */
  preview_digest: string | null
  count: { accepted: number; refused: number }
  rows: BulkPreviewRow[]
  approvals: ApprovalRequirement
  fresh_at: WireTime
}

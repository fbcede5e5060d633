import type { BulkProgress, RowState } from '@countersign/sdk/wire/bulk.ts'
import type { StateLabel } from '../console-web.ts'
import { isSettled, requestStates } from '../request/request-state.ts'

/** How each state of a row reads. */
export const rowStates: Record<RowState, StateLabel> = {
  ...requestStates,
  waiting: { label: 'bulk.state.waiting', tone: 'neutral' },
  left_out: { label: 'bulk.state.leftOut', tone: 'danger' },
}

/** What came to nothing and can be asked for again. */
export const AGAIN_STATES: readonly RowState[] = ['failed', 'stale', 'left_out']

export function endedRows({ counts }: BulkProgress): number {
  return (Object.entries(counts) as [RowState, number][]).reduce(
    (sum, [state, count]) =>
      state !== 'waiting' && (state === 'left_out' || isSettled(state)) ? sum + count : sum,
    0,
  )
}
